"""The size of a head: every message rewrites it, and a write unit is 1,024 bytes.

Sizes by DynamoDB's rules (names and values in UTF-8; a number takes a byte per two digits and one
more; a list three bytes, and one for each element).
"""

from typing import Any

import pytest
from msgspec.structs import replace

from chalicelib.adapters.dynamodb.conversations.heads import head_row
from chalicelib.domain.address import Address, handoff_id
from chalicelib.domain.conversation.authors import Author, From
from chalicelib.domain.conversation.decision import PROFILE_DIGEST_LENGTH
from chalicelib.domain.conversation.handoff import Offer, OpenHandoff
from chalicelib.domain.conversation.head import (
    PREVIEW_BYTES,
    REASON_BYTES,
    Head,
    Owned,
    Preview,
    Timing,
    Waiting,
    as_waiting,
)
from chalicelib.domain.routing.queues import Limits
from tests.support.clock import START

PERSON = "p_" + "a" * 26
DIGEST = "d" * PROFILE_DIGEST_LENGTH
SEQ = 123_456
EVERY_LIMIT = Limits(60, (120, 300), 900, 600, 1200, 3600, 300)
DEADLINES = Timing(EVERY_LIMIT, 45, START, 2, START + 1)


def weight(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    if kind == "S":
        return len(str(content).encode())
    if kind == "N":
        return (len(str(content)) + 1) // 2 + 1
    if kind == "L":
        return 3 + sum(1 + weight(each) for each in content)
    raise AssertionError(kind)


def size(head: Head) -> int:
    item = head_row(head, shards=100).serialize()
    return sum(len(name.encode()) + weight(value) for name, value in item.items())


def head_of(address: Address, name: str, queue: str, tags: tuple[str, ...]) -> Owned:
    """As full as it gets: claimed, with a reason, a preferred agent, a last message, and a deadline
    of every kind."""
    cid = address.conversation_id
    return Owned(
        address=address,
        created_at=START,
        updated_at=START + 1,
        epoch=12_345,
        last_seq=SEQ,
        owner=Author(PERSON, name),
        queue=queue,
        priority=9,
        turn_started_at=START,
        handoff=OpenHandoff(
            handoff_id(cid, SEQ), START, SEQ, "r" * REASON_BYTES, PERSON, START + 2
        ),
        last_message=Preview(SEQ, From.AGENT, "m" * PREVIEW_BYTES, START),
        tags=tags,
        user_name=name,
        profile=DIGEST,
        leaks=99,
        heard_seq=SEQ,
        notes=99,
        snoozed_until=START,
        timing=DEADLINES,
    )


def waiting(head: Owned) -> Waiting:
    """Returned to its queue, by somebody who had had it before, and offered to another."""
    requeued = as_waiting(
        head,
        handoff=head.handoff,
        waiting_since=START,
        queue=head.queue,
        priority=head.priority,
        timing=head.timing,
        offer=Offer(head.owner, START),
        expires_at=START,
    )
    return replace(requeued, last_agent=PERSON)


ORDINARY = head_of(
    Address("b" * 32, "c" * 16, "u" * 36, "t" * 36), "n" * 48, "q" * 32, ("g" * 24,) * 5
)
"""A head with UUIDs as ids, every field in use, and long names that are not the longest allowed."""
AT_THE_CAPS = head_of(
    Address("b" * 32, "c" * 32, "u" * 128, "t" * 128), "🎉" * 64, "q" * 32, ("g" * 24,) * 10
)


@pytest.mark.parametrize("head", [ORDINARY, waiting(ORDINARY)], ids=["owned", "waiting"])
def test_an_ordinary_head_costs_one_write_unit(head: Head) -> None:
    assert size(head) < 1024, "shorten the new field with `shorten`, or keep it in the entry"


@pytest.mark.parametrize("head", [AT_THE_CAPS, waiting(AT_THE_CAPS)], ids=["owned", "waiting"])
def test_no_head_costs_more_than_two_write_units(head: Head) -> None:
    assert size(head) <= 2048, "shorten the new field with `shorten`, or keep it in the entry"
