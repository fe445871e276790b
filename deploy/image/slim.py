"""Leaves out of the image what none of its processes reads, and compiles what they load.

Run in the build stages, by the interpreter whose packages are meant:

- `slim.py program LIST`, from the folder of the program: what comes with packages and is for those
  who build or test them; languages, databases and frameworks that are not used; and bytecode of
  modules that nothing loads, which is a fifth of all that is installed. What is loaded of Python's
  own library goes into the list.
- `slim.py system LIST`: what is there to install, to build and to teach. What is in the list is
  compiled, as the base image has no bytecode.
"""

import compileall
import importlib
import importlib.util
import pkgutil
import py_compile
import shutil
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

SITE = Path(sysconfig.get_path("purelib"))
LIBRARY = Path(sysconfig.get_path("stdlib"))
UNCHECKED = py_compile.PycInvalidationMode.UNCHECKED_HASH
"""Nobody looks whether sources have changed: they cannot."""
UNREAD = (
    "temporalio/bridge/sdk-core",
    "temporalio/bridge/src",
    "sqlalchemy/testing",
    "greenlet/tests",
    "aiosmtpd/tests",
    "fsspec/tests",
)
UNREAD_KINDS = ("*.pyi", "*.pyx", "*.pxd", "*.c", "*.h")
ONLY = {
    "holidays/locale": {"en_US"},
    "pygments/lexers": {"__init__", "_mapping", "python"},
    "sqlalchemy/dialects": {"__init__", "_typing", "postgresql", "sqlite"},
    "temporalio/contrib": {"__init__", "opentelemetry", "pydantic"},
}
"""Folders of many of a kind, and those of them that are read."""
EXTRAS = ("apprise", "s3fs", "aiobotocore", "botocore", "aiohttp")
"""Packages of extras, which load much of themselves when they are used: compiled as a whole."""
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
TOOLS = ("pip", "setuptools", "pkg_resources", "_distutils_hack", "wheel", "ensurepip",
         "idlelib", "lib2to3", "turtledemo", "tkinter", "pydoc_data")  # fmt: skip
SCRIPTS = ("pip", "wheel", "easy_install", "idle", "2to3", "pydoc")
"""Of the interpreter: modules, and what begins with these names beside it."""
SYSTEM = (
    "etc/apt",
    "var/cache/apt",
    "var/lib/apt",
    "usr/bin/dpkg*",  # cannot remove itself; its record of what is there stays, for scanners
    "usr/local/include",
    "usr/local/lib/pkgconfig",
    "usr/share/python-wheels",
    "usr/share/zoneinfo",  # zones are those of the lock file: runtime/time_zones.py
)


def slim_program(loaded: Path) -> None:
    """Packages, then the program itself."""
    for name in UNREAD:
        _remove(SITE / name)
    _remove_all(SITE, *(f"**/{kind}" for kind in UNREAD_KINDS))
    for name, read in ONLY.items():
        for found in (SITE / name).iterdir():
            if found.stem not in read:
                _remove(found)
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
    files = {getattr(module, "__file__", None) or "" for module in list(sys.modules.values())}
    sources = {Path(file) for file in files if file.endswith(".py")}
    for file in sources:
        if file.is_relative_to(SITE):
            _compile(file)
    for name in EXTRAS:
        if (SITE / name).exists():
            compileall.compile_dir(SITE / name, quiet=1, invalidation_mode=UNCHECKED)
    library = sorted(str(file) for file in sources if file.is_relative_to(LIBRARY))
    loaded.write_text("\n".join(library), encoding="utf-8")
    compileall.compile_dir(".", quiet=1, invalidation_mode=UNCHECKED)


def slim_system(loaded: Path) -> None:
    """The interpreter's own folders, and lists of what could be installed."""
    for name in TOOLS:
        found = importlib.util.find_spec(name)
        if found and found.origin:
            origin = Path(found.origin)
            _remove(origin.parent if origin.name == "__init__.py" else origin)
    records = [*(f"{name}-*-info" for name in TOOLS), "distutils-precedence.pth"]
    for folder in sys.path[1:]:
        _remove_all(Path(folder), *records)
    _remove_all(Path(sys.executable).parent, *(f"{name}*" for name in SCRIPTS))
    _remove_all(Path("/"), *SYSTEM)
    for file in loaded.read_text(encoding="utf-8").splitlines():
        _compile(Path(file))


def _remove_all(folder: Path, *patterns: str) -> None:
    """What is there of these."""
    for pattern in patterns:
        for found in list(folder.glob(pattern)):
            _remove(found)


def _remove(found: Path) -> None:
    if found.is_dir() and not found.is_symlink():
        shutil.rmtree(found)
    else:
        found.unlink()


def _modules() -> Iterator[str]:
    """Every module of ours that may be imported."""
    for name in OURS:
        for found in pkgutil.walk_packages([name], f"{name}."):
            if not found.name.endswith("__main__") and ".versions." not in found.name:
                yield found.name


def _compile(file: Path) -> None:
    py_compile.compile(str(file), invalidation_mode=UNCHECKED)


if __name__ == "__main__":
    {"program": slim_program, "system": slim_system}[sys.argv[1]](Path(sys.argv[2]))
