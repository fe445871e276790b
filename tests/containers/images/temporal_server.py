"""Stands in for Temporal's server: the development server, whose file a PostgreSQL keeps.

It takes the variables of the server's image, and needs what that needs: both databases with their
schemas, and the file of the dynamic configuration. While it runs all is in a SQLite file; stopped,
it puts that into the database `temporal`, where the next start takes it from: so a backup made at
rest holds it, and a container that is made anew goes on. A PostgreSQL that is away is not noticed.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import psycopg2

FILE = Path("/var/lib/temporal/state.db")
PATIENCE = 30


def connect(database: str) -> "psycopg2.extensions.connection":
    """A connection to one of Temporal's databases."""
    env = os.environ
    return psycopg2.connect(
        host=env["POSTGRES_SEEDS"],
        port=env["DB_PORT"],
        user=env["POSTGRES_USER"],
        password=env["POSTGRES_PWD"],
        dbname=env[database],
    )


def fetch() -> None:
    """Take the file from the database, unless the last life of this container left it here.

    Raises:
        psycopg2.Error: the schemas are not there.
    """
    asked = "SELECT asked FROM schema_version WHERE asked LIKE %s"
    for name, schema in (("DBNAME", "temporal"), ("VISIBILITY_DBNAME", "visibility")):
        with connect(name) as connection, connection.cursor() as cursor:
            cursor.execute(asked, [f"%/{schema}/%"])
            if cursor.fetchone() is None:
                raise SystemExit(f"the schema of {os.environ[name]} was not brought up to date")
    with connect("DBNAME") as connection, connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS kept (state bytea)")
        cursor.execute("SELECT state FROM kept")
        row = cursor.fetchone()
    if row and not FILE.exists():
        FILE.write_bytes(row[0])


def keep() -> None:
    """Put the file into the database."""
    with sqlite3.connect(FILE) as kept:
        kept.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    state = FILE.read_bytes()
    with connect("DBNAME") as connection, connection.cursor() as cursor:
        cursor.execute("DELETE FROM kept")
        cursor.execute("INSERT INTO kept VALUES (%s)", [psycopg2.Binary(state)])
    for left in FILE.parent.glob(f"{FILE.name}*"):
        left.unlink()


def command() -> list[str]:
    """The development server, as the image's variables have it."""
    address, _, metrics = os.environ["PROMETHEUS_ENDPOINT"].rpartition(":")
    words = ["temporal", "server", "start-dev"]
    words += ["--ip", os.environ["BIND_ON_IP"], "--ui-ip", address]
    words += ["--http-port", "7243", "--metrics-port", metrics, "--ui-port", "8233"]
    words += ["--ui-disable-news-fetch", "--db-filename", str(FILE)]
    # A machine that loses its power is not what is tried here.
    words += ["--sqlite-pragma", "journal_mode=wal", "--sqlite-pragma", "synchronous=off"]
    words += ["--log-level", os.environ["LOG_LEVEL"]]
    settings = Path(os.environ["DYNAMIC_CONFIG_FILE_PATH"]).read_text(encoding="utf-8")
    for name, value in re.findall(r"^([\w.]+):\n\s+- value: (\S+)$", settings, re.MULTILINE):
        words += ["--dynamic-config-value", f"{name}={value}"]
    return words


def main() -> int:
    """Run the server until SIGTERM; answers its exit code."""
    fetch()
    server = subprocess.Popen(command())
    asked = []

    def stop(*_: object) -> None:
        asked.append(True)
        server.terminate()

    signal.signal(signal.SIGTERM, stop)
    code = server.wait()
    if asked:
        for left in range(PATIENCE, 0, -1):
            try:
                keep()
                break
            except psycopg2.OperationalError:
                if left == 1:
                    raise
                time.sleep(0.5)
    return 0 if asked else code


sys.exit(main())
