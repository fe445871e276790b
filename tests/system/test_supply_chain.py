"""What the image is made of is told in full, and an audit that was not made is no clean one."""

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.programs import ROOT
from tools.supply_chain import LOCK, system_packages

FOLDER = ROOT / "build" / "audit"
TOOLS = ROOT / "requirements-audit.lock"


@pytest.fixture(scope="module")
def python() -> Path:
    """The interpreter of the environment that `make sbom` makes; skipped where it cannot be had."""
    stamp, interpreter = FOLDER / ".installed", FOLDER / "bin" / "python"
    if not stamp.exists() or stamp.stat().st_mtime < TOOLS.stat().st_mtime:
        subprocess.run([sys.executable, "-m", "venv", "--clear", FOLDER], check=True)
        flags = ("--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes")
        installed = subprocess.run(
            [interpreter, "-m", "pip", "install", *flags, "-r", TOOLS],
            capture_output=True,
            text=True,
        )
        if "connection" in installed.stderr.lower() and installed.returncode:
            pytest.skip("the package index cannot be reached")
        assert installed.returncode == 0, installed.stderr
        stamp.touch()
    return interpreter


def run(python: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """One of the commands."""
    program = [python, "-m", "tools.supply_chain", *words]
    return subprocess.run(program, cwd=ROOT, capture_output=True, text=True)


def locked() -> dict[str, tuple[str, set[str]]]:
    """Versions and hashes by package, as the lock has them."""
    parts = re.split(r"(?m)^(?=\S)", LOCK.read_text("utf-8"))
    heads = [(re.match(r"([\w.-]+)==([\w.]+)", part), part) for part in parts]
    return {
        head[1]: (head[2], set(re.findall(r"sha256:(\w+)", part))) for head, part in heads if head
    }


@pytest.mark.timeout(600)  # the tools are installed once
def test_the_list_has_every_package_of_the_lock_and_is_the_same_each_time(
    python: Path, tmp_path: Path
) -> None:
    """With versions and hashes; the program that writes it checks it against the schema."""
    files = [tmp_path / name for name in ("one.json", "two.json")]
    ended = [run(python, "sbom", file) for file in files]
    told = json.loads(files[0].read_text("utf-8"))
    listed = {
        part["name"]: (
            part["version"],
            {h["content"] for ref in part["externalReferences"] for h in ref.get("hashes", ())},
        )
        for part in told["components"]
    }

    assert [(each.returncode, each.stderr) for each in ended] == [(0, "")] * 2
    assert listed == locked()
    assert len(listed) > 50
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert told["metadata"]["component"]["name"] == "defect-orchestrator"
    assert all(part["purl"].startswith("pkg:pypi/") for part in told["components"])
    assert files[0].read_bytes() == files[1].read_bytes()


STATUS = """\
Package: libstdc++6
Status: install ok installed
Architecture: amd64
Source: gcc-14
Version: 14.2.0-19
Description: GNU Standard C++ Library
 Continued as dpkg does:
 Status: a line of a text.

Package: apt
Status: deinstall ok config-files
Architecture: amd64
Version: 3.0.3

Package: base-files
Status: install ok installed
Architecture: all
Version: 1:13.8+deb13u1
"""


def test_packages_of_debian_are_named_as_scanners_know_them() -> None:
    """What is installed, and not what was."""
    release = {"ID": "debian", "VERSION_ID": "13"}
    told = [part["purl"] for part in system_packages(STATUS, release)]
    assert told == [
        "pkg:deb/debian/base-files@1%3A13.8%2Bdeb13u1?arch=all&distro=debian-13",
        "pkg:deb/debian/libstdc%2B%2B6@14.2.0-19?arch=amd64&distro=debian-13",
    ]


def test_an_image_that_is_not_there_is_said(python: Path, tmp_path: Path) -> None:
    """And no list is written that looks like a whole one."""
    file = tmp_path / "list.json"
    ended = run(python, "sbom", file, "no-such-image:0")
    assert ended.returncode == 2
    assert ended.stdout.startswith("no-such-image:0 does not say what is in it: ")
    assert not file.exists()


class Advisories(BaseHTTPRequestHandler):
    """An index that speaks OSV, and knows something of one package or of none."""

    known: str | None = None

    def do_POST(self) -> None:
        """Answer a question about one package."""
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["package"]["name"]
        one = {
            "id": "GHSA-1",
            "modified": "2026-01-01T00:00:00Z",
            "affected": [
                {
                    "package": {"name": asked, "ecosystem": "PyPI"},
                    "ranges": [
                        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "99.0"}]}
                    ],
                }
            ],
        }
        answer = json.dumps({"vulns": [one]} if asked == self.known else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_args: Any) -> None:
        """Nothing."""


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, type[Advisories]]]:
    """One on loopback: its address, and what it knows."""
    monkeypatch.setattr(Advisories, "known", None)
    with ThreadingHTTPServer(("127.0.0.1", 0), Advisories) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/", Advisories
        server.shutdown()
        thread.join()


@pytest.mark.timeout(600)
def test_an_audit_tells_what_is_known_from_what_could_not_be_asked(
    python: Path, index: tuple[str, type[Advisories]]
) -> None:
    """0 for nothing known, 1 for something, 3 for an index that does not answer."""
    url, advisories = index
    osv = ("audit", "-s", "osv", "--osv-url")
    clean = run(python, *osv, url)
    advisories.known = "jinja2"
    found = run(python, *osv, url)
    away = run(python, *osv, "http://127.0.0.1:1/")

    assert (clean.returncode, found.returncode, away.returncode) == (0, 1, 3)
    assert clean.stdout.endswith(" packages, 0 known vulnerabilities\n")
    assert re.search(r"^jinja2 [\d.]+: GHSA-1, mended in 99\.0$", found.stdout, re.MULTILINE)
    assert away.stdout.startswith("No index of advisories could be asked, so nothing is known: ")
