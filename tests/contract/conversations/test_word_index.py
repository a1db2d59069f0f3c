"""The entries of a bot by their words."""

from chalicelib.domain.search.matching import WordPlace
from chalicelib.domain.search.words import LIFE
from tests.contract.store_setup import BOT
from tests.support.engines import Stores, with_shards


def added(stores: Stores, *words: str, count: int = 5) -> list[WordPlace]:
    """The latest place first."""
    now = stores.clock.now()
    made = [WordPlace(now + n, f"c_{n % 3}", n + 1) for n in range(count)]
    for place in made:
        for _ in range(2):
            stores.word_index.add(BOT, place, words)
    return made[::-1]


def test_the_latest_entries_of_a_word_come_first_in_pages(stores: Stores) -> None:
    made = added(stores, "refund")

    first = stores.word_index.latest(BOT, "refund", 0, None, 3)
    second = stores.word_index.latest(BOT, "refund", 0, first.end, 3)

    assert (list(first.places), first.is_last) == (made[:3], False)
    assert (list(second.places), second.is_last) == (made[3:], True)
    since = stores.word_index.latest(BOT, "refund", made[2].at, None, 9)
    assert list(since.places) == made[:3]
    for bot, word in ((BOT, "order"), ("other", "refund")):
        assert not stores.word_index.latest(bot, word, 0, None, 3).places


def test_all_shards_of_a_word_are_read_in_one_order(stores: Stores) -> None:
    """The number of shards has been raised after the first entries."""
    older = added(stores, "refund")
    stores.clock.advance(1000)
    many = with_shards(stores, 4)
    made = added(many, "refund") + older
    found, before = list[WordPlace](), None

    while True:
        page = many.word_index.latest(BOT, "refund", 0, before, 3)
        found += page.places
        before = page.end
        if page.is_last:
            break

    assert found == made
    assert set(many.word_index.holds(BOT, "refund", made)) == set(made)


def test_a_word_is_looked_up_at_places(stores: Stores) -> None:
    made = added(stores, *(f"word{n}" for n in range(30)))
    elsewhere = WordPlace(1, "c_9", 9)

    assert set(stores.word_index.holds(BOT, "word29", [*made, elsewhere])) == set(made)
    assert not stores.word_index.holds(BOT, "word30", made)


def test_words_end_ninety_days_after_their_entry(stores: Stores) -> None:
    added(stores, "refund")
    stores.clock.advance(LIFE + 10_000)

    assert not stores.word_index.latest(BOT, "refund", 0, None, 3).places
