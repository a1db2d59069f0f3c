"""Masks card numbers, IBANs, e-mail addresses and phone numbers before a text is stored.

An admin chooses among these kinds and cannot add patterns of their own: Python's expressions
backtrack, and one that an admin wrote could keep a function busy for minutes. Each expression here
has bounded repetitions only, so the time grows with the length of the text. Check digits keep order
numbers and the like readable.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from chalicelib.domain.bot_settings import Mask
from chalicelib.domain.conversation.commands import (
    AgentMessage,
    BotMessage,
    ClaimAndReply,
    Note,
    Pause,
    PauseAndClaim,
    RateHandoff,
    Suggest,
    Tag,
    Transfer,
    Unpause,
    UpdateHandoff,
    UserMessage,
)
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Request, Resumption

S = TypeVar("S", bound=Struct)
Span = tuple[int, int]


WORDS: Mapping[type[Struct], tuple[str, ...]] = {
    UserMessage: ("body",),
    BotMessage: ("body",),
    AgentMessage: ("body",),
    ClaimAndReply: ("body",),
    Pause: ("request", "say"),
    PauseAndClaim: ("request",),
    UpdateHandoff: ("reason", "summary", "context"),
    Unpause: ("resumption",),
    Transfer: ("note",),
    Note: ("text",),
    Suggest: ("text",),
    RateHandoff: ("comment",),
    Tag: ("tags",),
    Body: ("text", "payload"),
    Request: ("reason", "summary", "context"),
    Resumption: ("note", "variables"),
}
"""The fields of commands, and of what they contain, in which somebody has written. Names and
attributes of users stay: the bot sends them on purpose, for agents to use."""

LINKS = frozenset({"url", "image", "upload_id"})
"""The fields of payloads that are addresses of files: a mask would break them."""

CARDS = r"(?<!\d)(?=(\d(?:[ .\-\u00a0\u202f]?\d){12,18}))"
IBANS = r"(?<![^\W_])(?=([A-Za-z]{2}[0-9]{2}(?:[ -]?[A-Za-z0-9]){11,30}))"
EMAILS = r"(?<![\w.+-])(?=([\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}))"
PHONES = r"(?<![\w+])(?=((?:\+|00?)[ (]{0,2}[1-9](?:[ ().\-/]{0,2}\d){6,13})(?!\d))"
AMERICAN_PHONES = r"(?<!\w)(?=(\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?!\d))"
SHORTEST_IBAN, SHORTEST_CARD = 15, 13


def masked(text: str, masks: Collection[str]) -> str:
    """The text, in which `[card]`, `[iban]`, `[email]` and `[phone]` stand for what was there."""
    for mask in Mask:
        if mask in masks:
            text = _replaced(text, FINDERS[mask](text), f"[{mask}]")
    return text


def mask_words(command: S, masks: Collection[str]) -> S:
    """The command, or a part of it, with all that somebody has written in it masked."""
    changes = {}
    for name in WORDS.get(type(command), ()):
        value = getattr(command, name)
        changes[name] = _masked_value(value, masks)
    return replace(command, **changes) if changes else command


def _masked_value(value: Any, masks: Collection[str]) -> Any:
    if isinstance(value, str):
        return masked(value, masks)
    if isinstance(value, Struct):
        return mask_words(value, masks)
    if isinstance(value, Mapping):
        return {
            name: each if name in LINKS and isinstance(each, str) else _masked_value(each, masks)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple):
        return type(value)(_masked_value(each, masks) for each in value)
    return value


def _replaced(text: str, spans: Iterator[Span], mark: str) -> str:
    """If spans overlap, the one that begins first counts, and then the longest."""
    parts, end = list[str](), 0
    for start, stop in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start >= end:
            parts += (text[end:start], mark)
            end = stop
    return "".join([*parts, text[end:]])


def _cards(text: str) -> Iterator[Span]:
    for found in re.finditer(CARDS, text):
        start, candidate = found.start(1), found[1]
        places = [place for place, each in enumerate(candidate) if each.isdigit()]
        digits = [int(candidate[place]) for place in places]
        for count in range(len(digits), SHORTEST_CARD - 1, -1):
            stop = start + places[count - 1] + 1
            if not text[stop : stop + 1].isdigit() and _is_luhn(digits[:count]):
                yield start, stop
                break


def _is_luhn(digits: list[int]) -> bool:
    """ISO/IEC 7812-1, annex B."""
    doubled = sum(sum(divmod(2 * digit, 10)) for digit in digits[-2::-2])
    return any(digits) and (sum(digits[-1::-2]) + doubled) % 10 == 0


def _ibans(text: str) -> Iterator[Span]:
    for found in re.finditer(IBANS, text):
        candidate = found[1]
        for length in range(len(candidate), SHORTEST_IBAN - 1, -1):
            after = text[found.start(1) + length : found.start(1) + length + 1]
            whole = candidate[:length]
            if whole[-1].isalnum() and not after.isalnum() and _is_iban(whole):
                yield found.start(1), found.start(1) + length
                break


def _is_iban(text: str) -> bool:
    """ISO 13616: the check digits make the rest of a division by 97 one."""
    compact = "".join(each for each in text if each.isalnum()).upper()
    turned = compact[4:] + compact[:4]
    return len(compact) >= SHORTEST_IBAN and int("".join(str(int(c, 36)) for c in turned)) % 97 == 1


def _emails(text: str) -> Iterator[Span]:
    return (found.span(1) for found in re.finditer(EMAILS, text))


def _phones(text: str) -> Iterator[Span]:
    for found in (*re.finditer(PHONES, text), *re.finditer(AMERICAN_PHONES, text)):
        yield found.span(1)


FINDERS: Mapping[Mask, Callable[[str], Iterator[Span]]] = {
    Mask.IBAN: _ibans,
    Mask.CARD: _cards,
    Mask.EMAIL: _emails,
    Mask.PHONE: _phones,
}
