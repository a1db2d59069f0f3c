"""Read marks: the last entry that somebody has read."""

from tests.contract.store_setup import BOT, CID
from tests.support.engines import Stores

DAYS = 24 * 60 * 60 * 1000


def test_a_mark_only_rises(stores: Stores) -> None:
    marked = [stores.read_marks.mark_read(BOT, "ana", CID, seq) for seq in (3, 2, 3, 4)]

    assert marked == [True, False, False, True]
    assert stores.read_marks.read_through(BOT, "ana", [CID]) == {CID: 4}


def test_marks_are_of_one_person_and_one_bot(stores: Stores) -> None:
    stores.read_marks.mark_read(BOT, "ana", CID, 3)
    stores.read_marks.mark_read(BOT, "ana", "c_2", 5)

    assert stores.read_marks.read_through(BOT, "ana", ["c_2", "c_3", CID]) == {CID: 3, "c_2": 5}
    assert stores.read_marks.read_through(BOT, "bo", [CID]) == {}
    assert stores.read_marks.read_through("other", "ana", [CID]) == {}


def test_a_mark_is_forgotten_after_30_days(stores: Stores) -> None:
    stores.read_marks.mark_read(BOT, "ana", CID, 3)

    stores.clock.advance(30 * DAYS + 1000)

    assert stores.read_marks.read_through(BOT, "ana", [CID]) == {}
    assert stores.read_marks.mark_read(BOT, "ana", CID, 1)
