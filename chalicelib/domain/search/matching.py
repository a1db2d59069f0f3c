"""The places of words, and the search for entries that have all wanted words."""

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import NamedTuple

from msgspec import Struct


class WordPlace(NamedTuple):
    """An entry in which a word stands. The greater of two is the later one. `at` is in milliseconds
    since 1970 (UTC)."""

    at: int
    conversation_id: str
    seq: int


BEGINNING = WordPlace(0, "", 0)
"""It comes before every place."""


class WordPage(Struct, frozen=True):
    """The places of one word, the latest first. `is_last`: there are none before them."""

    places: Sequence[WordPlace]
    is_last: bool

    @property
    def end(self) -> WordPlace:
        """All places of the word from here on are in the page."""
        return BEGINNING if self.is_last or not self.places else self.places[-1]


class Matches(Struct, frozen=True):
    """The entries that have all words, the latest first. `end` is as a page's: what comes before it
    has not been looked at."""

    places: Sequence[WordPlace]
    end: WordPlace


Holds = Callable[[str, Sequence[WordPlace]], Collection[WordPlace]]
"""Returns those of these places at which the word stands."""


def matches(pages: Mapping[str, WordPage], holds: Holds) -> Matches:
    """`pages` has the latest places of each word, all from the same time backwards.

    The rarest word leads: its page reaches back the farthest. The other words are looked up at its
    places only, so a word that stands in every message costs no more than a rare one.
    """
    leading = min(pages, key=lambda word: (pages[word].end, len(pages[word].places)))
    found = list(pages[leading].places)
    for word, page in pages.items():
        if word != leading and found:
            known = {*page.places, *holds(word, [place for place in found if place < page.end])}
            found = [place for place in found if place in known]
    return Matches(found, pages[leading].end)
