"""The files of the console, as a browser receives them."""

import json
import re
from types import SimpleNamespace
from urllib.parse import urljoin

import pytest

from chalicelib.entrypoints.http.framework import Call
from chalicelib.entrypoints.http.pages import console
from chalicelib.entrypoints.http.route_table import PAGES as ROUTES
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices

PAGES = [
    ("index.html", "text/html; charset=utf-8"),
    ("main.js", "text/javascript; charset=utf-8"),
    ("console.css", "text/css; charset=utf-8"),
    ("icon.svg", "image/svg+xml"),
    ("manifest.webmanifest", "application/manifest+json"),
    ("app/app.js", "text/javascript; charset=utf-8"),
    ("strings/ar.js", "text/javascript; charset=utf-8"),
    ("vendor/preact.js", "text/javascript; charset=utf-8"),
]


@pytest.mark.parametrize(("path", "content_type"), PAGES)
def test_a_file_is_served_to_anybody_under_a_strict_policy(
    nobody: Api, path: str, content_type: str
) -> None:
    answer = page(nobody, path)

    assert (answer.status, answer.headers["Content-Type"]) == (200, content_type)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in policy
    assert "connect-src 'self' ws://127.0.0.1:8000 https://files.test;" in policy
    assert "frame-ancestors 'none'" in policy
    assert policy.endswith("require-trusted-types-for 'script'; trusted-types service-worker")
    assert "unsafe" not in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_the_service_worker_covers_the_console_and_is_asked_for_anew_each_time(
    nobody: Api,
) -> None:
    """Its scope is the folder of its address, so it needs no `Service-Worker-Allowed`."""
    answer = page(nobody, "service_worker.js")

    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert "worker-src 'self'" in page(nobody, "index.html").headers["Content-Security-Policy"]
    assert "caches" not in answer.text
    assert '"fetch"' not in answer.text


def test_a_file_with_a_matching_etag_is_304(nobody: Api) -> None:
    first = page(nobody, "main.js")

    again = page(nobody, "main.js", If_None_Match=first.headers["ETag"])
    other = page(nobody, "main.js", If_None_Match='"0"')

    assert first.headers["Cache-Control"] == "no-cache"
    assert (again.status, again.text) == (304, "")
    assert (other.status, other.text) == (200, first.text)


def test_the_console_can_be_installed_as_an_app_with_its_own_icons(nobody: Api) -> None:
    assert '<link rel="manifest" href="manifest.webmanifest">' in page(nobody, "index.html").text
    found = page(nobody, "manifest.webmanifest")
    manifest = json.loads(found.text)

    assert "manifest-src 'self'" in found.headers["Content-Security-Policy"]
    assert manifest["display"] == "standalone"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for path in (manifest["start_url"], *(icon["src"] for icon in manifest["icons"])):
        assert page(nobody, path).status == 200, path


def named_by_the_page(nobody: Api) -> list[str]:
    return re.findall(r'(?:href|src)="(r/[^"]+)"', page(nobody, "index.html").text)


def test_files_that_the_page_names_are_cached_forever(nobody: Api) -> None:
    named = named_by_the_page(nobody)
    again = {path.split("/", 2)[2] for path in named}

    assert {"main.js", "console.css", "app/app.js", "vendor/preact.js"} <= again
    assert len({path.split("/")[1] for path in named}) == 1
    for path in named:
        answer = page(nobody, path)
        assert answer.status == 200, path
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.text == page(nobody, path.split("/", 2)[2]).text
    assert page(nobody, "index.html").headers["Cache-Control"] == "no-cache"


def test_files_of_another_release_are_not_found(nobody: Api) -> None:
    path = named_by_the_page(nobody)[0]

    assert page(nobody, "r/0123456789abcdef/" + path.split("/", 2)[2]).status == 404


def test_a_changed_file_changes_the_release() -> None:
    files = console.files()
    changed = files | {"main.js": console.File("", "", '"other"')}

    assert console.digest_of(files) == console.release()
    assert console.digest_of(changed) != console.release()


@pytest.mark.parametrize(
    "path",
    [
        "nothing.js",
        "..%2Fapp.py",
        "%2e%2e%2fsettings.py",
        "..%5cwiring.py",
        "%00",
        "app/..%2fmain.js",
        "vendor/hashes.json",
        "Main.js",
    ],
)
def test_files_outside_the_list_are_404_however_the_path_is_written(nobody: Api, path: str) -> None:
    answer = page(nobody, path)

    assert answer.status == 404
    assert answer.json["code"] == "not_found"


def page(caller: Api, path: str, **headers: str) -> ApiAnswer:
    """Unchecked: the pages are no part of the API's document."""
    return caller.unchecked("GET", f"/console/{path}", **headers)


@pytest.mark.parametrize(
    ("address", "at_api_gateway", "console_page"),
    [
        ("https://a.example/api/", "/api/", "https://a.example/api/console/index.html"),
        ("https://a.example/api", "/api", "https://a.example/api/console/index.html"),
        ("https://desk.example/", "/", "https://desk.example/console/index.html"),
        ("https://edge.example/", "/api/", "https://edge.example/console/index.html"),
    ],
    ids=["stage", "stage without slash", "own domain", "CloudFront adds the stage"],
)
def test_the_root_of_each_address_leads_to_the_console(
    address: str, at_api_gateway: str, console_page: str
) -> None:
    (route,) = (each for each in ROUTES if each.path == "/")
    request = SimpleNamespace(context={"path": at_api_gateway}, headers={}, raw_body=b"")

    reply = console.redirect_to_console(Call(route, MemoryServices(), request, {}, {}))

    assert reply.status == 307
    assert urljoin(address, reply.headers["Location"]) == console_page
