"""The setting of a row of the conformance table: a new bot with its people, on any stores, called
in process or over HTTP."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any

from chalicelib.botpress.handoff_views import agent_id
from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.domain.routing.members import Member, Presence, PresenceStatus
from chalicelib.usecases.accounts import sessions
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.people import Device, Person
from chalicelib.usecases.services import Services
from tests.support.api import ApiAnswer

PASSWORD = "correct horse battery staple"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
Send = Callable[[str, str, bytes | None, Mapping[str, str]], ApiAnswer]
"""Method, path with query, body, headers."""

ROLES = {
    "ana": Role.AGENT,
    "bo": Role.AGENT,
    "sam": Role.SUPERVISOR,
    "ada": Role.ADMIN,
    "eve": Role.AGENT,
}
"""Eve serves the other bot."""


@dataclass(frozen=True)
class Cast:
    """People who are logged in once and serve all bots of the tests."""

    services: Services
    send: Send
    tokens: Mapping[str, str]
    emails: Mapping[str, str]

    @classmethod
    def of(cls, services: Services, send: Send) -> "Cast":
        mark = token_hex(4)
        hashed = services.passwords.hash(PASSWORD)
        emails = {name: f"{name}@{mark}.test" for name in ROLES}
        for name, email in emails.items():
            person = Person(person_id(email), email, name.title(), hashed)
            services.directory.put_person(person)
        device = Device(mark)
        begun = {n: sessions.login(services, e, PASSWORD, device) for n, e in emails.items()}
        tokens = {name: session.access.text for name, session in begun.items()}
        return cls(services, send, tokens, emails)

    def stage(self) -> "Stage":
        return Stage(self, f"bot-{token_hex(4)}", f"bot-{token_hex(4)}")


@dataclass
class Stage:
    """A bot and another one. `names` holds the values of the names in braces."""

    cast: Cast
    bot: str
    other: str
    names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        directory = self.cast.services.directory
        for bot in (self.bot, self.other):
            directory.put_bot(Bot(bot, f"The bot {bot}"))
            directory.put_key(BotKey(bot, bot, hash_secret("secret")))
        for name, email in self.cast.emails.items():
            member = Member(person_id(email), name.title(), email, ROLES[name])
            directory.put_member(self.other if name == "eve" else self.bot, member)
            directory.set_presence(member.person, Presence())
        self.names |= {"bot": self.bot, "other": self.other}
        self.names |= {f"{n}'s email": email for n, email in self.cast.emails.items()}
        self.names |= {f"{n}'s id": agent_id(email) for n, email in self.cast.emails.items()}

    def token(self, by: str) -> str | None:
        """The token of a person, of `bot`, or of the `other` bot; None for "nobody"."""
        keys = {"bot": f"bk_{self.bot}_secret", "other": f"bk_{self.other}_secret"}
        return None if by == "nobody" else keys.get(by) or self.cast.tokens[by]

    def call(
        self, by: str, request: str, body: Any = None, headers: Mapping[str, str] | None = None
    ) -> ApiAnswer:
        """`request` is "POST hitl/sessions/…" or any path from the root; `body` JSON or bytes."""
        method, _, path = self.filled(request).partition(" ")
        for module in ("hitl/", "hitlnext/"):
            if path.startswith(module):
                path = f"/api/v1/bots/{self.bot}/mod/{path}"
        sent = {"Content-Type": "application/json", **(headers or {})}
        token = self.token(by)
        if token and "Authorization" not in sent:
            sent["Authorization"] = f"Bearer {token}"
        raw = body if isinstance(body, bytes) else None
        if raw is None and body is not None:
            raw = json.dumps(self.filled(body)).encode()
        return self.cast.send(method, path, raw, sent)

    def ok(self, by: str, request: str, body: Any = None) -> ApiAnswer:
        answer = self.call(by, request, body)
        assert answer.status in (200, 201), answer.text
        return answer

    def filled(self, value: Any) -> Any:
        """A copy with the names in braces replaced."""
        if isinstance(value, str):
            for name, meant in self.names.items():
                value = value.replace("{" + name + "}", meant)
            return value
        if isinstance(value, Mapping):
            return {key: self.filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.filled(each) for each in value]
        return value

    # What has happened before

    def prepare(self, steps: Iterable[str]) -> None:
        for step in steps:
            GIVEN[step](self)

    def say(self, user: str | dict[str, Any], text: str, by: str = "bot", **more: Any) -> str:
        """Records a message of the user. Returns the conversation id."""
        who = {"id": user} if isinstance(user, str) else user
        message = {"channel": "web", "user": who, "from": "user", "text": text, **more}
        said = self.ok(by, f"POST /api/v1/bots/{{{by}}}/messages", message)
        return str(said.json["conversation_id"])

    def online(self, name: str) -> None:
        now = self.cast.services.clock.now()
        who = person_id(self.cast.emails[name])
        self.cast.services.directory.set_presence(who, Presence(PresenceStatus.ONLINE, now))


def _talked(stage: Stage) -> None:
    zed = {"id": "C", "name": "Zed", "attributes": {"language": "fr"}}
    stage.names["session"] = stage.say(zed, "hi C", thread="T1", message_id="m1")


def _requested(stage: Stage) -> None:
    wanted = {"userId": "C", "userThreadId": "T1", "userChannel": "web"}
    created = stage.ok("bot", "POST hitlnext/handoffs", wanted)
    stage.names["handoff"] = created.json["id"]


def _assigned(stage: Stage) -> None:
    stage.ok("ana", "POST hitlnext/handoffs/{handoff}/assign", {})


def _talked_to_other(stage: Stage) -> None:
    stage.names["abroad"] = stage.say("D", "hi D", "other", thread="T1")


def _requested_of_other(stage: Stage) -> None:
    path = f"POST /api/v1/bots/{stage.other}/mod/hitlnext/handoffs"
    wanted = {"userId": "D", "userThreadId": "T1", "userChannel": "web"}
    stage.names["handoff abroad"] = stage.ok("other", path, wanted).json["id"]


def _talked_in_two_threads(stage: Stage) -> None:
    stage.names["second"] = stage.say("C", "again", thread="T2")


def _thread_of_another_user(stage: Stage) -> None:
    stage.names["namesake"] = stage.say("E", "mine is called the same", thread="T1")


GIVEN: Mapping[str, Callable[[Stage], None]] = {
    "talked": _talked,
    "paused": lambda stage: _ignore(stage.ok("bot", "POST hitl/sessions/{session}/pause")),
    "requested": _requested,
    "ana online": lambda stage: stage.online("ana"),
    "bo online": lambda stage: stage.online("bo"),
    "sam online": lambda stage: stage.online("sam"),
    "assigned": _assigned,
    "resolved": lambda stage: _ignore(stage.ok("ana", "POST hitlnext/handoffs/{handoff}/resolve")),
    "rejected": lambda stage: _ignore(stage.ok("ana", "POST hitlnext/handoffs/{handoff}/reject")),
    "noted": lambda stage: _ignore(
        stage.ok("ana", "POST hitlnext/handoffs/{handoff}/comments", {"content": "note"})
    ),
    "talked to other": _talked_to_other,
    "requested of other": _requested_of_other,
    "two threads": _talked_in_two_threads,
    "two users, one thread id": _thread_of_another_user,
}


def _ignore(_: object) -> None:
    pass


def fits(value: Any, expected: Any) -> bool:
    """True if equal. "$time" is any time, "$text" any text, "$two" any list of two."""
    if expected == "$time":
        return isinstance(value, str) and bool(TIME.fullmatch(value))
    if expected == "$any":
        return True
    if expected == "$two":
        return isinstance(value, list) and len(value) == 2
    if isinstance(expected, str) and expected.endswith("$text"):
        beginning = expected.removesuffix("$text")
        return isinstance(value, str) and value.startswith(beginning) and value != beginning
    if isinstance(expected, Mapping) and isinstance(value, Mapping):
        return value.keys() == expected.keys() and all(fits(value[k], expected[k]) for k in value)
    if isinstance(expected, list) and isinstance(value, list):
        return len(value) == len(expected) and all(map(fits, value, expected))
    return type(value) is type(expected) and bool(value == expected)
