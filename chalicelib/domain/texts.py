"""Texts that a bot shows to its user when a handoff changes, by locale.

A text is data, not a template language. The four placeholders `{agent}`, `{position}`, `{wait}` and
`{queue}` are replaced once, by their exact names. Everything else stays as it was written,
including other braces and dots.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from chalicelib.domain.default_texts import DEFAULT_TEXTS

FALLBACK_LOCALE = "en"
MAX_LENGTH = 1000
"""In characters."""
LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}")
PLACEHOLDER = re.compile(r"(?<!\{)\{(agent|position|wait|queue)\}(?!\})")
UNKNOWN_VALUE = "?"

Texts = Mapping[str, Mapping[str, str | None]]
"""Texts by locale (`es`, `es-MX`) and name. None disables a text."""


class Text(StrEnum):
    """The names of the texts. `closed` replaces `requested` outside the queue's opening hours.
    `released` is shown when a conversation is back in a queue, for whatever reason. The names from
    `resolved` on are the outcomes of a handoff."""

    REQUESTED = "requested"
    CLOSED = "closed"
    CLAIMED = "claimed"
    RELEASED = "released"
    TRANSFERRED = "transferred"
    RESOLVED = "resolved"
    REJECTED = "rejected"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    USER_LEFT = "user_left"
    MESSAGE_LEFT = "message_left"
    BOT_DOWN = "bot_down"


def template(name: Text, locales: Sequence[str], own: Sequence[Texts]) -> str | None:
    """Return the text for the closest of these locales, or None if it is disabled.

    `own` are the settings that replace the default texts, the most specific first (queue, bot). If
    the first matching text in a settings level is null, the text is disabled.
    """
    candidates: list[tuple[int, str]] = []
    for texts in (*own, DEFAULT_TEXTS):
        found = _find_nearest(name, locales, texts)
        if found and found[1] is None:
            break
        if found and found[1] is not None:
            candidates.append((found[0], found[1]))
    return min(candidates, key=lambda each: each[0])[1] if candidates else None


def locales(wanted: str | None, default: str) -> list[str]:
    """The locales to try, in order: `es-MX`, `es`, the bot's default locale, `en`."""
    chain = [*_broader_locales(wanted or default), *_broader_locales(default), FALLBACK_LOCALE]
    return list(dict.fromkeys(chain))


def placeholders_in(text: str) -> frozenset[str]:
    return frozenset(PLACEHOLDER.findall(text))


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders. A placeholder inside a value is not replaced again."""
    return PLACEHOLDER.sub(lambda field: values.get(field[1], UNKNOWN_VALUE), text)


def field_errors(texts: Texts) -> Iterator[tuple[str, str]]:
    """Yield each invalid field with the reason."""
    for locale, by_name in texts.items():
        if not is_locale(locale):
            yield "texts", f"{locale[:40]!r} is not a locale such as es or es-MX"
        for name, text in by_name.items():
            place = f"texts.{locale[:40]}.{name[:40]}"
            if name not in list(Text):
                yield place, f"must be one of {', '.join(Text)}"
            elif text is not None and not 0 < len(text) <= MAX_LENGTH:
                yield place, f"must have 1 to {MAX_LENGTH} characters, or be null to disable it"


def is_locale(name: str) -> bool:
    return LOCALE.fullmatch(name) is not None


def _find_nearest(
    name: Text, locales: Sequence[str], texts: Texts
) -> tuple[int, str | None] | None:
    """The position of the first locale that has this text, and the text itself (None: disabled).

    Returns None if no locale has it.
    """
    by_locale = {_normalized(locale): by_name for locale, by_name in texts.items()}
    for distance, locale in enumerate(locales):
        if name in by_locale.get(locale, {}):
            return distance, by_locale[locale][name]
    return None


def _broader_locales(locale: str) -> Iterator[str]:
    parts = _normalized(locale).split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


def _normalized(locale: str) -> str:
    return locale.replace("_", "-").lower()
