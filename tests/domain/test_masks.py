"""Masks: what they find, what they leave, and where they are applied."""

import time
import types
from collections.abc import Mapping
from typing import Any, get_args, get_type_hints

import pytest
from msgspec import Struct

from chalicelib.domain.bot_settings import Mask
from chalicelib.domain.conversation.commands import Command, Note, Pause, UserMessage
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Request, Resumption
from chalicelib.domain.masks import WORDS, mask_words, masked

ALL = tuple(Mask)
CARD = "4111 1111 1111 1111"

NO_WORDS = {
    *("message_id", "queue", "unknown_queue", "agent", "language", "type", "resume_at", "outcome"),
    *("handoff", "erasure", "profile", "queue_settings", "offer", "if_unavailable", "cause"),
    *("mentions", "handoff_id"),
}
"""Fields of commands that hold ids and names, or that Baton fills in itself. The name and the
attributes in `profile` are sent by the bot on purpose."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"My card is {CARD}, valid 12/27.", "My card is [card], valid 12/27."),
        ("12 4111111111111111", "12 [card]"),
        ("1234 4111-1111-1111-1111.", "1234 [card]."),
        ("٤١١١ ١١١١ ١١١١ ١١١١", "[card]"),
        ("378282246310005 and 5555555555554444", "[card] and [card]"),
        ("DE89 3704 0044 0532 0130 00 is mine", "[iban] is mine"),
        ("gb29nwbk60161331926819", "[iban]"),
        ("Write to ana.b+x@mail.example.test!", "Write to [email]!"),
        ("Call +34 612 345 678 or 0612345678.", "Call [phone] or [phone]."),
        ("(555) 123-4567", "[phone]"),
        ("00 34 612 34 56 78", "[phone]"),
    ],
)
def test_what_a_mask_finds_is_replaced(text: str, shown: str) -> None:
    assert masked(text, ALL) == shown


@pytest.mark.parametrize(
    "text",
    [
        "Order 4111111111111112",
        "Order 1234567890123",
        "2026-11-29 08:00",
        "a@b and 3 @ 4",
        "Take 2 of 10, or 300 of 5000.",
        "0000 0000 0000 0000",
    ],
)
def test_other_numbers_and_words_stay(text: str) -> None:
    assert masked(text, ALL) == text


def test_an_iban_with_a_wrong_check_digit_is_none() -> None:
    wrong = "DE89 3704 0044 0532 0130 01"

    assert masked(wrong, [Mask.IBAN]) == wrong


def test_only_the_chosen_kinds_are_masked() -> None:
    assert masked(f"{CARD} a@x.test", [Mask.EMAIL]) == f"{CARD} [email]"
    assert masked(f"{CARD} a@x.test", []) == f"{CARD} a@x.test"


@pytest.mark.parametrize(
    "piece",
    ["1", "1 ", "1.1-", "AA11 ", "AA11", "a", "a.", "a@", "a@b.", "+1 ", "+", "0(", "(1", "+1(((("],
)
def test_the_time_grows_with_the_length_of_the_text_only(piece: str) -> None:
    """Ten times the length takes far less than a hundred times as long."""
    short, long = (least_time((piece * size)[:size]) for size in (1_000, 10_000))

    assert long < 50 * short


def least_time(text: str) -> float:
    """Seconds of the processor; the least of several, because other work disturbs the others."""
    times = []
    for _ in range(5):
        began = time.process_time()
        masked(text, ALL)
        times.append(time.process_time() - began)
    return min(times)


def test_a_payload_is_masked_inside_but_not_in_its_links() -> None:
    payload = {"url": f"https://x.test/{CARD}", "items": [{"title": CARD, "n": 4111}]}

    done = mask_words(UserMessage(Body("card", None, payload)), ALL)

    shown = {"url": f"https://x.test/{CARD}", "items": [{"title": "[card]", "n": 4111}]}
    assert done.body.payload == shown


def test_nested_parts_of_a_command_are_masked() -> None:
    done = mask_words(Pause(Request(CARD, context={"a": [CARD]}), say=Body(text=CARD)), ALL)

    assert (done.request.reason, done.request.context) == ("[card]", {"a": ["[card]"]})
    assert done.say == Body(text="[card]")
    assert mask_words(Note(CARD), ALL).text == "[card]"


@pytest.mark.parametrize("kind", [*get_args(Command), Body, Request, Resumption])
def test_every_text_of_a_command_is_masked_or_known_to_hold_no_words(kind: type[Struct]) -> None:
    texts = {name for name, hint in get_type_hints(kind).items() if _may_hold_words(hint)}
    texts &= set(kind.__struct_fields__)

    assert texts - NO_WORDS == {*WORDS.get(kind, ())}, f"add them to WORDS in {masked.__module__}"


def _may_hold_words(hint: Any) -> bool:
    if isinstance(hint, types.UnionType) or get_args(hint):
        return any(_may_hold_words(each) for each in get_args(hint)) or _is_mapping(hint)
    return hint is str or (isinstance(hint, type) and issubclass(hint, Struct))


def _is_mapping(hint: Any) -> bool:
    return getattr(hint, "__origin__", None) is Mapping
