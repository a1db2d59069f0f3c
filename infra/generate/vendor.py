"""`python -m infra.generate.vendor`: downloads the browser libraries that the console and the API's
documentation page use, in pinned versions, and rewrites their imports so that no build is needed.

Needs npm. The files are kept in the repository; a test compares them with their hashes.
"""

import hashlib
import json
import re
import subprocess
import tarfile
from pathlib import Path
from tempfile import TemporaryDirectory

PRODUCT = Path(__file__).parents[2] / "chalicelib"
CONSOLE, DOCS = PRODUCT / "console" / "vendor", PRODUCT / "apidocs"
HASHES, LICENCES = "hashes.json", "LICENSES.txt"
NPM_TIMEOUT = 120

CONSOLE_PACKAGES = {
    "preact@11.2.0": {"preact.js": "dist/preact.mjs", "hooks.js": "hooks/dist/hooks.mjs"},
    "htm@3.1.1": {"htm.js": "dist/htm.mjs"},
    "@preact/signals-core@1.14.5": {"signals-core.js": "dist/signals-core.mjs"},
    "@preact/signals@2.11.4": {"signals.js": "dist/signals.mjs"},
}
DOCS_PACKAGES = {
    "swagger-ui-dist@5.35.0": {
        "swagger-ui-bundle.js": "swagger-ui-bundle.js",
        "swagger-ui.css": "swagger-ui.css",
    },
}
PACKAGES = {CONSOLE: CONSOLE_PACKAGES, DOCS: DOCS_PACKAGES}
SPDX = {
    "preact": "MIT",
    "htm": "Apache-2.0",
    "@preact/signals-core": "MIT",
    "@preact/signals": "MIT",
    "swagger-ui-dist": "Apache-2.0",
}
"""The licence of each package. LICENSES.txt has the texts."""
IMPORT_PATHS = {
    "preact": "./preact.js",
    "preact/hooks": "./hooks.js",
    "@preact/signals-core": "./signals-core.js",
}
"""The console's content policy forbids import maps, so bare imports become relative paths."""


def vendor() -> None:
    for folder, packages in PACKAGES.items():
        licences = []
        for package, files in packages.items():
            with TemporaryDirectory() as temporary:
                unpacked = _download(package, Path(temporary))
                for name, path in files.items():
                    _write(folder / name, (unpacked / path).read_text(encoding="utf-8"))
                licences.append(_licence(package, unpacked))
        _write(folder / LICENCES, "\n".join(licences))
        text = json.dumps(hashes(folder), indent=2) + "\n"
        (folder / HASHES).write_text(text, encoding="utf-8")


def hashes(folder: Path) -> dict[str, str]:
    """The SHA-256 hash of each downloaded file."""
    names = sorted([LICENCES, *(name for files in PACKAGES[folder].values() for name in files)])
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}


def libraries() -> dict[str, tuple[str, dict[str, str]]]:
    """By package with its version: its licence and the SHA-256 hashes of its files."""
    return {
        package: (SPDX[package.rpartition("@")[0]], {name: hashes(folder)[name] for name in files})
        for folder, packages in PACKAGES.items()
        for package, files in packages.items()
    }


def _licence(package: str, unpacked: Path) -> str:
    """The package's licence, and those of the libraries that it bundles."""
    found = [unpacked / "LICENSE", *sorted(unpacked.glob("NOTICE"))]
    found += sorted(unpacked.glob("swagger-ui-bundle.js.LICENSE.txt"))
    texts = [path.read_text(encoding="utf-8") for path in found]
    return "\n".join([f"# {package}", "", *texts])


def _download(package: str, folder: Path) -> Path:
    command = ["npm", "pack", "--silent", "--pack-destination", str(folder), package]
    subprocess.run(command, check=True, timeout=NPM_TIMEOUT, stdout=subprocess.DEVNULL)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package"


def _write(file: Path, text: str) -> None:
    text = re.sub(r"\n?//# sourceMappingURL=.*|/\*# sourceMappingURL=.*?\*/", "", text)
    if file.parent == CONSOLE:
        text = re.sub(
            r'(from|import)\s*"([^".]+)"', lambda m: f'{m[1]}"{IMPORT_PATHS[m[2]]}"', text
        )
    file.write_text(text.rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    vendor()
