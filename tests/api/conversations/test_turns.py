"""A bot begins a turn before it thinks and commits it before it sends."""

import base64

import pytest

from tests.api.conversation_setup import BOT, NOBODYS_ID, begun, id_of, ok, owned, waiting
from tests.support.api import Api, ApiAnswer


def ticket(bot: Api, path: str) -> str:
    return str(ok(bot.post(f"{BOT}/turns", {"conversation_id": id_of(path)}))["ticket"])


def commit(bot: Api, ticket: str, of: str = BOT) -> ApiAnswer:
    return bot.post(f"{of}/turns/{ticket}/commit")


def test_a_new_turn_returns_the_epoch_and_may_speak(bot: Api, ana: Api) -> None:
    told = {}
    with_bot = begun(bot, user={"id": "u-2"})
    for name, path in {"bot": with_bot, "agent": owned(bot, ana)}.items():
        answer = ok(bot.post(f"{BOT}/turns", {"conversation_id": id_of(path)}))
        told[name] = (answer["epoch"], answer["may_speak"])

    assert told == {"bot": (1, True), "agent": (3, False)}


def test_an_undisturbed_turn_can_be_committed_repeatedly(bot: Api) -> None:
    turn = ticket(bot, begun(bot))

    assert [commit(bot, turn).status for _ in range(3)] == [204, 204, 204]


def test_messages_during_a_turn_do_not_end_it(bot: Api) -> None:
    path = begun(bot)
    turn = ticket(bot, path)
    ok(bot.post(f"{path}/messages", {"from": "user", "text": "And another thing"}))

    assert commit(bot, turn).status == 204


def test_a_turn_from_before_a_pause_is_refused(bot: Api) -> None:
    path = begun(bot)
    turn = ticket(bot, path)
    head = ok(bot.post(f"{path}/pause"))

    refused = commit(bot, turn)

    assert (refused.status, refused.json["code"]) == (409, "not_your_turn")
    assert refused.json["epoch"] == head["epoch"]


def test_a_turn_from_before_a_whole_handoff_is_stale(bot: Api) -> None:
    path = begun(bot)
    turn = ticket(bot, path)
    ok(bot.post(f"{path}/pause"))
    ok(bot.post(f"{path}/unpause"))

    refused = commit(bot, turn)

    assert (refused.status, refused.json["code"]) == (409, "stale_epoch")


def test_a_turn_that_began_while_paused_is_refused(bot: Api) -> None:
    path = waiting(bot)
    turn = ticket(bot, path)

    while_paused = commit(bot, turn)
    ok(bot.post(f"{path}/unpause"))
    afterwards = commit(bot, turn)

    codes = [answer.json["code"] for answer in (while_paused, afterwards)]
    assert codes == ["not_your_turn", "stale_epoch"]


def test_a_refused_turn_leaves_no_trace(bot: Api) -> None:
    path = waiting(bot)
    before = bot.get(path).json
    commit(bot, ticket(bot, path))

    assert bot.get(path).json == before


@pytest.mark.parametrize("forged", ["x", "AAAA", "%C3%A9", "a" * 5000])
def test_a_forged_turn_ticket_is_refused(forged: str, bot: Api) -> None:
    assert commit(bot, forged).status == 404


def test_a_turn_ticket_with_another_epoch_or_conversation_is_refused(bot: Api) -> None:
    path = begun(bot)
    turn = ticket(bot, path)
    written = base64.urlsafe_b64decode(turn + "=" * (-len(turn) % 4))

    for changed in (written.replace(b"1 c_", b"2 c_"), written[:-1] + b"a", written + b"a"):
        forged = base64.urlsafe_b64encode(changed).decode().rstrip("=")
        assert commit(bot, forged).status == 404


def test_a_turn_ticket_of_another_bot_is_refused(bot: Api, other_bot: Api) -> None:
    turn = ticket(bot, begun(bot))

    refused = commit(other_bot, turn, "/bots/other")

    assert refused.status == 404
    assert refused.json["detail"] == "The bot other has no such turn."
    assert commit(other_bot, turn).status == 404


def test_a_list_cursor_is_not_accepted_as_a_turn_ticket(bot: Api) -> None:
    begun(bot)
    begun(bot, user={"id": "u-2"})
    cursor = bot.get(f"{BOT}/conversations", limit="1").json["next"]

    assert commit(bot, cursor).status == 404


@pytest.mark.parametrize("unknown", [NOBODYS_ID, "x", "c_é"])
def test_a_turn_in_an_unknown_conversation_is_404(unknown: str, bot: Api) -> None:
    assert bot.post(f"{BOT}/turns", {"conversation_id": unknown}).status == 404
