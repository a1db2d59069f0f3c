"""Every answer tells browsers to treat it as what it is. Only single sign-on sets a cookie."""

import pytest

from chalicelib.entrypoints.http.router import all_routes
from tests.api.calls import filled
from tests.api.conversation_setup import NOBODYS_ID, ok
from tests.support.api import Api, ApiAnswer

ALL = [(route.method, route.path) for route in all_routes()]
PAGES = ("/console/", "/docs/")


@pytest.mark.parametrize(("method", "path"), ALL, ids=" ".join)
def test_every_answer_has_the_headers_that_protect_browsers(
    method: str, path: str, nobody: Api, owner: Api, bot: Api
) -> None:
    for caller in (nobody, owner, bot):
        answer = caller.unchecked(method, filled(path, NOBODYS_ID), {})

        names = {name.lower() for name in answer.headers}
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
        assert "set-cookie" not in names or "/auth/oidc/" in path
        assert not [name for name in names if name.startswith("access-control-")]
        assert is_stored_nowhere(answer) or path.startswith(PAGES)


def is_stored_nowhere(answer: ApiAnswer) -> bool:
    return answer.headers["Cache-Control"] == "no-store"


def test_an_answer_with_data_is_stored_nowhere_and_is_no_page(ana: Api) -> None:
    answer = ana.get("/auth/me")

    assert ok(answer)["email"] == "ana@example.test"
    assert is_stored_nowhere(answer)
    assert answer.headers["Content-Security-Policy"] == (
        "default-src 'none'; frame-ancestors 'none'"
    )
