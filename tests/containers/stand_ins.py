"""Builds stand-ins for the images of others, where the engine has none and no registry is reached.

They are made of Debian's packages and the pinned packages of this checkout, under the very names
that the compose file and the Dockerfile use, and lose these names when the tests are over. An image
that is there already is used as it is. From the environment, as it differs from place to place:

- `STAND_IN_MIRROR`: the mirror of Debian; else that of this machine's own apt.
- `PIP_INDEX_URL`, `SSL_CERT_FILE`: the package index and the CAs it is trusted by, as pip has them.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from runtime.servers import binary
from tests.compose.files import SERVICES, instructions
from tests.containers.engine import run

IMAGES = Path(__file__).parent / "images"
BASE = "stand-in/debian"
RELEASE = "bookworm"
"""Debian's release whose Python is of the minor version that is tested."""
PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"
TARGETS = {
    "python": "python",
    "postgres": "postgres",
    "temporalio/server": "temporal-server",
    "temporalio/admin-tools": "temporal-tools",
    "temporalio/ui": "temporal-ui",
    "prom/prometheus": "prometheus",
    "grafana/grafana": "grafana",
    "axllent/mailpit": "mailpit",
    "caddy": "caddy",
}
"""By repository the target of images/Dockerfile that stands in."""


def wanted() -> set[str]:
    """Every image that would come from a registry."""
    bases = {rest.split()[0] for word, rest in instructions() if word == "FROM"}
    return bases | {s["image"] for s in SERVICES.values() if "build" not in s}


@contextmanager
def stand_ins() -> Iterator[frozenset[str]]:
    """Have every image there while this lasts; gives the names of those that stand in."""
    missing = sorted(image for image in wanted() if not _there(image))
    if missing:
        _have_base()
    try:
        with TemporaryDirectory() as folder:
            context = _context(Path(folder)) if missing else Path(folder)
            for image in missing:
                _build(image, context)
        yield frozenset(missing)
    finally:
        for image in missing:
            run("docker", "image", "rm", "--no-prune", image, check=False)


def _there(image: str) -> bool:
    return run("docker", "image", "inspect", image, check=False).returncode == 0


def _build(image: str, context: Path) -> None:
    repository, _, tag = image.partition(":")
    target = TARGETS[repository]
    command = ["docker", "build", "--quiet", "--target", target, "--tag", f"stand-in/{target}"]
    command += ["--tag", image, "--build-arg", f"CADDY={_version('caddy')}", str(context)]
    run(*command, env={**os.environ, "DOCKER_BUILDKIT": "1"})
    assert tag


def _version(repository: str) -> str:
    tags = [image.partition(":")[2] for image in wanted() if image.startswith(f"{repository}:")]
    return tags[0].partition("-")[0] if tags else ""


def _context(folder: Path) -> Path:
    """What the Dockerfile of the stand-ins copies: its own files, and some of this machine's."""
    shutil.copytree(IMAGES, folder, dirs_exist_ok=True)
    os.link(Path(binary("temporal")).resolve(), folder / "temporal")
    trusted = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    shutil.copy(trusted, folder / "ca-certificates.crt")
    index = os.environ.get("PIP_INDEX_URL")
    (folder / "pip.conf").write_text(f"[global]\nindex-url = {index}\n" if index else "")
    return folder


def _have_base() -> None:
    """Debian's smallest system with Python, as the image that all stand-ins begin with."""
    if _there(BASE):
        return
    with TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", RELEASE, str(root)]
        run(*command, _mirror())
        for left in ("var/cache/apt/archives", "usr/share/doc", "usr/share/man"):
            shutil.rmtree(root / left)
        (root / "var/cache/apt/archives/partial").mkdir(parents=True)
        packed = Path(folder) / "root.tar"
        run("tar", "--numeric-owner", "-C", str(root), "-cf", str(packed), ".")
        run("docker", "import", str(packed), BASE)


def _mirror() -> str:
    given = os.environ.get("STAND_IN_MIRROR")
    if given:
        return given
    asked = ("apt-get", "indextargets", "--format", "$(REPO_URI)", f"Codename: {RELEASE}")
    return run(*asked).stdout.split()[0]
