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
UNCOMPARED = frozenset({"attempts", "tickets"})
"""Failed logins count."""


@dataclass(frozen=True)
class Attempt:
    by: str
    status: int
    changed: list[str]
    """The parts of the store that differ after the call."""


def attempts(resource: Resource, body: dict[str, Any] | None, at: str) -> Iterator[Attempt]:
    """The call by each of `CALLERS`, each time on the same store: it is made anew after a call that
    changed it. The body's `from` is only for keys."""
    method, path = resource
    store = None
    for by in CALLERS:
        store = store or _Store(at)
        sent = _without_from(body) if body and by in PEOPLE else body
        caller, target = store.caller(by), filled(path, store.ids.of(path))
        before = store.contents()
        answer = caller.send(method, target, sent)
        after = store.contents()
        changed = [name for name in before if before[name] != after[name]]
        yield Attempt(by, answer.status, sorted(set(changed) - UNCOMPARED))
        if changed:
            store = None


class _Store:
    """Services with one conversation that stands `at` a step, and everything else a call names."""

    def __init__(self, at: str) -> None:
        self._services = MemoryServices()
        self._api = Api(self._services)
        person(self._services, "ada", Role.ADMIN)
        person(self._services, "quinn", queues=frozenset({"another"}))
        bot = self._api.as_(DEMO_KEY)
        self.ids = staged(bot, bot.login("ana"), at)

    def caller(self, by: str) -> Api:
        if by in SCOPED_KEYS:
            return self._api.as_(key(self._services, "scoped", *SCOPED_KEYS[by]))
        if by not in PEOPLE:
            return self._api.as_(KEYS.get(by))
        caller = self._api.login(PEOPLE[by])
        online(caller)
        return caller

    def contents(self) -> dict[str, Any]:
        held = vars(self._services.memory)
        return {name: copy.deepcopy(held[name]) for name in held.keys() - {"lock"}}


def _without_from(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "from"}
