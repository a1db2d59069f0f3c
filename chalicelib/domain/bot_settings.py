"""Settings of a whole bot."""

from collections.abc import Iterator

from msgspec import Struct, field

from chalicelib.domain import texts as wording
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.texts import FALLBACK_LOCALE, Texts


class BotSettings(Struct, frozen=True):
    """If a user's whole message is one of `leave_words`, the handoff ends. If `outbound` is true,
    agents may start conversations with users who have not written yet."""

    leave_words: tuple[str, ...] = ()
    default_locale: str = FALLBACK_LOCALE
    texts: Texts = field(default_factory=dict)
    outbound: bool = False

    def is_leave_word(self, body: Body) -> bool:
        """Compared without case and without surrounding white space."""
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
    yield from wording.field_errors(settings.texts)


def _normalized(words: str) -> str:
    return words.strip().casefold()
