"""Which characters a text may hold, where it may be cut, and when two texts are alike."""

import re
import unicodedata

KEPT_CONTROLS = "\t\n\r"
CONTROLS = (*range(0x20), *range(0x7F, 0xA0))
REMOVED = dict.fromkeys((code for code in CONTROLS if chr(code) not in KEPT_CONTROLS), None)
REPLACEMENT = "\ufffd"
JOINER = "\u200d"
"""It joins two emoji into one."""
SKIN_TONES = range(0x1F3FB, 0x1F400)
FLAG_LETTERS = range(0x1F1E6, 0x1F200)
"""Two of them make a flag."""
FLAG_TAGS = range(0xE0020, 0xE0080)
JAMO_TO_APPEND = range(0x1160, 0x1200)
"""The vowels and final consonants of a Hangul syllable."""


VARIATION_SELECTORS = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef\u180b-\u180d]")
"""They choose a form of the character before them. Keyboards send `🤖` with one or without."""


def comparable(text: str) -> str:
    """Two texts are alike if these are equal, or one begins like the other if these do: Unicode's
    canonical caseless match, without variation selectors."""
    plain = VARIATION_SELECTORS.sub("", unicodedata.normalize("NFC", text))
    return unicodedata.normalize("NFC", plain.casefold())


def without_controls(text: str) -> str:
    """The text without control characters (Unicode's Cc) other than tab, line feed and carriage
    return."""
    return text.translate(REMOVED)


def cut(text: str, limit: int, mark: str = "") -> str:
    """At most `limit` characters of the text. A text that is cut ends in `mark`.

    It is cut between two graphemes (Unicode's UAX 29, without its rules for Indic conjuncts), so
    that no accent, flag or emoji is cut into parts. A single grapheme that is too long is cut.
    """
    if len(text) <= limit:
        return text
    longest = end = limit - len(mark)
    while end and _continues(text, end):
        end -= 1
    return text[: end or longest] + mark


def _continues(text: str, at: int) -> bool:
    """True if the character at this index belongs to the grapheme before it."""
    before, character = text[at - 1], text[at]
    code = ord(character)
    if before == JOINER or character == JOINER or before + character == "\r\n":
        return True
    if code in FLAG_LETTERS:
        return _flag_letters_before(text, at) % 2 == 1
    if code in SKIN_TONES or code in FLAG_TAGS or code in JAMO_TO_APPEND:
        return True
    return unicodedata.category(character).startswith("M")


def _flag_letters_before(text: str, at: int) -> int:
    first = at
    while first and ord(text[first - 1]) in FLAG_LETTERS:
        first -= 1
    return at - first
