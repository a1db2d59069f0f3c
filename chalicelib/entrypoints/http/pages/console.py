"""The console's files, from `chalicelib/console`. They hold no data of anybody, so they need no
authentication; the console logs in through the API.

The browser asks for the page each time. The page names all other files under the release, which is
a hash of all files, and the browser keeps those for good: a second visit costs one call, and no
page ever mixes two releases.
"""

import hashlib
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from chalicelib.domain.errors import NotFound
from chalicelib.entrypoints.http.framework import Call, Reply

ROOT = Path(__file__).parents[3] / "console"
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
    ".txt": "text/plain; charset=utf-8",
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' https: blob: {files};"
    " media-src 'self' https: {files}; manifest-src 'self'; worker-src 'self';"
    " connect-src 'self' {sockets} {files};"
    " base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types service-worker"
)
"""The only Trusted Types policy names the service worker (session/web_push.js)."""
PAGE = "index.html"
NAMED = re.compile(r'(href|src)="([^"]+\.(?:css|js))"')
FOR_GOOD = "public, max-age=31536000, immutable"
COMMENTED = (".css", ".js")
UNSENT = re.compile(r"/\*.*?\*/|^[ \t]*//.*?$|^[ \t]+", re.DOTALL | re.MULTILINE)


class File(NamedTuple):
    text: str
    content_type: str
    etag: str


def redirect_to_console(call: Call) -> Reply:
    """The address is relative, because a proxy in front of API Gateway may not show the stage. If
    the path lacks its last slash, a relative address would replace the stage."""
    parent = "" if call.sent_path.endswith("/") else f"{call.sent_path}/"
    return Reply(None, 307, {"Location": f"{parent}console/{PAGE}"}, TYPES[".html"])


def get_console_file(call: Call) -> Reply:
    """The browser keeps a file under its release for good. It asks each time whether a file
    without one has changed."""
    path = "/".join(call.params[part] for part in ("name", "file") if part in call.params)
    file = files().get(path)
    wanted = call.params.get("release")
    if file is None or wanted not in (None, release()):
        raise NotFound(f"The console has no {path}.")
    headers = headers_of(call.services.socket_url, call.services.files_url) | {"ETag": file.etag}
    if wanted:
        headers["Cache-Control"] = FOR_GOOD
    if file.etag in call.headers.get("if-none-match", ""):
        return Reply(None, 304, headers, file.content_type)
    return Reply(file.text, 200, headers, file.content_type)


@cache
def files() -> dict[str, File]:
    """By path. A path that is not a key here is 404, so no request reaches other files."""
    paths = (path for path in ROOT.rglob("*") if path.suffix in TYPES)
    found = {str(path.relative_to(ROOT)): _file(path, served(path)) for path in paths}
    page = ROOT / PAGE
    named = NAMED.sub(rf'\1="r/{digest_of(found)}/\2"', served(page))
    return found | {PAGE: _file(page, named)}


@cache
def release() -> str:
    """A hash of all files as they are served, without the page, which names the release."""
    return digest_of(files())


def _file(path: Path, text: str) -> File:
    digest = hashlib.sha256(text.encode()).hexdigest()
    return File(text, TYPES[path.suffix], f'"{digest[:32]}"')


def digest_of(of: Mapping[str, File]) -> str:
    """Ignores the page."""
    etags = "".join(of[path].etag for path in sorted(of) if path != PAGE)
    return hashlib.sha256(etags.encode()).hexdigest()[:16]


def served(path: Path) -> str:
    """The file's text. Our own scripts and style sheets are served without comments and
    indentation; the lines keep their numbers. Scripts that packaging has bundled have neither."""
    text = path.read_text(encoding="utf-8")
    is_ready = path.suffix == ".js" and path.parent.name == "bundle"
    if path.suffix not in COMMENTED or path.parent.name == "vendor" or is_ready:
        return text
    return UNSENT.sub(lambda found: "\n" * found[0].count("\n"), text)


def headers_of(socket_url: str, files_url: str = "", policy: str = POLICY) -> dict[str, str]:
    sockets, files = _origin(socket_url), _origin(files_url)
    return {
        "Content-Security-Policy": policy.format(sockets=sockets, files=files),
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if url else ""
