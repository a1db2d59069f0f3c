"""The files of the API documentation, as a browser receives them."""

import pytest

from tests.support.api import Api, ApiAnswer

FILES = [
    ("index.html", "text/html; charset=utf-8"),
    ("start.js", "text/javascript; charset=utf-8"),
    ("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    ("swagger-ui.css", "text/css; charset=utf-8"),
]


def page(nobody: Api, name: str, **headers: str) -> ApiAnswer:
    """Unchecked: the pages are no part of the API's document."""
    return nobody.unchecked("GET", f"/docs/{name}", **headers)


@pytest.mark.parametrize(("name", "content_type"), FILES)
def test_a_file_is_served_to_anybody_under_a_strict_policy(
    nobody: Api, name: str, content_type: str
) -> None:
    answer = page(nobody, name)

    assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_a_file_with_a_matching_etag_is_304(nobody: Api) -> None:
    first = page(nobody, "start.js")

    again = page(nobody, "start.js", If_None_Match=first.headers["ETag"])

    assert (again.status, again.text) == (304, "")


@pytest.mark.parametrize("name", ["hashes.json", "..%2Fopenapi.json", "none.js"])
def test_other_paths_under_docs_are_404(nobody: Api, name: str) -> None:
    answer = page(nobody, name)

    assert (answer.status, answer.json["code"]) == (404, "not_found")
