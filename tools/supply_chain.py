"""`python -m tools.supply_chain`: what the container image is made of, and what is known of it.

`sbom FILE` writes the packages of the lock that the image is built of as CycloneDX; the same lock
gives the same bytes. `audit` asks an index of advisories for known vulnerabilities of them. Another
lock is named by the variable `LOCK`, as for the image. It runs in an environment of its own, which
`make sbom` and `make audit` make of `requirements-audit.lock`.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
LOCK = ROOT / os.environ.get("LOCK", "requirements-runtime.lock")
FOUND, NOT_ASKED = 1, 3
"""Exit codes of `audit`: a vulnerability is known; nobody could be asked, so nothing is known."""


def sbom(file: Path) -> int:
    """Write it, valid by the schema of CycloneDX 1.6, or fail."""
    file.parent.mkdir(parents=True, exist_ok=True)
    described = ("--pyproject", str(ROOT / "pyproject.toml"), "--mc-type", "application")
    form = ("--of", "JSON", "--sv", "1.6", "--output-reproducible", "--validate", "-o", str(file))
    # It warns that a lock does not tell what needs what.
    program = (sys.executable, "-W", "ignore::UserWarning", "-m", "cyclonedx_py")
    code = subprocess.run([*program, "requirements", str(LOCK), *described, *form]).returncode
    if code == 0:
        print(f"{len(json.loads(file.read_text('utf-8'))['components'])} packages are in {file}")
    return code


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
        case ["sbom", file]:
            sys.exit(sbom(Path(file)))
        case ["audit", *options]:
            sys.exit(audit(options))
        case _:
            sys.exit(__doc__)
