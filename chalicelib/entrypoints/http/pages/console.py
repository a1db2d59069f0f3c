"""The console's files, as they are in `chalicelib/console`. No authentication: nothing in them is
anybody's; whoever opens them signs in through the API.

The page itself is asked for each time. What it names stands under the release, a hash of all files,
and is kept for good: a second visit costs one call, and no two releases are ever mixed.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from chalicelib.domain.errors import NotFound
from chalicelib.entrypoints.http.framework import Call, Reply, Routes

ROOT = Path(__file__).parents[3] / "console"
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
PAGE = "index.html"
NAMED = re.compile(r'(href|src)="([^"]+\.(?:css|js))"')
FOR_GOOD = "public, max-age=31536000, immutable"
COMMENTED = (".css", ".js")
UNSENT = re.compile(r"/\*.*?\*/|^[ \t]*//.*?$|^[ \t]+", re.DOTALL | re.MULTILINE)
routes = Routes(__name__)


class File(NamedTuple):
    text: str
    content_type: str
    etag: str


@routes.on("GET", "/console/{name}")
@routes.on("GET", "/console/{name}/{file}")
@routes.on("GET", "/console/r/{release}/{name}")
@routes.on("GET", "/console/r/{release}/{name}/{file}")
def console_file(call: Call) -> Reply:
    return _page(call, "/".join(call.params[key] for key in ("name", "file") if key in call.params))


def _page(call: Call, path: str) -> Reply:
    """Under its release, kept for good; else kept and asked about each time: what has not changed
    costs no bytes."""
    file = files().get(path)
    asked = call.params.get("release")
    if file is None or asked not in (None, release()):
        raise NotFound(f"The console has no {path}.")
    headers = headers_of(call.services.socket_url) | {"ETag": file.etag}
    if asked:
        headers["Cache-Control"] = FOR_GOOD
    if file.etag in call.headers.get("if-none-match", ""):
        return Reply(None, 304, headers, file.content_type)
    return Reply(file.text, 200, headers, file.content_type)


@cache
def files() -> dict[str, File]:
    """By path. Whatever is not here does not exist, however its name is written."""
    paths = (path for path in ROOT.rglob("*") if path.suffix in TYPES)
    found = {str(path.relative_to(ROOT)): _file(path, served(path)) for path in paths}
    page = ROOT / PAGE
    named = NAMED.sub(rf'\1="r/{digest_of(found)}/\2"', served(page))
    return found | {PAGE: _file(page, named)}


@cache
def release() -> str:
    """Of all files as they are served, but for the page, which names it."""
    return digest_of(files())


def _file(path: Path, text: str) -> File:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return File(text, TYPES[path.suffix], f'"{digest[:32]}"')


def digest_of(of: Mapping[str, File]) -> str:
    """The same for the same files, whatever the page says of them."""
    etags = "".join(of[path].etag for path in sorted(of) if path != PAGE)
    return hashlib.sha256(etags.encode()).hexdigest()[:16]


def served(path: Path) -> str:
    """As it is, but for what is for whoever reads the source of our own scripts and sheets:
    comments and indentation. The lines keep their numbers."""
    text = path.read_text(encoding="utf-8")
    if path.suffix not in COMMENTED or path.parent.name == "vendor":
        return text
    return UNSENT.sub(lambda found: "\n" * found[0].count("\n"), text)


def headers_of(socket_url: str, policy: str = POLICY) -> dict[str, str]:
    sockets = urlsplit(socket_url)
    return {
        "Content-Security-Policy": policy.format(sockets=f"{sockets.scheme}://{sockets.netloc}"),
        "Cache-Control": "no-cache",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }
