"""The conversations of a removed member return to the queue, even if lists are late."""

import pytest

from chalicelib.adapters.cached_directory import CachedDirectory
from chalicelib.usecases.ports.conversations import BoardFilter, Listing
from tests.api.conversation_setup import BOT, id_of, ok, owned, waiting
from tests.api.simulation import run_reactions
from tests.support.api import Api
from tests.support.memory import MemoryConversations
from tests.support.services import MemoryServices


class Late(MemoryConversations):
    """The board stays as it `was` for so many `looks`."""

    was: tuple[str, ...] = ()
    looks = 0

    def board(self, bot: str, wanted: BoardFilter, position: str | None, limit: int) -> Listing:
        if self.looks:
            self.looks -= 1
            return Listing(self.was, None)
        return super().board(bot, wanted, position, limit)


@pytest.fixture
def late(services: MemoryServices) -> Late:
    services.conversations = found = Late(services.memory, services.clock)
    return found


@pytest.fixture
def who(ana: Api) -> str:
    return str(ok(ana.get("/auth/me"))["id"])


def sent_away(owner: Api, who: str) -> int:
    return owner.send("DELETE", f"{BOT}/agents/{who}").status


def status(bot: Api, path: str) -> str:
    return str(ok(bot.get(path))["status"])


def test_conversations_that_the_list_does_not_show_yet_return_to_the_queue(
    late: Late, bot: Api, ana: Api, owner: Api, who: str
) -> None:
    path = owned(bot, ana)
    late.looks = 3

    assert sent_away(owner, who) == 204

    assert status(bot, path) == "waiting"


def test_a_repeated_removal_continues_where_the_list_was_late(
    late: Late, bot: Api, ana: Api, owner: Api, who: str
) -> None:
    path = owned(bot, ana)
    late.looks = 1000
    answers = [sent_away(owner, who), status(bot, path)]
    late.looks = 0

    answers += [sent_away(owner, who), status(bot, path), sent_away(owner, who)]

    assert answers == [503, "agent", 204, "waiting", 404]


def test_conversations_that_have_a_new_owner_stay_with_them(
    late: Late, bot: Api, ana: Api, bo: Api, owner: Api, who: str
) -> None:
    path = owned(bot, ana)
    ok(ana.post(f"{path}/release"))
    ok(bo.post(f"{path}/claim"))
    late.was, late.looks = (id_of(path),), 1

    assert sent_away(owner, who) == 204

    assert ok(bot.get(path))["owner_name"] == "Bo"


def test_a_conversation_that_a_removed_member_claims_from_a_stale_cache_returns_to_the_queue(
    services: MemoryServices, bot: Api, ana: Api, owner: Api, who: str
) -> None:
    """Also where they give signs of life: they may serve other bots."""
    path = waiting(bot)
    services.directory = CachedDirectory(services.directory, services.clock)  # type: ignore[assignment]
    ok(ana.get(f"{BOT}/agents"))
    assert sent_away(owner, who) == 204
    ok(ana.post(f"{path}/claim"))
    taken = status(bot, path)

    run_reactions(services, path, times=2)

    assert (taken, status(bot, path)) == ("agent", "waiting")


def test_the_installations_owner_keeps_a_claimed_conversation_without_membership(
    services: MemoryServices, bot: Api, owner: Api
) -> None:
    path = waiting(bot)
    ok(owner.post(f"{path}/claim"))

    run_reactions(services, path)

    assert status(bot, path) == "agent"
