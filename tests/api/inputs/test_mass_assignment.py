"""No request body can set a field that the server owns."""

from typing import Any

import pytest

from tests.api.calls import NATIVE, ROWS, Resource, best_caller, filled, staged
from tests.api.conversation_setup import BOT, ok, one
from tests.support.api import Api
from tests.support.openapi_document import document, operations

SERVER_OWNED = (
    *("__proto__", "_id", "account_id", "agent_id", "assignee", "at", "author", "bot", "bot_id"),
    *("caller", "capacity", "command_id", "conversation_id", "created_at", "disposition"),
    *("expires_at", "handoff", "handoff_id", "id", "is_owner", "key", "kind", "last_seq", "open"),
    *("owner", "owner_id", "paused", "person", "read", "read_by", "requested_by", "role", "roles"),
    *("scopes", "secret", "sender", "seq", "status", "tenant", "token_version", "updated_at"),
    *("user_id", "waiting_since"),
)

WITH_A_BODY = [resource for resource in NATIVE if "requestBody" in operations()[resource]]


def documented(resource: Resource) -> set[str]:
    """The fields that this body may have."""
    body = operations()[resource]["requestBody"]
    if "$ref" in body:
        return set()
    schema = body["content"]["application/json"]["schema"]
    name = schema.get("$ref", "").rpartition("/")[2]
    return set((document()["components"]["schemas"][name] if name else schema)["properties"])


def test_every_route_that_changes_something_has_a_body_that_is_described() -> None:
    changing = {resource for resource in NATIVE if resource[0] in ("POST", "PUT", "PATCH")}

    assert changing == {resource for resource in WITH_A_BODY if resource[0] != "DELETE"}


@pytest.mark.parametrize("resource", WITH_A_BODY)
def test_a_field_that_the_server_owns_is_refused_and_changes_nothing(
    resource: Resource, bot: Api, ana: Api
) -> None:
    row, (method, path) = ROWS[resource], resource
    caller, name = best_caller(resource, bot, ana)
    ids = staged(bot, ana, row.at)
    sound, where = row.body_from(name) or {}, filled(path, ids.of(path))
    before = _stored(bot, ana, ids.conversation)

    for field in set(SERVER_OWNED) - documented(resource):
        refused = caller.send(method, where, {**sound, field: "x"})
        assert refused.status == 400, (field, refused.text)
        assert field in refused.text

    assert _stored(bot, ana, ids.conversation) == before


@pytest.mark.parametrize("field", SERVER_OWNED)
def test_the_user_in_a_body_holds_no_such_field_either(field: str, bot: Api) -> None:
    user: dict[str, Any] = {"id": "u-1"}
    sent = {"channel": "web", "from": "user", "text": "Hi."}

    if field != "id":
        user[field] = "x"
        assert bot.post(f"{BOT}/messages", {**sent, "user": user}).status == 400
        assert bot.post(f"{BOT}/pause", {"channel": "web", "user": user}).status == 400
    assert ok(bot.get(f"{BOT}/conversations"))["items"] == []


def _stored(bot: Api, ana: Api, conversation_id: str) -> list[object]:
    path = one(conversation_id)
    seen = [bot.get(path), bot.get(f"{path}/entries"), bot.get(f"{BOT}/agents")]
    return [answer.json for answer in (*seen, ana.get(f"{BOT}/notifications"))]
