"""Splits texts into the words under which messages are found.

A word is a run of letters and digits. Case, accents and the form of characters do not count, as in
the console's own search. Scripts that write no spaces give pairs of characters instead: 東京都 has
the words 東京 and 京都.

The index stores these words. An erasure computes them anew to find what to delete, so rows that
were stored by another version of these rules stay until they expire (`LIFE`).
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from chalicelib.domain.conversation.entries import (
    Body,
    Content,
    HandoffUpdated,
    Message,
    MessageLeft,
    Noted,
    Requested,
    Returned,
)

LIFE = 90 * 24 * 60 * 60 * 1000
"""Milliseconds from an entry to the end of its words in the index."""
SHORTEST, LONGEST = 2, 32
"""Characters. Of a longer word, the first ones count."""
MOST_WORDS = 50
"""The number of different words under which one entry is found. It limits the cost of a message."""
FIRST_PART = 1000
"""Characters of a text that are read before the others."""
MOST_FOLDED = 30_000
"""Characters of a folded text; what comes later is not found. A text has 10,000, and a character
becomes up to 18."""
SPACELESS = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    r"\uf900-\ufaff\U00020000-\U0003ffff]+"
)
"""Thai, Lao, Burmese, Khmer, kana and Han."""
TOKEN = re.compile(r"[^\W_]+")
CAPTIONS = ("caption", "title", "name", "label")
"""The fields of a payload without a `text` in which people read words."""


class Word(NamedTuple):
    """`folded` is how the index writes it; it stands at `text[start:end]`."""

    folded: str
    start: int
    end: int


def words_in(text: str) -> Iterator[Word]:
    """The words of the text, in their order; a word may come twice. Each is found when it is taken,
    because all words of a long text in rare characters take a tenth of a second."""
    reached = 0
    for end in sorted({min(len(text), FIRST_PART), len(text)}):
        for word in _words_in(text[:end], is_whole=end == len(text)):
            if word.start >= reached:
                yield word
                reached = word.start


def _words_in(text: str, *, is_whole: bool) -> Iterator[Word]:
    """Leaves out the last word of a cut text, because the cut may have shortened it."""
    folded, places = _folded(text)
    for start, end in _tokens(folded):
        if end == len(folded) and not is_whole:
            return
        if SPACELESS.match(folded, start):
            spans = [(at, at + SHORTEST) for at in range(start, end - SHORTEST + 1)]
        else:
            spans = [(start, end)] if end - start >= SHORTEST else []
        for first, last in spans:
            word = folded[first : min(last, first + LONGEST)]
            yield Word(word, places[first], places[last - 1] + 1)


def _tokens(folded: str) -> Iterator[tuple[int, int]]:
    """Runs of letters and digits. A run that changes between scripts with and without spaces is
    cut there."""
    for token in TOKEN.finditer(folded):
        reached = token.start()
        for run in SPACELESS.finditer(folded, *token.span()):
            if run.start() > reached:
                yield reached, run.start()
            yield run.span()
            reached = run.end()
        if reached < token.end():
            yield reached, token.end()


def different_words(text: str) -> list[str]:
    """The words of the text, each once."""
    return list(dict.fromkeys(word.folded for word in words_in(text)))


def index_words(content: Content) -> list[str]:
    """The words under which an entry with this content is found; at most `MOST_WORDS`. Those of the
    context count first: a long reason does not hide an order number."""
    text = searched_text(content)
    values = words_in(" ".join(_context_values(content)))
    different = dict[str, None]()
    for word in chain(values, words_in(text) if text else ()):
        different[word.folded] = None
        if len(different) == MOST_WORDS:
            break
    return list(different)


def searched_text(content: Content) -> str | None:
    """The text that somebody has written in an entry of this content, and the values of the context
    that the bot has sent; None if nothing is searched there."""
    match content:
        case Message(body):
            return _text_of(body)
        case Noted(text):
            return text
        case Requested(reason=reason) | HandoffUpdated(reason=reason):
            return " · ".join([*([reason] if reason else []), *_context_values(content)]) or None
        case MessageLeft(reason=reason):
            return reason
        case Returned(note=note):
            return note
    return None


def _context_values(content: Content) -> tuple[str, ...]:
    return content.context_values if isinstance(content, Requested | HandoffUpdated) else ()


def _text_of(body: Body) -> str | None:
    if body.text is not None:
        return body.text
    payload: Mapping[str, Any] = body.payload or {}
    captions = [payload[name] for name in CAPTIONS if isinstance(payload.get(name), str)]
    return " ".join(captions) or None


def _folded(text: str) -> tuple[str, range | list[int]]:
    """The text in the form that is compared, and for each of its characters the place of the one
    that it comes from."""
    if text.isascii():
        return text.lower(), range(len(text))
    folded, places = list[str](), list[int]()
    for place, character in enumerate(text):
        if len(folded) >= MOST_FOLDED:
            break
        for each in _folded_character(character):
            folded.append(each)
            places.append(place)
    return "".join(folded), places


@lru_cache(maxsize=4096)
def _folded_character(character: str) -> str:
    plain = unicodedata.normalize("NFKD", character)
    marks_removed = "".join(each for each in plain if unicodedata.category(each)[0] != "M")
    return unicodedata.normalize("NFKD", marks_removed.casefold())
