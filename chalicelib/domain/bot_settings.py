"""What is set for a bot as a whole."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from chalicelib.domain import texts as wording
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.texts import LAST_LOCALE, Texts


@dataclass(frozen=True, slots=True)
class BotSettings:
    """`leave_words` are the user's own words: each, as a whole message, ends a handoff."""

    leave_words: tuple[str, ...] = ()
    default_locale: str = LAST_LOCALE
    texts: Texts = field(default_factory=dict)

    def is_leave_word(self, said: Body) -> bool:
        """In upper or lower case, and whatever space is around it."""
        if said.text is None:
            return False
        return _plain(said.text) in {_plain(word) for word in self.leave_words}


def flaws(settings: BotSettings) -> Iterator[tuple[str, str]]:
    """The field at fault, and what is wrong with it."""
    if not wording.is_locale(settings.default_locale):
        yield "default_locale", f"{settings.default_locale[:40]!r} is no locale"
    if not all(_plain(word) for word in settings.leave_words):
        yield "leave_words", "a word has at least one character beside space"
    yield from wording.flaws(settings.texts)


def _plain(words: str) -> str:
    return words.strip().casefold()
