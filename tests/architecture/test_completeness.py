"""Every kind of entry and every command has its row in each table that needs one."""

from typing import Union, get_args, get_origin, get_type_hints

import msgspec
import pytest
from hypothesis import Phase, find, settings

from chalicelib.domain.conversation.commands import Command, Erase, RateHandoff
from chalicelib.domain.conversation.entries import CONTENTS, Content, Kind
from chalicelib.domain.conversation.table import TABLE
from chalicelib.usecases import reactions, views
from tests.domain.state_table import COMMANDS
from tests.properties.requests import DRAFTS

NO_TIMES = frozenset({"priority", "step", "from_seq", "epoch", "score"})
"""Integers in contents that are no times."""
CLASSES = [each for classes in CONTENTS.values() for each in classes]


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_a_content_class(kind: Kind) -> None:
    missing = f"add a class for {kind!r} to CONTENTS in chalicelib/domain/conversation/entries.py"
    assert CONTENTS.get(kind), missing
    assert {each.kind for each in CONTENTS[kind]} == {kind}


def test_every_content_class_is_in_the_table_of_kinds() -> None:
    leaves = {each for each in _subclasses(Content) if not each.__subclasses__()}
    missing = "add the class to CONTENTS in chalicelib/domain/conversation/entries.py"
    assert leaves == set(CLASSES), missing


@pytest.mark.parametrize("kind", Kind)
def test_every_kind_has_its_reactions(kind: Kind) -> None:
    missing = f"add {kind!r} to REACTIONS in chalicelib/usecases/reactions.py; () if it has none"
    assert kind in reactions.REACTIONS, missing


@pytest.mark.parametrize("content", CLASSES)
def test_every_time_in_a_content_is_shown_as_a_timestamp(content: type[Content]) -> None:
    numbers = {name for name, hint in _fields(content) if int in _members(hint)}
    missing = "add the field to TIMES in chalicelib/usecases/views.py, or to NO_TIMES here"
    assert numbers <= views.TIMES | NO_TIMES, missing


@pytest.mark.parametrize("command", get_args(Command))
def test_every_command_has_its_row_in_the_state_table(command: type[Command]) -> None:
    assert command in TABLE, "add it to TABLE in chalicelib/domain/conversation/table.py"
    assert command.name
    assert command.action


@pytest.mark.parametrize("command", get_args(Command))
def test_every_command_has_its_cells_in_the_expected_table(command: type[Command]) -> None:
    missing = "add it to COMMANDS and TABLE in tests/domain/state_table.py"
    assert command in {type(each) for each in COMMANDS.values()}, missing


IN_TESTS_OF_THEIR_OWN = {Erase, RateHandoff}
"""An erasure takes from the log what the property machines expect to find in it. A rating is about
a handoff that has ended, and the machines only know those that are open."""


@pytest.mark.parametrize(
    "command", [each for each in get_args(Command) if each not in IN_TESTS_OF_THEIR_OWN]
)
def test_every_command_is_sent_by_the_property_machines(command: type[Command]) -> None:
    """Fails with NoSuchExample: add the command to tests/properties/requests.py."""
    enough = settings(database=None, max_examples=5000, phases=[Phase.generate])
    find(DRAFTS, lambda draft: type(draft.command) is command, settings=enough)


def _subclasses(base: type) -> set[type]:
    children: set[type] = set(base.__subclasses__())
    return children.union(*(_subclasses(child) for child in children))


def _fields(struct: type[msgspec.Struct]) -> list[tuple[str, object]]:
    """The fields of a content, and those of the objects in it."""
    hints = get_type_hints(struct)
    own = [(name, hints[name]) for name in struct.__struct_fields__]
    inner = [each for _, hint in own for each in _members(hint) if _is_struct(each)]
    return own + [field for each in inner for field in _fields(each)]


def _members(hint: object) -> set[type]:
    is_union = get_origin(hint) is Union or type(hint).__name__ == "UnionType"
    return set(get_args(hint)) if is_union else {hint}  # type: ignore[arg-type]


def _is_struct(each: object) -> bool:
    return isinstance(each, type) and issubclass(each, msgspec.Struct)
