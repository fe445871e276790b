#!/bin/sh
# Stands in for Temporal's tool: sees that the account may use its database, and that the schema it is
# asked for is there. The server's stand-in refuses a database that was not set up.
set -eu
[ "$SQL_PLUGIN" = postgres12 ] && [ "$1" = --db ]
database=$2 command=$3
shift 3
query() { PGPASSWORD=$SQL_PASSWORD psql -q -h "$SQL_HOST" -p "$SQL_PORT" -U "$SQL_USER" -d "$database" -c "$1"; }
case $command in
setup-schema)
  [ "$1" = -v ]
  query "CREATE TABLE IF NOT EXISTS schema_version (asked text, at timestamptz DEFAULT now())" ;;
update-schema)
  [ "$1" = -d ] && [ -d "$2" ]
  query "INSERT INTO schema_version (asked) VALUES ('$2')" ;;
*) exit 1 ;;
esac
