"""Leaves out of the image what none of its processes reads, and compiles what they load.

Run once in the build stage, from the folder of the program, by the interpreter of the image:

- the Rust sources that come with Temporal's SDK, type stubs, and the tests of packages;
- how dates and plurals are written in languages that nobody is written to in;
- bytecode of modules that nothing loads, which is a fifth of all that is installed.
"""

import compileall
import importlib
import pkgutil
import py_compile
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

SITE = Path(sysconfig.get_path("purelib"))
UNREAD = (
    "temporalio/bridge/sdk-core",
    "temporalio/bridge/src",
    "sqlalchemy/testing",
    "greenlet/tests",
    "aiosmtpd/tests",
    "fsspec/tests",
)
OURS = ("domain", "workflows", "activities", "runtime", "commands", "portal")
BY_NAME = (
    "worker",
    "starter",
    "psycopg",
    "sqlalchemy.dialects.postgresql.psycopg",
    "uvicorn.protocols.http.h11_impl",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "anyio._backends._asyncio",
    "alembic.command",
    "logging.config",
    "rich.traceback",
)
"""Loaded by their names, which no import of ours shows."""


def main() -> None:
    """Do all of it."""
    for name in UNREAD:
        shutil.rmtree(SITE / name)
    for kind in ("*.pyi", "*.pyx", "*.pxd", "*.c", "*.h"):
        for file in SITE.rglob(kind):
            file.unlink()
    spoken = {folder.parent.name for folder in Path("activities/templates").glob("*/client")}
    for file in SITE.glob("babel/locale-data/*.dat"):
        if file.stem.partition("_")[0] not in spoken | {"root"}:
            file.unlink()
    sys.path.insert(0, "")
    for name in (*BY_NAME, *_modules()):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as missing:
            print(f"{name} needs {missing.name}, which this image does not have")
    for module in list(sys.modules.values()):
        if (where := getattr(module, "__file__", None)) and Path(where).is_relative_to(SITE):
            _compile(Path(where))
    compileall.compile_dir(
        ".", quiet=1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )


def _modules() -> Iterator[str]:
    """Every module of ours that may be imported."""
    for name in OURS:
        for found in pkgutil.walk_packages([name], f"{name}."):
            if not found.name.endswith("__main__") and ".versions." not in found.name:
                yield found.name


def _compile(file: Path) -> None:
    """Unchecked, as the sources cannot change either."""
    if file.suffix == ".py":
        py_compile.compile(
            str(file), invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
        )


if __name__ == "__main__":
    main()
