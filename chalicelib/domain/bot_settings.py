"""Settings of a whole bot."""

import re
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct, field

from chalicelib.domain import texts as wording
from chalicelib.domain.characters import comparable
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.routing.hours import is_time_zone
from chalicelib.domain.texts import FALLBACK_LOCALE, Texts

BLANK = "\t\n\v\f\r \x85\xa0\u200b\u202f\u3000\ufeff"
"""White space, and characters of no width, that people do not see around a word."""

LONGEST_RETENTION = 3650
"""Days."""

MB = 1024 * 1024
LARGEST_FILE = 100 * MB
"""A larger file could not be copied in time."""
DEFAULT_LARGEST = 25 * MB
DEFAULT_TYPES = (
    *("image/*", "audio/*", "video/*", "text/plain", "text/csv", "application/pdf"),
    *("application/rtf", "application/zip", "application/msword", "application/vnd.ms-excel"),
    *("application/vnd.ms-powerpoint", "application/vnd.oasis.opendocument.*"),
    "application/vnd.openxmlformats-officedocument.*",
)
PATTERN = r"[a-z0-9][a-z0-9!#$&^_.+-]{0,63}/([a-z0-9][a-z0-9!#$&^_.+-]{0,125})?\*?"


class AfterReturn(StrEnum):
    """The agents who still see a conversation that people have returned to the bot."""

    QUEUE = "queue"
    """The members of the queue of its last handoff, and its last owner."""
    EVERYBODY = "everybody"


class Mask(StrEnum):
    """The kinds of texts that `masks.py` finds. IBANs come first: some end like a card number."""

    IBAN = "iban"
    CARD = "card"
    EMAIL = "email"
    PHONE = "phone"


class BotSettings(Struct, frozen=True):
    """If a user's whole message is one of `leave_words`, the handoff ends. If `outbound` is true,
    agents may start conversations with users who have not written yet. `retention_days` is how
    long the words of users are kept after the last activity; None: for ever. What is in `mask` is
    masked before a text is stored: `Mask`s, or names that a newer release has stored.
    `max_file_bytes` and `file_types` (media types, or their beginnings and `*`) limit uploads. If
    `search_messages` is true, people find messages by their words. `time_zone`, a name of the IANA
    database, is the one of the team: the report's days and hours are counted in it."""

    leave_words: tuple[str, ...] = ()
    default_locale: str = FALLBACK_LOCALE
    texts: Texts = field(default_factory=dict)
    outbound: bool = False
    after_return: AfterReturn = AfterReturn.QUEUE
    retention_days: int | None = None
    mask: tuple[str, ...] = ()
    max_file_bytes: int = DEFAULT_LARGEST
    file_types: tuple[str, ...] = DEFAULT_TYPES
    search_messages: bool = True
    time_zone: str = "UTC"

    def is_leave_word(self, body: Body) -> bool:
        """Compared without case, variation selectors and surrounding white space; a letter and its
        accent count as one character, however they are written."""
        if body.text is None:
            return False
        return _normalized(body.text) in {_normalized(word) for word in self.leave_words}


def field_errors(settings: BotSettings) -> Iterator[tuple[str, str]]:
    """Yield each invalid field with the reason."""
    if not wording.is_locale(settings.default_locale):
        yield (
            "default_locale",
            f"{settings.default_locale[:40]!r} is not a locale such as es or es-MX",
        )
    if not all(_normalized(word) for word in settings.leave_words):
        yield "leave_words", "each leave word must have a character that is not white space"
    days = settings.retention_days
    if days is not None and not 1 <= days <= LONGEST_RETENTION:
        yield "retention_days", f"it is a number of days from 1 to {LONGEST_RETENTION}, or null"
    if not 1 <= settings.max_file_bytes <= LARGEST_FILE:
        yield "max_file_bytes", f"it is a number of bytes from 1 to {LARGEST_FILE}"
    for each in settings.file_types:
        if not re.fullmatch(PATTERN, each):
            yield "file_types", f"{each[:40]!r} is not a media type such as image/png or image/*"
    if not is_time_zone(settings.time_zone):
        zone = settings.time_zone[:40]
        yield (
            "time_zone",
            f"{zone!r} is not a time zone such as Europe/Madrid",
        )
    yield from wording.field_errors(settings.texts)


def _normalized(words: str) -> str:
    return comparable(words.strip(BLANK))
