"""Replacing the signing secret logs nobody out and breaks no list or turn."""

from chalicelib.adapters.security.tokens import JwtTokens
from tests.api.conversation_setup import BOT, begun, id_of, message, ok
from tests.support.api import Api
from tests.support.services import SECRET, MemoryServices

NEW = "another-one-for-tests-that-is-long-enough"


def sign_with(services: MemoryServices, *secrets: str) -> None:
    services.secrets = secrets
    services.tokens = JwtTokens(secrets, "baton", services.clock)


def test_sessions_lists_and_turns_go_on_while_a_secret_is_replaced(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    path = begun(bot)
    ok(bot.post(f"{BOT}/messages", message(user={"id": "u-2"})))
    following = ok(ana.get(f"{BOT}/conversations", limit="1"))["next"]
    turn = ok(bot.post(f"{BOT}/turns", {"conversation_id": id_of(path)}))["ticket"]

    sign_with(services, NEW, SECRET)

    assert ok(ana.get("/auth/me"))
    assert ok(ana.get(f"{BOT}/conversations", limit="1", cursor=following))["items"]
    assert bot.post(f"{BOT}/turns/{turn}/commit", {}).status == 204


def test_tokens_signed_with_a_removed_secret_are_refused(
    services: MemoryServices, bot: Api, ana: Api
) -> None:
    begun(bot)
    ok(bot.post(f"{BOT}/messages", message(user={"id": "u-2"})))
    following = ok(ana.get(f"{BOT}/conversations", limit="1"))["next"]

    sign_with(services, NEW)

    assert ana.get("/auth/me").status == 401
    again = bot.login("ana")
    assert again.get(f"{BOT}/conversations", limit="1", cursor=following).status == 400
    assert again.get(f"{BOT}/conversations", limit="1").status == 200
