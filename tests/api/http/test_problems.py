"""The format of errors (RFC 9457), also of unexpected ones."""

import logging
from typing import Never

import pytest

from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import TemporarilyUnavailable
from tests.api.conversation_setup import BOT, begun, without_request
from tests.support.api import DEMO_KEY, Api
from tests.support.memory import MemoryConversations, MemoryTable
from tests.support.services import MemoryServices


class Away(MemoryConversations):
    """A table that does not answer."""

    def head(self, bot: str, conversation_id: str) -> Head | None:
        raise TemporarilyUnavailable("The table did not answer.", retry_after=1)


class Faulty(MemoryConversations):
    """A fault of ours."""

    def head(self, bot: str, conversation_id: str) -> Never:
        raise KeyError("SECRET-DETAIL")


def test_a_problem_has_the_members_of_rfc_9457(bot: Api) -> None:
    answer = bot.get(f"{BOT}/conversations/c_x")

    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert without_request(answer) == {
        "type": "about:blank",
        "title": "Not Found",
        "status": 404,
        "detail": "The bot demo has no conversation c_x.",
        "code": "not_found",
    }


def test_a_validation_problem_names_the_field(bot: Api) -> None:
    sent = {"channel": "web", "user": {"id": 1}, "from": "user", "text": "x"}

    errors = bot.post(f"{BOT}/messages", sent).json["errors"]

    assert errors == [{"field": "user.id", "message": "Expected `str`, got `int`"}]


def test_facts_do_not_overwrite_the_members_of_a_problem(bot: Api, ana: Api) -> None:
    refused = ana.post(f"{begun(bot)}/release", {})

    assert (refused.json["status"], refused.json["conversation_status"]) == (409, "bot")


def test_a_table_that_does_not_answer_is_503_and_says_when_to_try_again(
    services: MemoryServices, bot: Api
) -> None:
    services.conversations = Away(MemoryTable())

    for path in ("/readyz", f"{BOT}/conversations/c_x", f"{BOT}/conversations/c_x/gate"):
        answer = bot.get(path)
        assert (answer.status, answer.json["code"]) == (503, "temporarily_unavailable")
        assert answer.headers["Retry-After"] == "1"
    assert bot.get("/healthz").status == 200


def test_an_internal_error_is_500_and_reveals_no_details(
    services: MemoryServices, caplog: pytest.LogCaptureFixture
) -> None:
    services.conversations = Faulty(MemoryTable())

    with caplog.at_level(logging.ERROR):
        answer = Api(services, DEMO_KEY).unchecked("GET", f"{BOT}/conversations/c_x")

    assert (answer.status, answer.json["code"]) == (500, "internal_error")
    assert "SECRET-DETAIL" not in answer.text
    assert "SECRET-DETAIL" in caplog.text
