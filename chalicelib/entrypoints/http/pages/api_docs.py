"""The API's documentation for people: Swagger UI, which reads /openapi.json.

`infra/generate/vendor.py` writes the files in `chalicelib/apidocs`. The content policy is the
console's with two exceptions: no Trusted Types, because Swagger UI writes the document's
(sanitised) Markdown as HTML, and `data:` images, which its style sheet contains.
"""

import hashlib
from functools import cache
from pathlib import Path

from chalicelib.domain.errors import NotFound
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.pages.console import TYPES, headers_of

ROOT = Path(__file__).parents[3] / "apidocs"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def get_docs_file(call: Call) -> Reply:
    """The browser keeps the file and asks each time whether it has changed."""
    file = files().get(call.params["name"])
    if file is None:
        raise NotFound(f"The documentation has no {call.params['name']}.")
    etag = etag_of(file)
    headers = headers_of(call.services.socket_url, policy=POLICY) | {"ETag": etag}
    if etag in call.headers.get("if-none-match", ""):
        return Reply(None, 304, headers, TYPES[file.suffix])
    return Reply(file.read_text(encoding="utf-8"), 200, headers, TYPES[file.suffix])


@cache
def files() -> dict[str, Path]:
    return {path.name: path for path in ROOT.iterdir() if path.suffix in TYPES}


@cache
def etag_of(file: Path) -> str:
    return f'"{hashlib.sha256(file.read_bytes()).hexdigest()[:32]}"'
