"""Words of texts, excerpts, and entries that have several words."""

import pytest

from chalicelib.domain.conversation.entries import Body, Message
from chalicelib.domain.search.excerpts import excerpt
from chalicelib.domain.search.matching import BEGINNING, WordPage, WordPlace, matches
from chalicelib.domain.search.words import (
    FIRST_PART,
    MOST_FOLDED,
    MOST_WORDS,
    different_words,
    index_words,
    words_in,
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Refund of ORDER #A-4711, a refund!", ["refund", "of", "order", "4711"]),
        ("¿Dónde está mi crédito?", ["donde", "esta", "mi", "credito"]),
        ("Straße, ﬁne; cafe\u0301_x1", ["strasse", "fine", "cafe", "x1"]),
        ("مُحَمَّد 東京都 ok", ["محمد", "東京", "京都", "ok"]),
        ("iPhone15を買う now", ["iphone15", "を買", "買う", "now"]),
        ("x" * 40, ["x" * 32]),
        ("a 🤖 . é", []),
    ],
)
def test_words_have_no_case_and_no_accents(text: str, words: list[str]) -> None:
    assert different_words(text) == words


def test_an_entry_is_found_by_a_limited_number_of_words() -> None:
    words = index_words(Message(Body(text=" ".join(f"word{n}" for n in range(80)))))

    assert words == [f"word{n}" for n in range(MOST_WORDS)]
    assert index_words(Message(Body("image", payload={"caption": "Bill", "url": "x/y"}))) == [
        "bill"
    ]


def test_an_excerpt_marks_the_words_as_they_are_written() -> None:
    text = f"{'long ' * 40}mi CRÉDITO y mi credito {'tail ' * 60}"

    parts = excerpt(text, ["credito"])

    assert [part.text for part in parts if part.hit] == ["CRÉDITO", "credito"]
    shown = "".join(part.text for part in parts)
    assert shown.startswith("…long ")
    assert shown.endswith("…")
    assert shown.strip("…") in text
    assert len(shown) < 170


@pytest.mark.parametrize("place", range(FIRST_PART - 6, FIRST_PART + 3))
@pytest.mark.parametrize("written", ["order", "x", "東京都", "cafe\u0301", "\ufdfa", "ab"])
def test_a_long_text_has_the_same_words_wherever_its_parts_meet(written: str, place: int) -> None:
    text = f"{'- ' * FIRST_PART}"[:place] + f"{written}s, then more"

    assert different_words(text) == different_words(text[place:])


def test_an_unusual_text_costs_no_more_than_a_bound() -> None:
    """Each of these characters is four words in 18 characters."""
    text = "order " + "\ufdfa" * 9000

    assert len(list(words_in(text))) < MOST_FOLDED / 3
    assert [part.text for part in excerpt(text, ["order"]) if part.hit] == ["order"]
    assert index_words(Message(Body(text=text)))[0] == "order"


def places(*times: int) -> list[WordPlace]:
    return [WordPlace(at, "c_1", at) for at in times]


def test_the_rarest_word_leads_and_the_others_are_looked_up_at_its_places() -> None:
    looked_up = dict[str, list[WordPlace]]()

    def holds(word: str, at: object) -> list[WordPlace]:
        looked_up[word] = list(at)  # type: ignore[call-overload]
        return places(3)

    pages = {
        "the": WordPage(places(99, 98, 97), is_last=False),
        "refund": WordPage(places(98, 5, 3), is_last=False),
    }
    found = matches(pages, holds)

    assert found.places == places(98, 3)
    assert found.end == places(3)[0]
    assert looked_up == {"the": places(5, 3)}


def test_a_word_that_stands_nowhere_ends_the_search() -> None:
    pages = {"the": WordPage(places(9), False), "xyzzy": WordPage([], is_last=True)}

    found = matches(pages, lambda word, at: at)

    assert (list(found.places), found.end) == ([], BEGINNING)
