"""Fetches the console's libraries, pinned, and readies them for a browser without a build:
`python -m infra.vendor`. Needs npm. What it writes is kept in the repository; a test compares it
with the hashes."""

import hashlib
import json
import re
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

FOLDER = Path(__file__).parent.parent / "chalicelib" / "console" / "vendor"
HASHES = FOLDER / "hashes.json"
DEADLINE = 120

PACKAGES = {
    "preact@11.2.0": {"preact.js": "dist/preact.mjs", "hooks.js": "hooks/dist/hooks.mjs"},
    "htm@3.1.1": {"htm.js": "dist/htm.mjs"},
    "@preact/signals-core@1.14.5": {"signals-core.js": "dist/signals-core.mjs"},
    "@preact/signals@2.11.4": {"signals.js": "dist/signals.mjs"},
}
BARE = {
    "preact": "./preact.js",
    "preact/hooks": "./hooks.js",
    "@preact/signals-core": "./signals-core.js",
}
"""A strict content policy knows no import map: bare names become files beside the importing one."""


def vendor() -> None:
    licences = []
    for package, files in PACKAGES.items():
        with TemporaryDirectory() as folder:
            unpacked = _fetched(package, Path(folder))
            for name, path in files.items():
                _write(name, (unpacked / path).read_text(encoding="utf-8"))
            licences.append(f"# {package}\n\n{(unpacked / 'LICENSE').read_text(encoding='utf-8')}")
    _write("LICENSES.txt", "\n".join(licences))
    HASHES.write_text(json.dumps(hashes(), indent=2) + "\n", encoding="utf-8")


def hashes() -> dict[str, str]:
    """SHA-256 of each file."""
    files = sorted(path for path in FOLDER.iterdir() if path != HASHES)
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def _fetched(package: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    subprocess.run(command, check=True, timeout=DEADLINE, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package"


def _write(name: str, text: str) -> None:
    text = re.sub(r"\n?//# sourceMappingURL=.*", "", text)
    text = re.sub(r'(from|import)\s*"([^".]+)"', lambda m: f'{m[1]}"{BARE[m[2]]}"', text)
    (FOLDER / name).write_text(text.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    vendor()
