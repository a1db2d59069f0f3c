"""Bundles the console for a package: the first page takes six requests instead of about fifty.
The sources need no build, so a stack on one machine serves them as they are.

Node and npm do it (`bundler/bundle.js`). Without them, a package contains the sources.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

BUNDLER = Path(__file__).with_name("bundler")
INSTALLED = Path(__file__).parents[2] / "build" / "bundler"
OLDEST_NODE = (20, 19)
"""The oldest release that the bundler runs on."""
TIMEOUT = 120
"""Seconds."""
SOURCES = (".js", ".css")
KEPT = ("bundle", "vendor")
"""The folders that stay: the bundle, and the licences of the libraries that are in it."""
SERVED_AS_IS = ("service_worker.js",)
"""The sources that stay: the browser asks for them by their own name, beside the page."""


class BundlerMissing(Exception):
    """This machine cannot bundle; the text says what it lacks."""


class BundlingFailed(Exception):
    """The text is what the bundler printed."""


def bundle(console: Path) -> None:
    """Writes `bundle/` into this copy of the console, and names it in the page. The sources stay.

    Raises BundlerMissing and BundlingFailed.
    """
    _require_node()
    script = _installed() / "bundle.js"
    _run(["node", str(script), str(console.resolve())], script.parent)


def remove_sources(console: Path) -> None:
    """Removes from this copy what the bundle replaces."""
    for path in [path for path in console.rglob("*") if path.suffix in SOURCES]:
        if path.parent.name != "bundle" and path.name not in SERVED_AS_IS:
            path.unlink()
    for folder in [path for path in console.iterdir() if path.is_dir() and path.name not in KEPT]:
        shutil.rmtree(folder)


def _require_node() -> None:
    if not (shutil.which("node") and shutil.which("npm")):
        raise BundlerMissing("Node.js with npm was not found")
    version = _run(["node", "--version"], BUNDLER)
    numbers = tuple(map(int, re.findall(r"\d+", version)[:2]))
    if numbers < OLDEST_NODE:
        oldest = ".".join(map(str, OLDEST_NODE))
        raise BundlerMissing(f"Node.js {version.strip()} is too old; {oldest} is needed")


def _installed() -> Path:
    """The folder with the bundler as its lock file names it; installs it at the first use. Only one
    process installs, and others wait for it."""
    locked = (BUNDLER / "package-lock.json").read_bytes()
    script = (BUNDLER / "bundle.js").read_bytes()
    folder = INSTALLED / hashlib.sha256(locked + script).hexdigest()[:16]
    INSTALLED.mkdir(parents=True, exist_ok=True)
    with (INSTALLED / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            unfinished = INSTALLED / "unfinished"
            shutil.rmtree(unfinished, ignore_errors=True)
            shutil.copytree(BUNDLER, unfinished, ignore=shutil.ignore_patterns("node_modules"))
            quiet = ["--no-audit", "--no-fund", "--ignore-scripts"]
            _run(["npm", "ci", *quiet], unfinished)
            unfinished.rename(folder)
    return folder


def _run(command: list[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1"},
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=True,
        )
    except subprocess.TimeoutExpired:
        raise BundlingFailed(f"{command[0]} did not end within {TIMEOUT} seconds.") from None
    except subprocess.CalledProcessError as error:
        raise BundlingFailed(f"{command[0]}: {error.stderr.strip()[-2000:]}") from None
    return done.stdout
