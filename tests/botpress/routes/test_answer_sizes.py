"""No answer of a Botpress route is larger than 1 MB, however much a bot has stored."""

import pytest

from chalicelib.botpress.routes import ROUTES
from tests.api.calls import filled
from tests.api.conversation_setup import BOT
from tests.api.full_bot import HANDOFFS, MEGABYTE, full_bot, last
from tests.support.api import Api

LISTS = [route.path for route in ROUTES if route.method == "GET" and "{bot}" in route.path]


@pytest.fixture(scope="module")
def full() -> Api:
    return full_bot()


def test_no_list_or_document_is_larger_than_a_megabyte(full: Api) -> None:
    owner, conversation = full.login("owner"), last(full)

    assert len(LISTS) > 5
    for path in LISTS:
        answer = owner.get(filled(path, conversation))
        assert len(answer.text.encode()) < MEGABYTE, path


def test_an_array_that_is_cut_says_how_many_items_are_missing(full: Api) -> None:
    answer = full.get(f"{BOT}/mod/hitlnext/conversations/{last(full)}/messages")

    missing = int(answer.headers["Baton-Omitted"])
    assert missing > 0
    assert len(answer.json) + missing == HANDOFFS
