"""A table outlives a release: what an older one has left is read, and what a newer one will have
added is passed over, so that both may work side by side and a release can be taken back."""

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.access import Role
from chalicelib.domain.conversation.commands import AgentMessage, Unpause
from chalicelib.domain.conversation.entries import Body, Kind
from chalicelib.domain.conversation.head import Status
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.conversations.queries import PAUSED
from chalicelib.usecases.ports.conversations import BoardFilter
from chalicelib.usecases.records.webhooks import DeliveryCursor
from tests.contract.table.release_rows import (
    ANA,
    ANSWERED,
    BOT,
    ENDED,
    KEY,
    OPEN,
    PAUSE,
    RELEASES,
    SAID,
    put,
)
from tests.support.engines import Stores
from tests.support.store_services import StoreServices

ADDED = {"zz": {"S": "of a later release"}}
"""To every row."""
UNKNOWN = {"t": {"S": "zz"}, "what": {"N": "1"}}
"""A kind of row that this release has never heard of, beside those that it reads."""


def items(release: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(release.read_text())
    return found


def of_a_later_release(release: Path) -> list[dict[str, Any]]:
    rows = items(release)
    partitions = {row["pk"]["S"] for row in rows}
    new = [{"pk": {"S": pk}, "sk": {"S": "ZZ#1"}, **UNKNOWN} for pk in sorted(partitions)]
    return [row | ADDED for row in rows] + new


KEPT = sorted(RELEASES.glob("*.json"))


@pytest.fixture(params=[*KEPT, "later"], ids=[*(file.stem for file in KEPT), "a later one"])
def stores(request: pytest.FixtureRequest, on_moto: Stores) -> Stores:
    """A table as that release has left it."""
    assert on_moto.table
    later = request.param == "later"
    put(on_moto.table, of_a_later_release(KEPT[-1]) if later else items(request.param))
    return on_moto


def test_at_least_one_released_table_is_recorded() -> None:
    assert KEPT


def test_conversations_are_as_they_were(stores: Stores) -> None:
    head = stores.conversations.head("demo", OPEN.conversation_id)
    entries = stores.conversations.entries_after("demo", OPEN.conversation_id, 0, 100)

    assert head
    assert (head.status, head.owner_id, head.queue) == (Status.AGENT, "ana", "sales")
    assert (head.tags, head.user_name, head.leaks, head.notes) == (("vip",), "Zoe", 1, 1)
    assert [e.seq for e in entries] == list(range(1, head.last_seq + 1))
    assert [e.record.text for e in entries if e.kind is Kind.MESSAGE] == [
        SAID.body.text,
        "Hello",
    ]
    handoff = stores.conversations.handoff("demo", head.handoff.id) if head.handoff else None
    assert handoff
    assert handoff.request == PAUSE.request


def test_lists_show_them(stores: Stores) -> None:
    conversations = stores.conversations

    board = conversations.board("demo", BoardFilter(PAUSED), None, 9)
    recent = conversations.recent("demo", None, 9)
    handoffs, _ = conversations.handoffs("demo", None, 9)

    assert board.conversation_ids == [OPEN.conversation_id]
    both = sorted([OPEN.conversation_id, ENDED.conversation_id])
    assert sorted(recent.conversation_ids) == both
    assert sorted(handoff.conversation_id for handoff in handoffs) == both
    assert stores.conversations.by_user_name("demo", "zo", None, 9).conversation_ids == [
        OPEN.conversation_id
    ]


def test_people_bots_queues_and_the_rest_are_known(stores: Stores) -> None:
    directory = stores.directory

    assert {member.name: member.role for member in directory.members("demo")} == {
        "Ana": Role.AGENT,
        "Bo": Role.AGENT,
        "Sam": Role.SUPERVISOR,
    }
    assert directory.bot_and_key("demo", "demo")[1] is not None
    assert [queue.name for queue in directory.queues("demo")] == ["sales"]
    assert stores.deliveries.cursor("demo", OPEN.conversation_id) == DeliveryCursor(2, 1)
    assert [each.message for each in stores.notifications.latest("demo", None, 9)] == ["Look"]
    assert len(stores.reports.by_queue("demo", "2026-01-01", "2026-01-01")) == 1


def test_stored_answers_of_older_releases_are_replayed(stores: Stores) -> None:
    services = StoreServices(stores)

    paused = execute(services, BOT, OPEN, PAUSE, key=KEY)
    said = execute(services, BOT, OPEN, SAID)
    answered = execute(services, ANA, OPEN.conversation_id, ANSWERED)

    assert (paused.status, paused.epoch) == (Status.WAITING, 2)
    assert (said.seq, said.created, answered.created) == (1, False, False)


def test_the_conversation_goes_on(stores: Stores) -> None:
    services = StoreServices(stores)
    before = stores.conversations.head("demo", OPEN.conversation_id)
    assert before

    execute(services, ANA, OPEN.conversation_id, AgentMessage(Body(text="And now?")))
    execute(services, ANA, OPEN.conversation_id, Unpause())

    after = stores.conversations.head("demo", OPEN.conversation_id)
    assert after
    assert (after.status, after.last_seq, after.epoch) == (
        Status.BOT,
        before.last_seq + 2,
        before.epoch + 1,
    )
