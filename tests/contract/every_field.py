"""Instances with a distinct value in every field, and the fields in which two instances differ.

The values follow from the classes' type hints, so a new field is covered as soon as it is declared.
"""

import zlib
from collections.abc import Iterator, Mapping
from datetime import date
from enum import Enum
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType, NoneType, UnionType
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from msgspec import Struct, defstruct
from msgspec.structs import fields, replace

from chalicelib.domain.address import Address, handoff_id
from tests.support.clock import START

T = TypeVar("T", bound=Struct)

ADDRESS = Address("Address.bot", "Address.channel", "Address.user", "Address.thread")
OPENED_SEQ = 7
BUILT: Mapping[str, object] = {
    "address": ADDRESS,
    "conversation_id": ADDRESS.conversation_id,
    "opened_seq": OPENED_SEQ,
    "Handoff.id": handoff_id(ADDRESS.conversation_id, OPENED_SEQ),
    "Handoff.bot": ADDRESS.bot,
    "HandoffChange.id": handoff_id(ADDRESS.conversation_id, OPENED_SEQ),
    "OpenHandoff.id": handoff_id(ADDRESS.conversation_id, OPENED_SEQ),
    "handoff_id": handoff_id(ADDRESS.conversation_id, OPENED_SEQ),
    "expires_at": START + 60 * 60 * 1000,
    "DeliveryAttempt.attempt": 3,
    "DeliveryAttempt.webhook": "w_" + "a" * 13,
    "CommittedEntry.bot": ADDRESS.bot,
    "DayTally.day": "2026-01-31",
}
"""Values of the fields that must have a form, or that rows derive from each other."""


def filled(kind: type[T]) -> list[T]:
    """One instance of `kind`, or one of each of its subclasses if it has some. If a field may hold
    several classes, there is one instance for each of them."""
    leaves = _subclasses(kind)
    if leaves:
        return [instance for leaf in leaves for instance in filled(leaf)]
    values = {name: _values(kind, name, hint) for name, hint in hints(kind).items()}
    for field in fields(kind):
        if values[field.name] == [field.default]:
            values[field.name] = [_other(field.default)]
    whole = kind(**{name: candidates[0] for name, candidates in values.items()})
    others = [(name, value) for name, candidates in values.items() for value in candidates[1:]]
    return [whole, *(replace(whole, **{name: value}) for name, value in others)]


def with_forgotten_field(instance: T) -> T:
    """The same instance with one more field, which no adapter knows."""
    kind = type(instance)
    options: dict[str, Any] = {"frozen": True, "kw_only": True}
    grown: Any = defstruct(kind.__name__, [("forgotten", str)], bases=(kind,), **options)
    values = {name: getattr(instance, name) for name in instance.__struct_fields__}
    made: T = grown(**values, forgotten="forgotten")
    return made


def differences(written: object, read: object) -> list[str]:
    """The fields that are not the same in both, as `Class.field`; nested fields by their own
    class."""
    if written == read and type(written) is type(read):
        return []
    if not isinstance(written, Struct) or not isinstance(read, Struct):
        return [f"{type(written).__name__} was written, {read!r} was read"]
    return list(_differing_fields(written, read))


def unset(instance: Struct) -> list[str]:
    """The fields that have their default value, as `Class.field`."""
    return [
        f"{type(instance).__name__}.{field.name}"
        for field in fields(instance)
        if getattr(instance, field.name) == field.default
    ]


def reached(kind: type[Struct]) -> set[type[Struct]]:
    """`kind`, its subclasses, and the classes of their fields."""
    found: set[type[Struct]] = set()
    waiting = [kind]
    while waiting:
        each = waiting.pop()
        found.add(each)
        nested = {n for hint in hints(each).values() for n in _structs_of(hint)}
        waiting += (nested | _own_subclasses(each)) - found
    return found


def structs_in(package: ModuleType) -> set[type[Struct]]:
    """The classes that the package's modules define."""
    names = [each.name for each in walk_packages(package.__path__, f"{package.__name__}.")]
    values = [value for name in names for value in vars(import_module(name)).values()]
    structs = {each for each in values if isinstance(each, type) and issubclass(each, Struct)}
    return {each for each in structs if each.__module__ in names}


def hints(kind: type[Struct]) -> dict[str, Any]:
    known = get_type_hints(kind)
    return {name: known[name] for name in kind.__struct_fields__}


def _differing_fields(written: Struct, read: Struct) -> Iterator[str]:
    kind = type(written).__name__
    for name in written.__struct_fields__:
        before, after = getattr(written, name), getattr(read, name, None)
        if isinstance(before, Struct) and isinstance(after, Struct):
            yield from differences(before, after)
        elif before != after:
            yield f"{kind}.{name}"


def _subclasses(kind: type[T]) -> list[type[T]]:
    """The product's own subclasses of `kind` that have no subclasses themselves."""
    own = sorted(_own_subclasses(kind), key=lambda each: each.__name__)
    return [leaf for each in own for leaf in (_subclasses(each) or [each])]


def _own_subclasses(kind: type[T]) -> set[type[T]]:
    return {each for each in kind.__subclasses__() if each.__module__.startswith("chalicelib.")}


def _structs_of(hint: Any) -> set[type[Struct]]:
    if isinstance(hint, type) and issubclass(hint, Struct):
        return {hint}
    return {each for argument in get_args(hint) for each in _structs_of(argument)}


def _values(kind: type[Struct], name: str, hint: Any) -> list[Any]:
    for place in (f"{kind.__name__}.{name}", name):
        if place in BUILT:
            return [BUILT[place]]
    return list(_of_hint(hint, f"{kind.__name__}.{name}"))


def _of_hint(hint: Any, place: str) -> Iterator[Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        for each in arguments:
            if each is not NoneType:
                yield from _of_hint(each, place)
    elif origin is Literal:
        yield arguments[-1]
    elif origin is tuple:
        repeated = (arguments[0],) * 2 if arguments[-1] is ... else arguments
        yield tuple(_one(each, f"{place}.{n}") for n, each in enumerate(repeated))
    elif origin is frozenset:
        yield frozenset([_one(arguments[0], place)])
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        yield {_one(arguments[0], place): _one(arguments[1], place)}
    elif isinstance(hint, type) and issubclass(hint, Struct):
        yield from filled(hint)
    else:
        yield _plain(hint, place)


def _one(hint: Any, place: str) -> Any:
    return next(_of_hint(hint, place))


def _plain(hint: Any, place: str) -> object:
    if hint in (object, Any):
        return {"json": [place, _number(place), 0.5, None, True]}
    if hint is str:
        return place
    if hint is bool:
        return True
    if hint is int:
        return _number(place)
    if hint is date:
        return date(2026, 1, 31)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)[-1]
    raise TypeError(f"{place}: add a value for {hint} to _plain in tests/contract/every_field.py.")


def _other(default: object) -> object:
    """Another value of the same type."""
    if isinstance(default, bool):
        return not default
    if isinstance(default, Enum):
        return next(each for each in type(default) if each is not default)
    raise TypeError(
        f"Add another value than {default!r} to _other in tests/contract/every_field.py."
    )


def _number(place: str) -> int:
    """Another one for each place, with at most six digits."""
    return zlib.crc32(place.encode()) % 900_000 + 1_000
