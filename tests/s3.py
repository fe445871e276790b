"""A server of the S3 protocol on loopback that checks signatures; skipped, aloud, without moto."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.programs import PATIENCE, free_port

BUCKET = "attachments"
URL = f"s3://{BUCKET}/files"
WITHOUT = "Attachments were not tried on S3: requirements-system.lock is not installed"
_POLICY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
            "Resource": f"arn:aws:s3:::{BUCKET}/files/*",
        },
        {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"},
    ],
}
"""What the runbook asks for, and no more."""
_NOBODY_ELSE = {
    "AWS_DEFAULT_REGION": "us-east-1",
    # Neither a file of this machine nor the network of a cloud is asked who we are.
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": os.devnull,
    "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
}
_skipped: set[str] = set()


@dataclass
class S3Server:
    """One of its own, with a bucket and somebody who may use it."""

    port: int
    process: "subprocess.Popen[bytes]"
    variables: dict[str, str]
    """By which an installation finds and may use it."""
    admin: Any
    """A client of the service that may do anything."""

    def objects(self) -> dict[str, bytes]:
        """Everything in the bucket."""
        listed = self.admin.list_objects_v2(Bucket=BUCKET).get("Contents", [])
        return {
            one["Key"]: self.admin.get_object(Bucket=BUCKET, Key=one["Key"])["Body"].read()
            for one in listed
        }

    def empty(self) -> None:
        """Remove everything."""
        for key in self.objects():
            self.admin.delete_object(Bucket=BUCKET, Key=key)

    def hang(self) -> None:
        """Take connections, and answer none of them."""
        self.process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Answer again."""
        self.process.send_signal(signal.SIGCONT)


@pytest.fixture(scope="session")
def s3_server() -> Iterator[S3Server]:
    """The server; skipped where it, or what speaks to it, is not installed."""
    if any(importlib.util.find_spec(name) is None for name in ("moto", "s3fs")):
        _skipped.add(WITHOUT)
        pytest.skip(WITHOUT)
    port = free_port()
    with subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        try:
            yield _with_a_bucket(port, process)
        finally:
            process.kill()


@pytest.fixture
def s3(s3_server: S3Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[S3Server]:
    """The server, with an empty bucket; this process has what gives access to it."""
    for name, value in s3_server.variables.items():
        monkeypatch.setenv(name, value)
    forget_connections()
    yield s3_server
    s3_server.go_on()
    s3_server.empty()
    forget_connections()


def forget_connections() -> None:
    """Read the variables anew, which a process does once."""
    from s3fs import S3FileSystem

    S3FileSystem.clear_instance_cache()


def _with_a_bucket(port: int, process: "subprocess.Popen[bytes]") -> S3Server:
    import boto3

    at = f"http://127.0.0.1:{port}"
    give_up_at = time.monotonic() + PATIENCE
    while not _answers(at):
        assert process.poll() is None, "the S3 server ended"
        assert time.monotonic() < give_up_at, "the S3 server does not answer"
    anybody = {
        "endpoint_url": at,
        "region_name": "us-east-1",
        "aws_access_key_id": "a",
        "aws_secret_access_key": "b",
    }
    iam = boto3.client("iam", **anybody)
    keys = {}
    for name, policy in (("installation", _POLICY), ("admin", _EVERYTHING)):
        iam.create_user(UserName=name)
        iam.put_user_policy(UserName=name, PolicyName=name, PolicyDocument=json.dumps(policy))
        keys[name] = iam.create_access_key(UserName=name)["AccessKey"]
    boto3.client("s3", **anybody).create_bucket(Bucket=BUCKET)
    # From now on every request has to be signed, and is judged by the policies.
    httpx.post(f"{at}/moto-api/reset-auth", content="0").raise_for_status()
    admin = boto3.client("s3", **anybody | _access(keys["admin"]))
    mine = _access(keys["installation"])
    variables = {name.upper(): value for name, value in mine.items()}
    return S3Server(port, process, variables | _NOBODY_ELSE | {"AWS_ENDPOINT_URL_S3": at}, admin)


_EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"},
}


def _access(key: dict[str, str]) -> dict[str, str]:
    return {
        "aws_access_key_id": key["AccessKeyId"],
        "aws_secret_access_key": key["SecretAccessKey"],
    }


def _answers(at: str) -> bool:
    try:
        return httpx.get(f"{at}/moto-api/data.json", timeout=5).is_success
    except httpx.HTTPError:
        return False


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say aloud what was not tried."""
    for reason in sorted(_skipped):
        terminalreporter.write_line(reason, yellow=True)
