"""The console's files, as they are in `chalicelib/console`. No authentication: nothing in them is
anybody's; whoever opens them signs in through the API."""

import hashlib
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from chalicelib.domain.errors import NotFound
from chalicelib.entrypoints.http import Call, Handler, Reply, Routes

ROOT = Path(__file__).parent.parent / "console"
FOLDERS = ("", "strings/", "vendor/", "views/")
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self';"
    " connect-src 'self' {sockets}; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types 'none'"
)
COMMENTED = (".css", ".js")
COMMENT = re.compile(r"/\*.*?\*/|^[ \t]*//.*?$", re.DOTALL | re.MULTILINE)
routes = Routes(__name__)


class File(NamedTuple):
    text: str
    content_type: str
    etag: str


def _serve(folder: str) -> Handler:
    def page(call: Call) -> Reply:
        return _page(call, folder + call.params["name"])

    page.__name__ = f"page_{folder.rstrip('/') or 'console'}"
    return page


for _folder in FOLDERS:
    routes.on("GET", f"/console/{_folder}{{name}}")(_serve(_folder))


def _page(call: Call, path: str) -> Reply:
    """Kept by the browser and asked about each time: a new release is seen at once, and what has
    not changed costs no bytes."""
    file = files().get(path)
    if file is None:
        raise NotFound(f"The console has no {path}.")
    headers = headers_of(call.world.socket_url) | {"ETag": file.etag}
    if file.etag in call.headers.get("if-none-match", ""):
        return Reply(None, 304, headers, file.content_type)
    return Reply(file.text, 200, headers, file.content_type)


@cache
def files() -> dict[str, File]:
    """By path. Whatever is not here does not exist, however its name is written."""
    found = (path for path in ROOT.rglob("*") if path.suffix in TYPES)
    return {str(path.relative_to(ROOT)): _read(path) for path in found}


def _read(path: Path) -> File:
    text = served(path)
    digest = hashlib.sha256(text.encode()).hexdigest()
    return File(text, TYPES[path.suffix], f'"{digest[:32]}"')


def served(path: Path) -> str:
    """As it is, but for the comments in our own scripts and sheets, which are for whoever reads
    the source; the lines keep their numbers."""
    text = path.read_text(encoding="utf-8")
    if path.suffix not in COMMENTED or path.parent.name == "vendor":
        return text
    return COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)


def headers_of(socket_url: str) -> dict[str, str]:
    sockets = urlsplit(socket_url)
    return {
        "Content-Security-Policy": POLICY.format(sockets=f"{sockets.scheme}://{sockets.netloc}"),
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
