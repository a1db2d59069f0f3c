"""The number of shards is raised while the table is in use."""

from itertools import count

from msgspec.structs import replace

from chalicelib.domain.conversation.commands import Pause
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.routing.queues import NO_LIMITS, Queue
from chalicelib.usecases.conversations.queries import PAUSED
from chalicelib.usecases.ports.conversations import BoardFilter
from tests.contract.store_setup import ADDRESS, BOT, DEMO, act, other, said
from tests.support.engines import Stores, on_table

MANY = 12
LATER = 10**15


UNTIMED = Pause(queue_settings=Queue("", limits=NO_LIMITS))


def reading(stores: Stores, shards: int, filling: int | None = None) -> Stores:
    """The same table, as containers with these settings see it."""
    if stores.table is None:
        return stores
    return on_table(replace(stores.table, shards=shards, filled=filling), stores.clock)


def asked(stores: Stores, numbers: range) -> list[Head]:
    return [act(stores, DEMO, other(ADDRESS, n), UNTIMED) for n in numbers]


def listed(stores: Stores) -> dict[str, list[str]]:
    """By every list, however often it shows one."""
    conversations = stores.conversations
    everybody = BoardFilter(PAUSED)
    handoffs, _ = conversations.handoffs(BOT, None, 100)
    return {
        "board": [*conversations.board(BOT, everybody, None, 100).conversation_ids],
        "recent": [*conversations.recent(BOT, None, 100).conversation_ids],
        "handoffs": [handoff.conversation_id for handoff in handoffs],
        "due": [cid for _, cid in conversations.due_conversations(LATER, 100)],
    }


def all_once(stores: Stores, heads: list[Head], *, due: bool = False) -> None:
    wanted = sorted(head.id for head in heads)
    found = {name: sorted(ids) for name, ids in listed(stores).items()}
    assert found == {
        "board": wanted,
        "recent": wanted,
        "handoffs": wanted,
        "due": wanted if due else [],
    }


def test_a_row_of_an_old_shard_is_found_after_resharding_and_moves_when_it_is_written(
    stores: Stores,
) -> None:
    heads = asked(reading(stores, 1), range(MANY))
    after = reading(stores, 4)
    all_once(after, heads)

    for n in range(MANY):
        act(after, DEMO, other(ADDRESS, n), said("hello"))

    all_once(after, heads)
    if after.table:
        before = listed(reading(stores, 1))["board"]
        assert 0 < len(before) < MANY  # those that have moved are elsewhere now


def test_a_deadline_that_moves_to_another_shard_is_not_duplicated(stores: Stores) -> None:
    before, after = reading(stores, 1), reading(stores, 4)
    heads = asked(before, range(MANY))
    for n, head in enumerate(heads):
        (before if n % 2 else after).conversations.set_due_at(head, stores.clock.now())

    for head in heads:
        after.conversations.set_due_at(head, stores.clock.now() + 1)

    all_once(after, heads, due=True)


def test_old_and_new_containers_see_all_rows_while_the_shards_are_raised_in_two_steps(
    stores: Stores,
) -> None:
    """First all are told to read from many, then to fill them: in each of the two deployments old
    containers and new ones see what the others write."""
    for n, (old, new) in zip(
        count(step=MANY),
        [
            (reading(stores, 1), reading(stores, 4, filling=1)),
            (reading(stores, 4, filling=1), reading(stores, 4)),
        ],
        strict=False,
    ):
        asked(old, range(n, n + MANY // 2))
        asked(new, range(n + MANY // 2, n + MANY))

        ids = [other(ADDRESS, number).conversation_id for number in range(n + MANY)]
        for side in (old, new):
            all_once(side, stores.conversations.heads(BOT, ids))


def test_raising_the_shards_in_one_step_hides_new_rows_from_old_containers(on_moto: Stores) -> None:
    """Why there are two."""
    asked(reading(on_moto, 4), range(MANY))

    assert len(listed(reading(on_moto, 1))["board"]) < MANY
