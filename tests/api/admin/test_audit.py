"""Each change by an admin is logged with its author and target, and without secrets."""

import logging
from typing import Any

import pytest

from tests.api.conversation_setup import BOT, ok
from tests.support.api import Api

SECRET = "do-not-log-this"


def put(path: str, **body: Any) -> tuple[str, str, Any]:
    return "PUT", f"{BOT}/{path}", body


CHANGES = [
    (put("queues/sales", priority=3, texts={"en": {"requested": SECRET}}), "queue_set", "queue"),
    (("DELETE", f"{BOT}/queues/sales", None), "queue_removed", "queue"),
    (put("settings", leave_words=[SECRET]), "settings_set", None),
    (put("replies/sales", text=SECRET), "reply_set", "reply"),
    (("DELETE", f"{BOT}/replies/sales", None), "reply_removed", "reply"),
    (put("", name=SECRET), "bot_renamed", None),
    (("POST", "/api/v1/bots", {"id": "shop", "name": SECRET}), "bot_created", None),
]


@pytest.mark.parametrize(("sent", "event", "named"), CHANGES, ids=[each[1] for each in CHANGES])
def test_an_admin_change_is_logged_with_its_author_and_target(
    owner: Api,
    caplog: pytest.LogCaptureFixture,
    sent: tuple[str, str, Any],
    event: str,
    named: str | None,
) -> None:
    method, path, body = sent
    with caplog.at_level(logging.INFO, "baton.audit"):
        answer = owner.send(method, path.rstrip("/"), body)

    assert answer.status in (200, 201, 204), answer.text
    (record,) = [each for each in caplog.records if each.name == "baton.audit"]
    facts = vars(record)
    assert record.message == event
    assert facts["by"] == ok(owner.get("/auth/me"))["id"]
    assert named is None or facts[named] == "sales"
    assert SECRET not in str(facts)


def test_a_refused_change_is_not_logged(ana: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "baton.audit"):
        ana.put(f"{BOT}/queues/sales", {"priority": 3})

    assert [each for each in caplog.records if each.name == "baton.audit"] == []
