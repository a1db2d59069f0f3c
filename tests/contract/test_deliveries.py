"""Delivery cursors, delivery slots and the delivery log."""

from functools import partial
from itertools import pairwise

from msgspec.structs import replace

from chalicelib.usecases.records.bots import Bot
from chalicelib.usecases.records.webhooks import DeliveryAttempt, DeliveryCursor, Progress, Webhook
from tests.contract.store_setup import BOT, CID, at_once
from tests.support.clock import START
from tests.support.engines import Stores

LEASE = 75_000
IN_FLIGHT = 5
HOOK = Webhook("https://example.test", ("whsec_a",))


def test_a_cursor_begins_at_the_beginning(stores: Stores) -> None:
    assert stores.deliveries.cursor(BOT, CID) == DeliveryCursor(0, 0)


def test_a_cursor_moves_from_where_it_was(stores: Stores) -> None:
    steps = [
        DeliveryCursor(),
        DeliveryCursor(0, 1),
        DeliveryCursor(0, 2),
        DeliveryCursor(4),
        DeliveryCursor(9, 1),
    ]

    for old, new in pairwise(steps):
        assert stores.deliveries.advance_cursor(BOT, CID, old, new)

    assert stores.deliveries.cursor(BOT, CID) == DeliveryCursor(9, 1)
    assert stores.deliveries.cursor("other", CID) == DeliveryCursor()


def test_a_cursor_does_not_move_from_where_it_is_not(stores: Stores) -> None:
    assert not stores.deliveries.advance_cursor(BOT, CID, DeliveryCursor(1), DeliveryCursor(2))
    assert stores.deliveries.advance_cursor(BOT, CID, DeliveryCursor(), DeliveryCursor(3, 1))

    assert not stores.deliveries.advance_cursor(BOT, CID, DeliveryCursor(), DeliveryCursor(4))
    assert not stores.deliveries.advance_cursor(BOT, CID, DeliveryCursor(3), DeliveryCursor(4))
    assert stores.deliveries.cursor(BOT, CID) == DeliveryCursor(3, 1)


def test_each_webhook_has_its_own_cursor_slots_and_progress(stores: Stores) -> None:
    deliveries, crm = stores.deliveries, "w_" + "a" * 13
    assert deliveries.advance_cursor(BOT, CID, DeliveryCursor(), DeliveryCursor(3, 1))
    assert deliveries.advance_cursor(BOT, CID, DeliveryCursor(), DeliveryCursor(7), crm)
    for _ in range(IN_FLIGHT):
        deliveries.acquire_slot(BOT, START, LEASE)
    for seq in (9, 8):
        deliveries.mark_queued(BOT, CID, seq, crm)
    deliveries.mark_gone(BOT, CID, 9, START, crm)

    assert deliveries.cursor(BOT, CID) == DeliveryCursor(3, 1)
    assert deliveries.acquire_slot(BOT, START, LEASE, crm) == 0
    deliveries.release_slot(BOT, 0, crm)
    assert deliveries.acquire_slot(BOT, START, LEASE) is None
    expected = Progress(DeliveryCursor(7), queued=9, gone=9, gone_at=START)
    assert deliveries.progress(BOT, [CID], crm) == {CID: expected}
    assert deliveries.progress(BOT, [CID]) == {CID: Progress(DeliveryCursor(3, 1))}


def test_exactly_one_of_16_concurrent_cursor_moves_succeeds(stores: Stores) -> None:
    move = partial(stores.deliveries.advance_cursor, BOT, CID, DeliveryCursor())

    moved = at_once([partial(move, DeliveryCursor(n + 1)) for n in range(16)])

    assert moved.count(True) == 1


def test_a_bot_has_five_delivery_slots(stores: Stores) -> None:
    taken = [stores.deliveries.acquire_slot(BOT, START, LEASE) for _ in range(IN_FLIGHT + 1)]

    assert sorted(slot for slot in taken if slot is not None) == [0, 1, 2, 3, 4]
    assert taken[-1] is None
    assert stores.deliveries.acquire_slot("other", START, LEASE) is not None


def test_spare_slots_are_left_to_others(stores: Stores) -> None:
    acquire = partial(stores.deliveries.acquire_slot, BOT, START, LEASE)

    taken = [acquire(spare=1) for _ in range(IN_FLIGHT)]

    assert taken == [0, 1, 2, 3, None]
    assert acquire() == 4
    assert acquire() is None


def test_sixteen_concurrent_workers_take_each_slot_at_most_once(stores: Stores) -> None:
    taken = at_once([partial(stores.deliveries.acquire_slot, BOT, START, LEASE) for _ in range(16)])

    slots = [slot for slot in taken if isinstance(slot, int)]
    assert len(slots) == len(set(slots)) == IN_FLIGHT


def test_slots_are_free_again_after_the_clock_was_set_back(stores: Stores) -> None:
    for _ in range(IN_FLIGHT):
        stores.deliveries.acquire_slot(BOT, START + 30 * 60_000, LEASE)

    taken = [stores.deliveries.acquire_slot(BOT, START, LEASE) for _ in range(IN_FLIGHT + 1)]

    assert sorted(slot for slot in taken if slot is not None) == [0, 1, 2, 3, 4]


def test_a_slot_that_is_freed_can_be_taken_again(stores: Stores) -> None:
    for _ in range(IN_FLIGHT):
        stores.deliveries.acquire_slot(BOT, START, LEASE)

    stores.deliveries.release_slot(BOT, 3)
    stores.deliveries.release_slot("other", 2)

    assert stores.deliveries.acquire_slot(BOT, START, LEASE) == 3
    assert stores.deliveries.acquire_slot(BOT, START, LEASE) is None


def test_a_slot_whose_lease_has_ended_can_be_taken_again(stores: Stores) -> None:
    for n in range(IN_FLIGHT):
        stores.deliveries.acquire_slot(BOT, START + n, LEASE)

    assert stores.deliveries.acquire_slot(BOT, START + LEASE - 1, LEASE) is None
    assert stores.deliveries.acquire_slot(BOT, START + LEASE, LEASE) is not None
    assert stores.deliveries.acquire_slot(BOT, START + LEASE, LEASE) is None


def test_the_same_attempt_can_be_logged_twice(stores: Stores) -> None:
    delivery = DeliveryAttempt(BOT, CID, 1, 1, "agent.message", START, 500, "no", dead=True)

    for each in (delivery, delivery, replace(delivery, status=None, error=None)):
        stores.deliveries.record_attempt(each)


def test_the_log_is_read_newest_first_page_after_page_and_by_bot(stores: Stores) -> None:
    tries = [DeliveryAttempt(BOT, CID, n, 1, "agent.message", START + n) for n in range(1, 6)]
    for delivery in (*tries, DeliveryAttempt("other", CID, 1, 1, "agent.message", START)):
        stores.deliveries.record_attempt(delivery)

    first, position = stores.deliveries.latest_attempts(BOT, None, 3)
    second, end = stores.deliveries.latest_attempts(BOT, position, 3)

    assert first + second == tries[::-1]
    assert (position, end) == (first[-1].id, None)
    assert stores.deliveries.latest_attempts("third", None, 3) == ([], None)


def test_a_delivery_is_found_by_its_id_and_by_its_own_bot_alone(stores: Stores) -> None:
    delivery = DeliveryAttempt(BOT, CID, 12, 8, "agent.message", START, None, "Nobody.", dead=True)
    stores.deliveries.record_attempt(delivery)

    assert stores.deliveries.attempt(BOT, delivery.id) == delivery
    other = replace(delivery, webhook="w_" + "a" * 13)
    stores.deliveries.record_attempt(other)
    assert stores.deliveries.attempt(BOT, other.id) == other
    assert stores.deliveries.attempt(BOT, delivery.id) == delivery
    assert stores.deliveries.attempt("other", delivery.id) is None
    for wrong in ("", "x", delivery.id + "1", f"d_{START:013d}_#_1_1"):
        assert stores.deliveries.attempt(BOT, wrong) is None


def test_the_progress_of_several_conversations_is_read_together(stores: Stores) -> None:
    stores.deliveries.advance_cursor(BOT, CID, DeliveryCursor(), DeliveryCursor(3, 1))
    stores.deliveries.mark_gone(BOT, CID, 4, START)

    assert stores.deliveries.progress(BOT, [CID, "c_x"]) == {
        CID: Progress(DeliveryCursor(3, 1), gone=4, gone_at=START),
        "c_x": Progress(),
    }
    assert stores.deliveries.progress(BOT, []) == {}


def test_a_webhook_that_is_switched_off_says_why(stores: Stores) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo", HOOK))

    stores.deliveries.disable_webhook(BOT, "410 Gone", START)

    assert stores.directory.bot(BOT) == Bot(
        BOT, "Demo", replace(HOOK, disabled_reason="410 Gone", disabled_at=START)
    )


def test_a_bot_without_a_webhook_cannot_be_disabled(stores: Stores) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo"))

    stores.deliveries.disable_webhook(BOT, "x", START)
    stores.deliveries.disable_webhook("nobody", "x", START)

    assert stores.directory.bot(BOT) == Bot(BOT, "Demo")
    assert stores.directory.bot("nobody") is None
