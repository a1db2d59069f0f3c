"""Each address has exactly one conversation id, and different addresses have different ids."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from chalicelib.domain.address import Address, conversation_id_of, handoff_id, person_id
from tests.domain.cast import ADDRESS

PARTS = st.text("ab#:/\x00é", max_size=4)
ADDRESSES = st.builds(Address, PARTS, PARTS, PARTS, st.none() | PARTS)


@given(ADDRESSES, ADDRESSES)
def test_only_equal_addresses_have_the_same_conversation_id(one: Address, two: Address) -> None:
    assert (one.conversation_id == two.conversation_id) == (one == two)


@st.composite
def cut_differently(draw: st.DrawFn) -> tuple[Address, Address]:
    """Two addresses whose parts, joined, are the same string."""
    text = draw(st.text("ab1", min_size=1, max_size=6))
    parts = draw(st.sampled_from([3, 4]))
    return _cut(draw, text, parts), _cut(draw, text, draw(st.sampled_from([3, 4])))


def _cut(draw: st.DrawFn, text: str, parts: int) -> Address:
    places = st.integers(0, len(text))
    cuts = sorted(draw(st.lists(places, min_size=parts - 1, max_size=parts - 1)))
    return Address(*[text[a:b] for a, b in zip([0, *cuts], [*cuts, None], strict=True)])


@given(cut_differently())
def test_moving_characters_between_parts_changes_the_id(
    pair: tuple[Address, Address],
) -> None:
    one, two = pair

    assert (one.conversation_id == two.conversation_id) == (one == two)


@given(PARTS)
def test_an_address_without_a_thread_differs_from_every_address_with_one(thread: str) -> None:
    without = replace(ADDRESS, thread=None)

    assert without.conversation_id != replace(ADDRESS, thread=thread).conversation_id


def test_an_id_is_c_and_26_characters_of_base32_over_the_length_prefixed_parts() -> None:
    assert ADDRESS.conversation_id == "c_ztwflkfq2ea3bnghvemnd436d5"
    assert re.fullmatch("c_[a-z2-7]{26}", ADDRESS.conversation_id)


@given(ADDRESSES, st.integers(1, 10**12))
def test_a_handoff_id_contains_its_conversation_id(address: Address, seq: int) -> None:
    assert conversation_id_of(handoff_id(address.conversation_id, seq)) == address.conversation_id


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_only_the_same_handoff_has_the_same_handoff_id(one: int, two: int) -> None:
    ids = handoff_id(ADDRESS.conversation_id, one), handoff_id(ADDRESS.conversation_id, two)

    assert (ids[0] == ids[1]) == (one == two)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "h",
        "h_",
        "h__",
        "h_short_1",
        ADDRESS.conversation_id,
        handoff_id(ADDRESS.conversation_id, 3) + "x",
        handoff_id(ADDRESS.conversation_id, 3).removesuffix("3"),
        handoff_id(ADDRESS.conversation_id, 3).removesuffix("3") + "³",
        handoff_id(ADDRESS.conversation_id, 3).removesuffix("3") + "-3",
        handoff_id(ADDRESS.conversation_id, 3).replace("h_", "c_"),
        handoff_id(ADDRESS.conversation_id, 3).replace("h_", "h_x"),
    ],
)
def test_a_malformed_handoff_id_has_no_conversation(text: str) -> None:
    assert conversation_id_of(text) is None


def test_a_person_id_ignores_the_case_of_the_address() -> None:
    assert person_id(" Ana@Example.test ") == person_id("ana@example.test")
    assert person_id("ana@example.test") != person_id("bo@example.test")
