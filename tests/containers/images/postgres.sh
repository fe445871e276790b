#!/bin/sh
# As the official image's entry point: sets up an empty volume, then runs the command as postgres.
set -eu
if [ "$(id -u)" = 0 ] && [ "$1" = postgres ]; then
  chown postgres "$PGDATA"
  chmod 700 "$PGDATA"
  exec gosu postgres "$0" "$@"
fi
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
  password=$(mktemp)
  printf '%s\n' "${POSTGRES_PASSWORD:?}" >"$password"
  # shellcheck disable=SC2086 # several words, as in the image
  initdb --username=postgres --pwfile="$password" --auth-host=scram-sha-256 ${POSTGRES_INITDB_ARGS:-}
  rm "$password"
  printf '\nhost all all all scram-sha-256\n' >>"$PGDATA/pg_hba.conf"
  printf "\nlisten_addresses = '*'\n" >>"$PGDATA/postgresql.conf"
fi
exec "$@"
