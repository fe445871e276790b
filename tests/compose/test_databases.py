"""The job that makes the databases, their backup, and its way back, on a real PostgreSQL."""

import hmac
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import pbkdf2_hmac, sha256
from pathlib import Path
from typing import Any

import psycopg
import pytest

from activities.adapters.database import DatabaseNumbers, make_engine, migrate
from tests.compose.files import run_script
from tests.postgres import PostgresServer


def opens(password: str, verifier: str) -> bool:
    """Whether PostgreSQL would take the password: RFC 5802, `SCRAM-SHA-256$rounds:salt$key:...`."""
    _, rounds_and_salt, keys = verifier.split("$")
    rounds, salt = rounds_and_salt.split(":")
    salted = pbkdf2_hmac("sha256", password.encode(), b64decode(salt), int(rounds))
    client_key = hmac.digest(salted, b"Client Key", "sha256")
    return b64decode(keys.split(":")[0]) == sha256(client_key).digest()


def test_databases_job(postgres_server: PostgresServer) -> None:
    """Run twice, it leaves two accounts that own their databases and cannot enter the other's."""
    passwords = {"TEMPORAL_PASSWORD": "it's\\odd\"$1", "DEFECTS_PASSWORD": "first"}
    keeper = {"PGHOST": str(postgres_server.folder), "PGUSER": "keeper"}
    for password in ("first", "changed"):
        passwords["DEFECTS_PASSWORD"] = password
        result = run_script("databases", {**keeper, **passwords})
        assert result.returncode == 0, result.stderr

    def connect(role: str, database: str) -> "psycopg.Connection[tuple[Any, ...]]":
        url = postgres_server.url(database).replace("keeper@", f"{role}@")
        return psycopg.connect(url, autocommit=True)

    with psycopg.connect(postgres_server.url("postgres")) as connection:
        roles = connection.execute(
            "SELECT rolname, rolsuper OR rolcreatedb OR rolcreaterole, rolpassword "
            "FROM pg_authid WHERE rolname IN ('temporal', 'defects') ORDER BY rolname"
        ).fetchall()
    assert [(name, mighty) for name, mighty, _ in roles] == [
        ("defects", False),
        ("temporal", False),
    ]
    for name, _, verifier in roles:
        assert opens(passwords[f"{name.upper()}_PASSWORD"], verifier), name
    own = [("temporal", "temporal"), ("temporal", "temporal_visibility"), ("defects", "defects")]
    for role, database in own:
        with connect(role, database) as connection:
            connection.execute("CREATE TABLE mine (id integer)")
    for role, database in [("defects", "temporal"), ("temporal", "defects")]:
        with pytest.raises(psycopg.OperationalError, match="permission denied"):
            connect(role, database)
    with connect("temporal", "temporal_visibility") as connection:
        connection.execute("CREATE EXTENSION btree_gin")  # as Temporal's visibility schema does


def test_databases_job_stops_at_an_error(postgres_server: PostgresServer) -> None:
    """Without a password to set, it fails instead of leaving an account without one."""
    keeper = {"PGHOST": str(postgres_server.folder), "PGUSER": "keeper"}
    result = run_script("databases", {**keeper, "DEFECTS_PASSWORD": "given"})
    assert result.returncode != 0


DATABASES = ("temporal", "temporal_visibility", "defects")


@contextmanager
def an_installation_in(server: PostgresServer) -> Iterator[dict[str, str]]:
    """The databases of an installation with something in each; what the jobs need to reach them."""
    keeper = {"PGHOST": str(server.folder), "PGUSER": "keeper"}
    passwords = {"TEMPORAL_PASSWORD": "one", "DEFECTS_PASSWORD": "two"}
    assert run_script("databases", {**keeper, **passwords}).returncode == 0
    engine = make_engine(server.url("defects"))
    migrate(engine)
    assert DatabaseNumbers(engine).issue("CASE", "once") == "CASE-000001"
    engine.dispose()
    for name in ("temporal", "temporal_visibility"):
        with psycopg.connect(server.url(name), autocommit=True) as connection:
            connection.execute("CREATE TABLE histories AS SELECT generate_series(1, 500) AS event")
    yield keeper
    for name in DATABASES:
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


def contents(server: PostgresServer) -> dict[str, list[Any]]:
    """What the databases of `an_installation_in` hold."""
    queries = dict.fromkeys(DATABASES, "SELECT count(*), sum(event) FROM histories")
    queries["defects"] = "SELECT prefix, last FROM number_sequences"
    answers = {}
    for name, query in queries.items():
        with psycopg.connect(server.url(name)) as connection:
            answers[name] = connection.execute(query.encode()).fetchall()
    return answers


def test_backup_and_restore(postgres_server: PostgresServer) -> None:
    """The drill after an upgrade: all is as it was, what came later is gone, numbers step over."""
    with an_installation_in(postgres_server) as keeper:
        before = contents(postgres_server)
        backup = run_script("backup", keeper)
        assert backup.returncode == 0, backup.stderr
        for name in DATABASES:
            with psycopg.connect(postgres_server.url(name), autocommit=True) as connection:
                connection.execute("CREATE TABLE later (id integer PRIMARY KEY)")
        with psycopg.connect(postgres_server.url("defects"), autocommit=True) as connection:
            # As the next migration may: what is there cannot be dropped without it.
            connection.execute("ALTER TABLE later ADD FOREIGN KEY (id) REFERENCES deliveries (id)")
        with psycopg.connect(postgres_server.url("temporal"), autocommit=True) as connection:
            connection.execute("DELETE FROM histories")

        restored = run_script("restore", keeper, backup.stdout)

        assert restored.returncode == 0, restored.stderr
        assert before.pop("defects") == [("CASE", 1)]
        after = contents(postgres_server)
        assert after.pop("defects") == [("CASE", 1001)]
        assert after == before == {name: [(500, 125_250)] for name in before}
        assert databases(postgres_server) == [
            ("defects", "defects", False, None),
            ("temporal", "temporal", False, None),
            ("temporal_visibility", "temporal", False, None),
        ]


def databases(server: PostgresServer) -> list[tuple[Any, ...]]:
    """Each database of an installation: its owner, whether anybody may enter, and `later`."""
    with psycopg.connect(server.url("postgres")) as connection:
        found = connection.execute(
            "SELECT datname, pg_get_userbyid(datdba), has_database_privilege('public', oid, "
            "'CONNECT') FROM pg_database WHERE datname LIKE 'temporal%' OR datname LIKE 'defects%' "
            "ORDER BY datname"
        ).fetchall()
    rows = []
    for name, *rest in found:
        with psycopg.connect(server.url(name)) as connection:
            later = connection.execute("SELECT to_regclass('later')").fetchone()
        assert later is not None
        rows.append((name, *rest, later[0]))
    return rows


def test_a_restore_that_fails_in_the_middle_changes_nothing(
    postgres_server: PostgresServer, tmp_path: Path
) -> None:
    """The last of three dumps cannot be restored: the first two are not either."""
    with an_installation_in(postgres_server) as keeper:
        archive = run_script("backup", keeper).stdout
        with psycopg.connect(postgres_server.url("temporal"), autocommit=True) as connection:
            connection.execute("DELETE FROM histories WHERE event > 1")
        before = contents(postgres_server)
        (tmp_path / "backup.tar").write_bytes(archive)
        subprocess.run(
            "tar -xf backup.tar && head -c 2000 defects.dump > cut && mv cut defects.dump"
            " && sha256sum ./*.dump > SHA256SUMS && tar -cf wrong.tar SHA256SUMS *.dump",
            shell=True,
            check=True,
            cwd=tmp_path,
        )

        refused = run_script("restore", keeper, (tmp_path / "wrong.tar").read_bytes())

        assert refused.returncode != 0
        assert contents(postgres_server) == before


def test_restoring_refuses_what_would_do_harm(postgres_server: PostgresServer) -> None:
    """A database in use, an archive cut short, a dump that was altered: nothing is touched."""
    with an_installation_in(postgres_server) as keeper:
        before, archive = contents(postgres_server), run_script("backup", keeper).stdout
        with psycopg.connect(postgres_server.url("defects")):
            refused = run_script("restore", keeper, archive)
        assert refused.returncode == 1
        assert refused.stderr.decode().strip() == (
            "somebody is connected to defects: stop what uses it first"
        )
        middle = len(archive) // 2
        altered = archive[:middle] + bytes([archive[middle] ^ 1]) + archive[middle + 1 :]
        for wrong in (archive[:middle], altered):
            assert run_script("restore", keeper, wrong).returncode != 0
        assert contents(postgres_server) == before
