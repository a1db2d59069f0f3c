"""Random input of every kind gets an answer below 500 that fits the document."""

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.calls import NATIVE, ROWS, filled
from tests.api.conversation_setup import BOT, begun, log, message, ok, one
from tests.support.api import DEMO_KEY, Api
from tests.support.services import MemoryServices

pytestmark = pytest.mark.slow

BRIEFLY = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck)
)

any_text = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
any_words = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30)
"""Control characters are removed from texts, but not from JSON."""
any_id = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8)
any_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=12,
)
any_object = st.dictionaries(any_text, any_json, max_size=4)
any_resource = st.sampled_from([each for each in NATIVE if "{bot}" in each[1]])


def fresh() -> Api:
    return Api(MemoryServices(), DEMO_KEY)


@BRIEFLY
@given(any_words, any_object)
def test_every_accepted_message_comes_back_exactly_as_it_was_sent(
    text: str, payload: dict[str, object]
) -> None:
    bot = fresh()

    begun(bot, text=text)
    path = begun(bot, type="any", text=None, payload=payload)

    said, shown = log(bot, path)
    assert (said["text"], shown["payload"]) == (text, payload)


@BRIEFLY
@given(any_id, any_id, st.none() | any_id)
def test_every_user_id_leads_to_its_own_conversation(
    channel: str, user: str, thread: str | None
) -> None:
    bot = fresh()
    begun(bot)

    path = begun(bot, channel=channel, user={"id": user}, thread=thread)

    head = ok(bot.get(path))
    assert (head["channel"], head["user"], head["thread"]) == (channel, user, thread)
    query = {"channel": channel, "user": user} | ({"thread": thread} if thread else {})
    assert bot.get(f"{BOT}/conversations/lookup", **query).json == head


@BRIEFLY
@given(any_resource, any_text)
def test_every_path_gets_an_answer_below_500(resource: tuple[str, str], text: str) -> None:
    (method, path), bot = resource, fresh()

    for in_bot in ("demo", quote(text, safe="")):
        answer = bot.send(method, filled(path, quote(text, safe=""), in_bot), {})
        assert answer.status < 500


@BRIEFLY
@given(any_resource, st.binary(max_size=60) | any_json.map(lambda sent: json.dumps(sent).encode()))
def test_every_body_gets_an_answer_below_500(resource: tuple[str, str], raw: bytes) -> None:
    (method, path), bot = resource, fresh()
    conversation = begun(bot).rpartition("/")[2]

    for caller in (bot, bot.login("owner")):
        assert caller.send(method, filled(path, conversation), raw).status < 500


@BRIEFLY
@given(any_resource, st.data())
def test_a_valid_body_with_one_random_field_gets_an_answer_below_500(
    resource: tuple[str, str], data: st.DataObject
) -> None:
    (method, path), bot = resource, fresh()
    sound: dict[str, Any] = ROWS[resource].body or {}
    field = data.draw(st.sampled_from([*sound, "epoch", "note", "agent", "context"]))
    conversation = begun(bot).rpartition("/")[2]

    for caller in (bot, bot.login("owner")):
        body = {**sound, field: data.draw(any_json)}
        assert caller.send(method, filled(path, conversation), body).status < 500


@BRIEFLY
@given(
    st.dictionaries(
        st.sampled_from(["status", "queue", "owner", "name", "cursor", "limit", "x"]), any_text
    )
)
def test_every_query_gets_an_answer_below_500(query: dict[str, str]) -> None:
    bot = fresh()
    path = begun(bot)

    for listed in (f"{BOT}/conversations", f"{BOT}/agents", f"{path}/entries", "/healthz"):
        assert bot.get(listed, **query).status < 500


@BRIEFLY
@given(any_text)
def test_every_header_value_gets_an_answer_below_500(text: str) -> None:
    bot = fresh()

    assert bot.send("GET", f"{BOT}/conversations", Authorization=text).status in (401, 200)
    sent = bot.post(f"{BOT}/messages", message(), Idempotency_Key=text)
    assert sent.status == 201
    assert bot.get(one(sent.json["conversation_id"])).status == 200
