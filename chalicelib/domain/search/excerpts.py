"""Cuts the part out of a text that shows why it was found."""

from collections.abc import Collection

from msgspec import Struct

from chalicelib.domain.search.words import Word, words_in

BEFORE, LENGTH = 40, 160
"""Characters before the first hit, and of the whole excerpt."""
CUT = "…"


class ExcerptPart(Struct, frozen=True):
    """A part of an excerpt. `hit`: it is one of the words that were searched."""

    text: str
    hit: bool = False


def excerpt(text: str, wanted: Collection[str]) -> list[ExcerptPart]:
    """About `LENGTH` characters around the first of these words, in parts. Without any of them, the
    beginning of the text."""
    hits = list[Word]()
    for word in words_in(text):
        if hits and word.start > hits[0].start + LENGTH:
            break
        if word.folded in wanted:
            hits.append(word)
    start = _beginning(text, hits[0].start if hits else 0)
    end = min(len(text), start + LENGTH)
    parts, reached = [ExcerptPart(CUT)] if start else [], start
    for hit in hits:
        if hit.end > end or hit.end <= reached:
            continue
        if hit.start > reached:
            parts.append(ExcerptPart(text[reached : hit.start]))
        parts.append(ExcerptPart(text[max(hit.start, reached) : hit.end], hit=True))
        reached = hit.end
    rest = text[reached:end] + (CUT if end < len(text) else "")
    return [*parts, ExcerptPart(rest)] if rest else parts


def _beginning(text: str, first_hit: int) -> int:
    """The place at which the excerpt begins: at a word, if there is a space to tell."""
    if first_hit <= BEFORE:
        return 0
    space = text.find(" ", first_hit - BEFORE, first_hit)
    return space + 1 if space >= 0 else first_hit - BEFORE
