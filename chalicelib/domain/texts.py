"""What the user is told when who may speak changes: a text for each change, by locale.

Rule: a text is data. The four fields are replaced where they stand, once, by their exact names;
everything else, braces and dots included, stays as it was written.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum

from chalicelib.domain.default_texts import DEFAULT_TEXTS

LAST_LOCALE = "en"
LONGEST = 1000
"""Characters."""
LOCALE = re.compile(r"[A-Za-z]{2,8}([-_][A-Za-z0-9]{1,8}){0,3}")
FIELD = re.compile(r"(?<!\{)\{(agent|position|wait|queue)\}(?!\})")
UNKNOWN = "?"

Texts = Mapping[str, Mapping[str, str | None]]
"""By locale (`es`, `es-MX`) and name; None switches a text off."""


class Text(StrEnum):
    """The names of the texts. `closed` takes the place of `requested` outside a queue's hours;
    `released` is for everybody who is back in a queue; the others from `resolved` on are the
    outcomes of a handoff."""

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
    """The text in the nearest of these locales; None where it is switched off.

    `own` are the settings that may say otherwise than the defaults, the nearest first. What one of
    them switches off, in any of these locales that it has a text for first, is off.
    """
    candidates: list[tuple[int, str]] = []
    for texts in (*own, DEFAULT_TEXTS):
        found = _nearest(name, locales, texts)
        if found and found[1] is None:
            break
        if found and found[1] is not None:
            candidates.append((found[0], found[1]))
    return min(candidates, key=lambda each: each[0])[1] if candidates else None


def locales(wanted: str | None, default: str) -> list[str]:
    """From the wanted one to the last resort: `es-MX`, `es`, the bot's default, `en`."""
    chain = [*_widening(wanted or default), *_widening(default), LAST_LOCALE]
    return list(dict.fromkeys(chain))


def fields_of(text: str) -> frozenset[str]:
    return frozenset(FIELD.findall(text))


def filled(text: str, values: Mapping[str, str]) -> str:
    """What a value holds is not looked into again."""
    return FIELD.sub(lambda field: values.get(field[1], UNKNOWN), text)


def flaws(texts: Texts) -> Iterator[tuple[str, str]]:
    """The field at fault, and what is wrong with it."""
    for locale, by_name in texts.items():
        if not is_locale(locale):
            yield "texts", f"{locale[:40]!r} is no locale; write es or es-MX"
        for name, text in by_name.items():
            place = f"texts.{locale[:40]}.{name[:40]}"
            if name not in list(Text):
                yield place, f"the texts are {', '.join(Text)}"
            elif text is not None and not 0 < len(text) <= LONGEST:
                yield place, f"a text has 1 to {LONGEST} characters; null switches it off"


def is_locale(name: str) -> bool:
    return LOCALE.fullmatch(name) is not None


def _nearest(name: Text, locales: Sequence[str], texts: Texts) -> tuple[int, str | None] | None:
    """How near, and the text or its absence; None where there is neither."""
    by_locale = {_plain(locale): by_name for locale, by_name in texts.items()}
    for distance, locale in enumerate(locales):
        if name in by_locale.get(locale, {}):
            return distance, by_locale[locale][name]
    return None


def _widening(locale: str) -> Iterator[str]:
    parts = _plain(locale).split("-")
    for length in range(len(parts), 0, -1):
        yield "-".join(parts[:length])


def _plain(locale: str) -> str:
    return locale.replace("_", "-").lower()
