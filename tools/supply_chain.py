"""`python -m tools.supply_chain`: what the container image is made of, and what is known of it.

`sbom FILE` writes the packages of the lock that the image is built of as CycloneDX; the same lock
gives the same bytes. `sbom FILE IMAGE` adds what is in that image beside them: its Python, and the
packages of its Debian. `audit` asks an index of advisories for known vulnerabilities of them.
Another lock is named by the variable `LOCK`, as for the image. It runs in an environment of its
own, which `make sbom` and `make audit` make of `requirements-audit.lock`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from email.parser import Parser
from pathlib import Path
from typing import Any
from urllib.parse import quote

ROOT = Path(__file__).parents[1]
LOCK = ROOT / os.environ.get("LOCK", "requirements-runtime.lock")
FOUND, NOT_ASKED = 1, 3
"""Exit codes of `audit`: a vulnerability is known; nobody could be asked, so nothing is known."""
RECORD = """
import json, platform
with open("/var/lib/dpkg/status", encoding="utf-8") as status:
    print(json.dumps({"python": platform.python_version(), "status": status.read(),
                      "release": platform.freedesktop_os_release()}))
"""
"""What an image is asked: its Python says it."""


def sbom(file: Path, image: str | None = None) -> int:
    """Write it, valid by the schema of CycloneDX 1.6, or fail."""
    try:
        system = list(_in_image(image)) if image else []
    except (OSError, subprocess.CalledProcessError) as error:
        print(f"{image} does not say what is in it: {getattr(error, 'stderr', '') or error}")
        return 2
    file.parent.mkdir(parents=True, exist_ok=True)
    described = ("--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application")
    form = ("--of", "JSON", "--sv", "1.6", "--output-reproducible", "--validate", "-o", str(file))
    # It warns that a lock does not tell what needs what.
    program = (sys.executable, "-W", "ignore::UserWarning", "-m", "cyclonedx_py")
    code = subprocess.run([*program, "requirements", str(LOCK), *described, *form]).returncode
    if code != 0:
        return code
    told = json.loads(file.read_text("utf-8"))
    if system:
        told["components"] += system
        text = json.dumps(told, indent=2)
        _validate(text)
        file.write_text(text, encoding="utf-8")
    print(f"{len(told['components'])} packages are in {file}")
    return 0


def _in_image(image: str) -> Iterator[dict[str, str]]:
    closed = ("--rm", "--pull", "never", "--network", "none", "--read-only", "--cap-drop", "ALL")
    asked = subprocess.run(
        ["docker", "run", *closed, image, "python", "-c", RECORD],
        check=True,
        capture_output=True,
        text=True,
    )
    held = json.loads(asked.stdout)
    yield _component("python", held["python"], f"pkg:generic/python@{held['python']}")
    yield from system_packages(held["status"], held["release"])


def system_packages(status: str, release: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Components of what is installed by `status`, dpkg's record, on the system that `release`,
    its `os-release`, names; by name."""
    paragraphs = map(Parser().parsestr, status.strip().split("\n\n"))
    there = (p for p in paragraphs if p["Status"] == "install ok installed")
    system = release["ID"]
    for package in sorted(there, key=lambda p: (p["Package"], p["Architecture"])):
        name, version = package["Package"], package["Version"]
        where = f"arch={package['Architecture']}&distro={system}-{release['VERSION_ID']}"
        yield _component(
            name, version, f"pkg:deb/{system}/{quote(name)}@{quote(version, safe='')}?{where}"
        )


def _component(name: str, version: str, purl: str) -> dict[str, str]:
    return {"bom-ref": purl, "type": "library", "name": name, "version": version, "purl": purl}


def _validate(text: str) -> None:
    """Raises ValueError where the schema does not allow it."""
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    wrong = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
    if wrong is not None:
        raise ValueError(f"no CycloneDX: {wrong}")


def audit(options: Sequence[str] = ()) -> int:
    """Say which packages have known vulnerabilities; `options` are those of pip-audit."""
    locked = ("--requirement", str(LOCK), "--disable-pip", "--no-deps", "--progress-spinner=off")
    asked = subprocess.run(
        [sys.executable, "-m", "pip_audit", *locked, "--format=json", *options],
        capture_output=True,
        text=True,
    )
    try:
        answer = json.loads(asked.stdout)
    except ValueError:
        why = asked.stderr.strip().splitlines() or ["pip-audit says nothing"]
        print(f"No index of advisories could be asked, so nothing is known: {why[-1]}")
        return NOT_ASKED
    return _told(answer["dependencies"])


def _told(packages: list[dict[str, Any]]) -> int:
    skipped = [p for p in packages if "skip_reason" in p]
    known = [(p, found) for p in packages for found in p.get("vulns", [])]
    for package, found in known:
        better = ", ".join(found["fix_versions"]) or "none yet"
        print(f"{package['name']} {package['version']}: {found['id']}, mended in {better}")
    for package in skipped:
        print(f"{package['name']}: not looked at, {package['skip_reason']}")
    print(f"{len(packages)} packages, {len(known)} known vulnerabilities")
    return FOUND if known else NOT_ASKED if skipped else 0


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["sbom", file, *image] if len(image) < 2:
            sys.exit(sbom(Path(file), *image))
        case ["audit", *options]:
            sys.exit(audit(options))
        case _:
            sys.exit(__doc__)
