"""Files: an upload, the message that uses it, and who gets its address."""

from typing import Any

import pytest

from chalicelib.usecases.privacy import erase, retention
from chalicelib.usecases.webhooks.body import webhook_body
from tests.api.conversation_setup import BOT, begun, id_of, log, message, ok, owned, waiting
from tests.support.api import Api
from tests.support.services import MemoryServices

UPLOADS, MESSAGES = f"{BOT}/uploads", f"{BOT}/messages"
MINUTE, DAY = 60_000, 24 * 60 * 60_000
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 92
PICTURE = {"name": "Kiwi 🥝.png", "mime": "image/png", "size": len(PNG)}
HTML = b"<script>alert(1)</script>"


def uploaded(
    services: MemoryServices, caller: Api, path: str, content: bytes = PNG, **facts: object
) -> str:
    """Uploads a file for the conversation at this path, and returns its id."""
    asked = {**PICTURE, "size": len(content), "conversation_id": id_of(path), **facts}
    answer = caller.post(UPLOADS, asked)
    assert answer.status == 201, answer.text
    assert services.files.receive(answer.json["fields"], content) == 204
    return str(answer.json["upload_id"])


def send(caller: Api, path: str, upload_id: object, kind: str = "image", **payload: object) -> Any:
    sender = {} if caller.token and not caller.token.startswith("bk_") else {"from": "user"}
    body = {"type": kind, "payload": {"upload_id": upload_id, **payload}, **sender}
    return caller.post(f"{path}/messages", body)


def shown(reader: Api, path: str) -> dict[str, Any]:
    payload: dict[str, Any] = log(reader, path)[-1]["payload"]
    return payload


def test_an_agents_picture_is_shown_to_every_reader_with_an_address_of_their_own(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = owned(bot, ana)
    upload_id = uploaded(services, ana, path)

    assert send(ana, path, upload_id, caption="Ripe").status == 201

    first = shown(ana, path)
    assert first["path"] == f"/api/v1{BOT}/files/{upload_id}"
    known = {name: first[name] for name in ("upload_id", "caption", "name", "mime", "size")}
    assert known == {"upload_id": upload_id, "caption": "Ripe", **PICTURE}
    found = services.files.fetch(first["url"])
    assert (found.content, found.headers["content-type"]) == (PNG, "image/png")
    assert found.headers["content-disposition"].startswith("inline")
    services.clock.advance(16 * MINUTE)
    assert services.files.fetch(first["url"]).status == 403
    assert services.files.fetch(shown(bot, path)["url"]).status == 200
    assert ok(bot.get(path))["last_message"]["text"] == "[image] Ripe"


def test_a_bot_uploads_for_an_address_before_the_first_message(
    services: MemoryServices, bot: Api
) -> None:
    answer = bot.post(UPLOADS, {"channel": "web", "user": "u-1", **PICTURE})
    services.files.receive(answer.json["fields"], PNG)

    body = message(type="image", text=None, payload={"upload_id": answer.json["upload_id"]})
    assert bot.post(MESSAGES, body).status == 201


def test_a_message_that_is_delivered_again_may_name_another_upload_of_its_file(
    services: MemoryServices, bot: Api
) -> None:
    path = begun(bot)

    def delivered(**facts: object) -> Any:
        payload = {"upload_id": uploaded(services, bot, path), **facts}
        body = {"from": "user", "message_id": "m-7", "type": "image", "payload": payload}
        return bot.post(f"{path}/messages", body)

    first, again, other = delivered(size=7), delivered(size=7), delivered(size=8)

    assert (first.status, again.status, again.json["repeated"]) == (201, 200, True)
    assert (other.status, other.json["code"]) == (409, "message_id_mismatch")
    assert [entry["type"] for entry in log(bot, path)].count("image") == 1


def test_the_last_word_of_a_pause_may_be_a_file(services: MemoryServices, bot: Api) -> None:
    path = begun(bot)
    say = {"type": "file", "payload": {"upload_id": uploaded(services, bot, path)}}

    assert bot.post(f"{path}/pause", {"say": say}).status == 200

    said = log(bot, path)[-2]["payload"]
    assert services.files.fetch(said["url"]).content == PNG


def test_the_files_own_address_redirects_to_a_fresh_one(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = begun(bot)
    upload_id = uploaded(services, bot, path)
    assert bot.get(f"{BOT}/files/{upload_id}").status == 404  # No message uses it yet.
    send(bot, path, upload_id)

    answer = ana.get(f"{BOT}/files/{upload_id}")

    assert answer.status == 302
    assert services.files.fetch(answer.json["url"]).content == PNG
    assert answer.headers["Location"] == answer.json["url"]
    assert answer.json["name"] == PICTURE["name"]


def test_a_webhook_has_an_address_of_the_file_and_its_path(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = owned(bot, ana)
    upload_id = uploaded(services, ana, path)
    send(ana, path, upload_id)
    head = services.conversations.head("demo", id_of(path))
    assert head
    (entry,) = services.conversations.entries_before("demo", head.id, None, 1)

    data: Any = webhook_body(services, head, entry)["data"]
    payload = data["entry"]["payload"]

    assert services.files.fetch(payload["url"]).content == PNG
    assert payload["path"] == f"/api/v1{BOT}/files/{upload_id}"


@pytest.mark.parametrize(
    ("content", "declared", "served", "how"),
    [
        (PNG, "image/jpeg", "image/png", "inline"),
        (HTML, "image/png", "application/octet-stream", "attachment"),
        (HTML, "application/pdf", "application/pdf", "attachment"),
        (b"OggS\x00" + b"0" * 9, "audio/ogg", "audio/ogg", "inline"),
        (b"<svg onload='alert(1)'/>", "image/svg+xml", "application/octet-stream", "attachment"),
    ],
)
def test_only_checked_pictures_audio_and_video_are_shown_in_a_page(
    services: MemoryServices, bot: Api, content: bytes, declared: str, served: str, how: str
) -> None:
    path = begun(bot)
    send(bot, path, uploaded(services, bot, path, content, mime=declared))

    payload = shown(bot, path)

    found = services.files.fetch(payload["url"])
    assert payload["mime"] == found.headers["content-type"] == served
    assert found.headers["content-disposition"].startswith(how)


def test_an_upload_is_used_in_its_own_conversation_only(
    services: MemoryServices, bot: Api, other_bot: Api
) -> None:
    path, elsewhere = begun(bot), begun(bot, user={"id": "u-2"})
    upload_id = uploaded(services, bot, path)

    for wrong in (upload_id, "u_none", 7, upload_id + "0"):
        refused = send(bot, elsewhere, wrong)
        assert refused.status == 400
        assert refused.json["errors"][0]["field"] == "payload.upload_id"
    assert len(log(bot, elsewhere)) == 1
    send(bot, path, upload_id)
    theirs = other_bot.get(f"/bots/other/files/{upload_id}")
    assert theirs.status == 404
    assert send(bot, path, upload_id).status == 201  # The same conversation may use it again.


def test_an_upload_that_has_not_arrived_or_is_old_is_refused(
    services: MemoryServices, bot: Api
) -> None:
    path = begun(bot)
    pending = bot.post(UPLOADS, {**PICTURE, "conversation_id": id_of(path)}).json["upload_id"]
    old = uploaded(services, bot, path)
    assert "Nothing was uploaded" in send(bot, path, pending).json["detail"]

    services.clock.advance(DAY + 1)

    assert "older than a day" in send(bot, path, old).json["detail"]
    assert len(log(bot, path)) == 1


def test_a_payload_has_an_upload_or_an_address(services: MemoryServices, bot: Api) -> None:
    path = begun(bot)

    refused = send(bot, path, uploaded(services, bot, path), url="https://a.test/a.png")

    assert refused.json["errors"][0]["field"] == "payload.url"


def test_a_refused_message_keeps_no_file(services: MemoryServices, bot: Api, ana: Api) -> None:
    path = waiting(bot)
    upload_id = uploaded(services, bot, path)
    body = {"type": "image", "payload": {"upload_id": upload_id}, "from": "bot"}

    assert bot.post(f"{path}/messages", body).json["code"] == "not_your_turn"

    assert services.files.stored == {}


def test_the_form_ends_after_ten_minutes(services: MemoryServices, bot: Api) -> None:
    answer = bot.post(UPLOADS, {**PICTURE, "conversation_id": id_of(begun(bot))})
    assert answer.json["expires_at"] == "2026-01-01T00:10:00.000Z"

    services.clock.advance(10 * MINUTE)

    assert services.files.receive(answer.json["fields"], PNG) == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("size", 0),
        ("size", 26_214_401),
        ("mime", "application/x-msdownload"),
        ("mime", "png"),
        ("name", "\u202e"),
        ("conversation_id", None),
    ],
)
def test_a_wrong_upload_is_refused_by_its_field(bot: Api, field: str, value: object) -> None:
    asked = {**PICTURE, "conversation_id": id_of(begun(bot)), field: value}

    refused = bot.post(UPLOADS, asked)

    assert refused.status == 400
    expected = "channel" if field == "conversation_id" else field
    assert refused.json["errors"][0]["field"] == expected


def test_admins_choose_the_size_and_the_types_of_files(bot: Api, owner: Api) -> None:
    path = begun(bot)
    ok(owner.put(f"{BOT}/settings", {"max_file_bytes": 50, "file_types": ["text/*"]}))

    facts = {"conversation_id": id_of(path), "name": "a.txt", "mime": "text/plain"}

    assert bot.post(UPLOADS, {**facts, "size": 51}).json["errors"][0]["field"] == "size"
    assert bot.post(UPLOADS, {**facts, "size": 50}).json["max_bytes"] == 50
    assert bot.post(UPLOADS, {**facts, **PICTURE}).json["errors"][0]["field"] == "mime"
    wrong = owner.put(f"{BOT}/settings", {"file_types": ["*"]})
    assert wrong.json["errors"][0]["field"] == "file_types"


def test_an_agent_uploads_only_where_they_see_the_conversation(
    services: MemoryServices, bot: Api, ana: Api, eve: Api
) -> None:
    path = waiting(bot, queue="vip")
    upload_id = uploaded(services, bot, path)
    send(bot, path, upload_id)

    for agent in (ana, eve):
        asked = {**PICTURE, "conversation_id": id_of(path)}
        if ana.get(path).status == 404:
            assert agent.post(UPLOADS, asked).status == 404
        assert eve.get(f"{BOT}/files/{upload_id}").status == 404


def test_an_erasure_deletes_the_users_files(services: MemoryServices, bot: Api, owner: Api) -> None:
    path = begun(bot)
    upload_id = uploaded(services, bot, path)
    send(bot, path, upload_id)
    unused = uploaded(services, bot, path)
    services.clock.advance(1)

    owner.send("DELETE", f"{BOT}/users/web/u-1")

    assert owner.get(f"{BOT}/files/{upload_id}").status == 404
    bot.post(MESSAGES, message())
    assert send(bot, path, unused).status == 400
    services.clock.advance(MINUTE)
    young = uploaded(services, bot, path)
    assert send(bot, path, young).status == 201
    erase.sweep(services, services.clock.now() + MINUTE)
    assert [upload.id for _, upload in services.files.stored] == [young]
    assert [upload.id for _, upload in services.files.new] == [young]


def test_retention_deletes_files_at_most_a_day_after_their_messages(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    ok(owner.put(f"{BOT}/settings", {"retention_days": 30}))
    path = begun(bot)
    send(bot, path, uploaded(services, bot, path))
    services.clock.advance(20 * DAY)
    send(bot, path, uploaded(services, bot, path))
    services.clock.advance(12 * DAY)

    retention.apply_retention(services, services.clock.now() + MINUTE)

    assert len(services.files.stored) == 1
    assert services.files.fetch(shown(bot, path)["url"]).status == 200
