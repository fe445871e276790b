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
from tests.compose.files import SERVICES, bases
from tests.containers.engine import run

IMAGES = Path(__file__).parent / "images"
RELEASE = "bookworm"
"""Debian's release whose Python is of the minor version that is tested."""
NEXT = "trixie"
NEXT_PYTHON = "3.13"
"""Debian's next release, and the Python that it has."""
PACKAGES = "python3,python3-venv,python3-pip,ca-certificates"
UNREAD = ("var/cache/apt/archives", "var/lib/apt/lists", "usr/share/doc", "usr/share/man",
          "usr/share/locale")  # fmt: skip
"""What slim images do not have."""
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
    return bases() | {s["image"] for s in SERVICES.values() if "build" not in s}


@contextmanager
def stand_ins() -> Iterator[frozenset[str]]:
    """Have every image there while this lasts; gives the names of those that stand in."""
    missing = sorted(image for image in wanted() if not _there(image))
    try:
        for image in missing:
            _build(image)
        yield frozenset(missing)
    finally:
        for image in missing:
            run("docker", "image", "rm", "--no-prune", image, check=False)


@contextmanager
def next_python() -> Iterator[str]:
    """Have the image of the next Python there while this lasts; gives its version by its tag."""
    (base,) = bases()
    of_next = f"{NEXT_PYTHON}-standing-in"
    _, _, flavour = base.partition("-")
    image = f"python:{of_next}-{flavour}"
    _build(image, NEXT)
    try:
        yield of_next
    finally:
        run("docker", "image", "rm", "--no-prune", image, check=False)


def _there(image: str) -> bool:
    return run("docker", "image", "inspect", image, check=False).returncode == 0


def _build(image: str, release: str = RELEASE) -> None:
    target = TARGETS[image.partition(":")[0]]
    caddy = SERVICES["proxy"]["image"].partition(":")[2].partition("-")[0]
    arguments = [f"DEBIAN={_debian(release)}", f"CADDY={caddy}"]
    command = ["docker", "build", "--quiet", "--target", target, "--tag", image]
    command += [word for argument in arguments for word in ("--build-arg", argument)]
    with TemporaryDirectory() as folder:
        _fill(Path(folder))
        run(*command, folder, env={**os.environ, "DOCKER_BUILDKIT": "1"}, tries=2)


def _fill(context: Path) -> None:
    """What the Dockerfile of the stand-ins copies: its own files, and some of this machine's."""
    shutil.copytree(IMAGES, context, dirs_exist_ok=True)
    os.link(Path(binary("temporal")).resolve(), context / "temporal")
    trusted = os.environ.get("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt")
    shutil.copy(trusted, context / "ca-certificates.crt")
    index = os.environ.get("PIP_INDEX_URL")
    (context / "pip.conf").write_text(f"[global]\nindex-url = {index}\n" if index else "")


def _debian(release: str) -> str:
    """The image of Debian's smallest system with Python, which all stand-ins begin with."""
    image = f"stand-in/debian:{release}"
    if _there(image):
        return image
    with TemporaryDirectory() as folder:
        root = Path(folder) / "root"
        command = ["debootstrap", "--variant=minbase", f"--include={PACKAGES}", release, str(root)]
        run(*command, _mirror(), tries=2)
        for left in UNREAD:
            shutil.rmtree(root / left)
        for made in ("var/cache/apt/archives/partial", "var/lib/apt/lists/partial"):
            (root / made).mkdir(parents=True)
        packed = Path(folder) / "root.tar"
        run("tar", "--numeric-owner", "-C", str(root), "-cf", str(packed), ".")
        run("docker", "import", str(packed), image)
    return image


def _mirror() -> str:
    given = os.environ.get("STAND_IN_MIRROR")
    if given:
        return given
    asked = ("apt-get", "indextargets", "--format", "$(REPO_URI)", f"Codename: {RELEASE}")
    return run(*asked).stdout.split()[0]
