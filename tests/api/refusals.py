"""Tries one call as each kind of caller, and compares what the store holds before and after it."""

import copy
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from chalicelib.domain.access import Role, Scope
from tests.api.calls import Resource, filled, staged
from tests.api.conversation_setup import key, online, person
from tests.support.api import DEMO_KEY, OTHER_KEY, Api
from tests.support.services import MemoryServices

SCOPED_KEYS = {
    "key without scopes": (),
    "key with messages": (Scope.MESSAGES,),
    "key with handoffs": (Scope.HANDOFFS,),
    "key with read": (Scope.READ,),
}
KEYS = {"foreign key": OTHER_KEY, "key": DEMO_KEY}
PEOPLE = {
    "foreign person": "eve",
    "agent of another queue": "quinn",
    "agent": "ana",
    "supervisor": "sam",
    "admin": "ada",
    "owner": "owner",
}
CALLERS = ("nobody", *SCOPED_KEYS, *KEYS, *PEOPLE)
REFUSED = frozenset({400, 401, 403, 404, 422, 429})
"""Not 409: a bot's message out of turn is refused, and counted as a leak."""
UNCOMPARED = frozenset({"lock", "attempts", "tickets"})
"""Failed logins count."""


@dataclass(frozen=True)
class Attempt:
    by: str
    status: int
    changed: list[str]
    """The parts of the store that differ after the call."""


def attempts(resource: Resource, body: dict[str, Any] | None, at: str) -> Iterator[Attempt]:
    """The call by each of `CALLERS`, each time on the same store. The body's `from` is only for
    keys."""
    method, path = resource
    for by in CALLERS:
        services = MemoryServices()
        caller = _caller(services, by)
        bot = caller.as_(DEMO_KEY)
        ids = staged(bot, bot.login("ana"), at)
        sent = _without_from(body) if body and by in PEOPLE else body
        before = _contents(services)
        answer = caller.send(method, filled(path, ids.of(path)), sent)
        after = _contents(services)
        yield Attempt(by, answer.status, [name for name in before if before[name] != after[name]])


def _caller(services: MemoryServices, by: str) -> Api:
    api = Api(services)
    if by in SCOPED_KEYS:
        return api.as_(key(services, "scoped", *SCOPED_KEYS[by]))
    if by not in PEOPLE:
        return api.as_(KEYS.get(by))
    person(services, "ada", Role.ADMIN)
    person(services, "quinn", queues=frozenset({"another"}))
    caller = api.login(PEOPLE[by])
    online(caller)
    return caller


def _without_from(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "from"}


def _contents(services: MemoryServices) -> dict[str, Any]:
    held = vars(services.memory)
    return {name: copy.deepcopy(held[name]) for name in held.keys() - UNCOMPARED}
