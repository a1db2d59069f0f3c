"""Puts conversations of the bot `demo` into the state in which a test begins."""

from typing import Any

from chalicelib.domain.access import Role, Scope
from chalicelib.domain.address import person_id
from chalicelib.domain.routing.members import Member
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.records.bots import BotKey
from chalicelib.usecases.records.people import Person
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices

BOT = "/bots/demo"
NOBODYS_ID = "c_aaaaaaaaaaaaaaaaaaaaaaaaaa"


def message(**more: object) -> dict[str, Any]:
    return {"channel": "web", "user": {"id": "u-1"}, "from": "user", "text": "Hello", **more}


def ok(answer: ApiAnswer) -> Any:
    assert answer.status in (200, 201), answer.text
    return answer.json


def begun(bot: Api, **more: object) -> str:
    """The path of a new conversation with one message of the user."""
    return one(ok(bot.post(f"{BOT}/messages", message(**more)))["conversation_id"])


def waiting(bot: Api, queue: str | None = None, **more: object) -> str:
    path = begun(bot, **more)
    ok(bot.post(f"{path}/pause", {"queue": queue, "reason": "Wants a refund."}))
    return path


def owned(bot: Api, agent: Api, queue: str | None = None) -> str:
    path = waiting(bot, queue)
    ok(agent.post(f"{path}/claim", {}))
    return path


def one(conversation_id: str) -> str:
    return f"{BOT}/conversations/{conversation_id}"


def id_of(path: str) -> str:
    return path.rpartition("/")[2]


def log(caller: Api, path: str) -> list[Any]:
    items: list[Any] = ok(caller.get(f"{path}/entries", after="0", limit="100"))["items"]
    return items


def online(agent: Api) -> str:
    """Sets the agent online and returns their id."""
    return str(ok(agent.put("/agents/me/status", {"status": "online"}))["id"])


def person(
    services: MemoryServices,
    name: str,
    role: Role = Role.AGENT,
    queues: frozenset[str] = frozenset(),
    capacity: int | None = None,
    bot: str = "demo",
) -> str:
    """Adds a member, who can log in like the seeded people; returns the id."""
    email = f"{name}@example.test"
    who = person_id(email)
    hashed = services.passwords.hash(f"{name}-demo")
    services.directory.put_person(Person(who, email, name.title(), hashed))
    member = Member(who, name.title(), email, role, queues, capacity)
    services.directory.put_member(bot, member)
    return who


def key(services: MemoryServices, name: str, *scopes: Scope, expires_at: int | None = None) -> str:
    """Adds a key of `demo` with these scopes and returns it."""
    stored = BotKey(name, "demo", hash_secret("secret"), frozenset(scopes), expires_at)
    services.directory.put_key(stored)
    return f"bk_{name}_secret"


def without_request(answer: ApiAnswer) -> dict[str, Any]:
    """A problem without its request id, which differs in every answer."""
    return {name: value for name, value in answer.json.items() if name != "request_id"}
