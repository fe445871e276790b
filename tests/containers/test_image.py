"""The image of the product: how big, of what, and whether it comes out the same again."""

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.compose.files import ROOT, bases
from tests.compose.test_image import pinned
from tests.containers.engine import run
from tests.containers.place import Place

MOST = 260_000_000
"""Bytes that the image may have: the goal was 250 MB, and packages grow."""
EXTRAS = "requirements-extras.lock"
FILES = r"""
import hashlib, os, stat
for root in ("/app", "/venv"):
    for folder, folders, names in os.walk(root):
        folders.sort()
        for name in sorted(names):
            path = os.path.join(folder, name)
            held = os.readlink(path) if os.path.islink(path) else open(path, "rb").read()
            content = held.encode() if isinstance(held, str) else held
            print(path, oct(os.lstat(path).st_mode), hashlib.sha256(content).hexdigest())
"""
PACKAGES = r"""
import json
from importlib.metadata import distributions
print(json.dumps({one.name.lower().replace("_", "-").replace(".", "-"): one.version
                  for one in distributions()}))
"""


@pytest.fixture(scope="module")
def image(place: Place) -> str:
    """The one that runs here."""
    return str(place.containers("portal")[0]["Config"]["Image"])


@pytest.fixture(scope="module")
def built_again(place: Place) -> Iterator[str]:
    """One more, from nothing and of the same files."""
    yield from _built(place.folder, "again", "--no-cache")


@pytest.fixture(scope="module")
def with_extras(place: Place) -> Iterator[str]:
    """One with the extras, as `IMAGE_LOCK` in `.env` has it."""
    yield from _built(place.folder, "extras", "--build-arg", f"LOCK={EXTRAS}")


def _built(folder: Path, tag: str, *options: str) -> Iterator[str]:
    name = f"defect-orchestrator:{tag}"
    run("docker", "build", "--quiet", "--tag", name, *options, ".", folder=folder)
    yield name
    run("docker", "image", "rm", name)


def says(image: str, script: str) -> str:
    """What Python in a container of the image writes, with no more rights than ours have."""
    rights = ("--rm", "--read-only", "--cap-drop", "ALL", "--network", "none")
    return run("docker", "run", *rights, image, "python", "-c", script).stdout


def test_it_is_small(image: str) -> None:
    """With all that is in it."""
    (base,) = bases()
    whole, below = (int(run("docker", "image", "inspect", "-f", "{{.Size}}", name).stdout)
                    for name in (image, base))  # fmt: skip
    print(f"{image}: {whole / 1e6:.0f} MB; {base}: {below / 1e6:.0f} MB")
    assert whole < MOST


def test_nothing_can_be_installed_in_it(image: str) -> None:
    """It has neither a package manager nor a language beside Python."""
    look = (
        "import shutil;"
        "print([name for name in ('apt', 'apt-get', 'dpkg', 'pip', 'perl', 'gcc')"
        " if shutil.which(name)])"
    )
    assert says(image, look).strip() == "[]"


def test_pythons_own_library_is_slim_and_compiled(image: str) -> None:
    """Without its tools; what is loaded does not have to be compiled by each process."""
    look = (
        "import importlib.util, json, os\n"
        "names = ('pip', 'setuptools', 'ensurepip', 'idlelib')\n"
        "print([name for name in names if importlib.util.find_spec(name)],"
        " os.path.exists(json.__cached__))"
    )
    ask = f"import subprocess, sys; subprocess.run([sys._base_executable, '-c', {look!r}])"
    assert says(image, ask).strip() == "[] True"


def test_it_trusts_the_usual_authorities(image: str) -> None:
    """For mail servers, receivers of webhooks and whom else TLS leads to."""
    look = "import os, ssl; print(len(os.listdir(ssl.get_default_verify_paths().capath)))"
    assert int(says(image, look)) > 100


def test_it_comes_out_the_same(image: str, built_again: str) -> None:
    """From the lock file, to the byte: names, modes and contents of program and packages."""
    first, second = says(image, FILES).splitlines(), says(built_again, FILES).splitlines()
    assert len(first) > 3000
    assert [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]] == []


@pytest.mark.parametrize(
    ("name", "lock"), [("image", "requirements-runtime.lock"), ("with_extras", EXTRAS)]
)
def test_its_packages_are_those_of_the_lock(
    name: str, lock: str, request: pytest.FixtureRequest
) -> None:
    """So `make sbom`, which lists the lock, lists what is there."""
    wanted = {
        re.sub("[-_.]+", "-", each.name).lower(): str(each.specifier).removeprefix("==")
        for each in map(Requirement, _lines(lock))
        if each.marker is None or each.marker.evaluate()
    }
    assert json.loads(says(request.getfixturevalue(name), PACKAGES)) == wanted


def test_its_list_has_its_debian_too(image: str) -> None:
    """`make sbom IMAGE=`: the packages of the lock, Python, and what Debian's record names."""
    run("make", "sbom", f"IMAGE={image}", f"PYTHON={sys.executable}", folder=ROOT)
    told = json.loads((ROOT / "build" / "sbom.json").read_text("utf-8"))["components"]
    kinds = Counter(part["purl"].split("/")[0] for part in told)
    names = {part["name"] for part in told if part["purl"].startswith("pkg:deb/debian/")}

    assert kinds["pkg:generic"] == 1
    assert kinds["pkg:pypi"] == len(pinned("requirements-runtime.lock"))
    assert {"libc6", "zlib1g", "ca-certificates"} <= names
    assert not {"apt", "perl-base", "gpgv"} & names


def _lines(lock: str) -> list[str]:
    text = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line.partition("--hash=")[0] for line in text.splitlines() if line[:1].isalnum()]
    assert len(lines) == len(pinned(lock))
    return lines


def test_the_extras_can_be_used(with_extras: str) -> None:
    """A place of staff, and a bucket, by our own adapters; the rest is for a server of each."""
    look = (
        "from pydantic import SecretStr;"
        "from activities.adapters.places import places_for;"
        "from fsspec.core import url_to_fs;"
        "places_for(['desk'], {'desk': SecretStr('json://desk.example/')});"
        "print(type(url_to_fs('s3://bucket/folder')[0]).__name__)"
    )
    assert says(with_extras, look).strip() == "S3FileSystem"
