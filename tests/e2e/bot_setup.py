"""A new bot with its people for each test, so that tests do not affect each other."""

from dataclasses import dataclass
from functools import cached_property
from secrets import token_hex
from typing import Any

from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.domain.routing.members import Member
from chalicelib.domain.routing.queues import Queue
from chalicelib.usecases.accounts import sessions
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.people import Device, Person
from chalicelib.usecases.records.webhooks import Webhook
from chalicelib.wiring import AwsServices
from tests.support.network.rest_client import HttpAnswer, RestClient
from tests.support.network.webhook_receiver import SECRET, WebhookReceiver
from tests.support.network.websocket import WebSocketClient
from tests.support.stack import Stack

PASSWORD = "correct horse battery staple"

User = str | dict[str, Any]
"""An id, or all that the channel knows of its user."""


class RunningStack:
    """The running stack and its services."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.url = stack.url
        self.environment = stack.environment

    @cached_property
    def services(self) -> AwsServices:
        return self.stack.services()

    @cached_property
    def password_hash(self) -> str:
        """Computed once, because hashing is slow on purpose."""
        return self.services.passwords.hash(PASSWORD)

    def bot(self, receiver: WebhookReceiver | None = None) -> "BotSetup":
        name, secret = f"bot-{token_hex(4)}", token_hex(16)
        webhook = Webhook(receiver.url, (SECRET,)) if receiver else None
        self.services.directory.put_bot(Bot(name, f"The bot {name}", webhook))
        self.services.directory.put_key(BotKey(name, name, hash_secret(secret)))
        return BotSetup(self, name, RestClient(self.url, f"bk_{name}_{secret}"))


@dataclass(frozen=True)
class LoggedInPerson:
    """A person with a session."""

    running: RunningStack
    id: str
    name: str
    email: str
    rest: RestClient

    def ticket(self) -> str:
        answer = self.rest.post("/socket/ticket")
        assert answer.status == 201, answer.text
        return str(answer.json["ticket"])

    def connect(self) -> WebSocketClient:
        return WebSocketClient(
            self.running.environment["BATON_SOCKET_URL"], self.ticket(), self.rest.url
        )


@dataclass(frozen=True)
class BotSetup:
    """`bot` is its id; `rest` calls with its key."""

    running: RunningStack
    bot: str
    rest: RestClient

    @property
    def path(self) -> str:
        return f"/bots/{self.bot}"

    def person(
        self,
        name: str,
        role: Role = Role.AGENT,
        queues: frozenset[str] = frozenset(),
        capacity: int | None = None,
    ) -> LoggedInPerson:
        running = self.running
        email = f"{name.lower()}@{self.bot}.test"
        who = person_id(email)
        is_owner = role is Role.OWNER
        person = Person(who, email, name, running.password_hash, is_owner=is_owner)
        running.services.directory.put_person(person)
        if not is_owner:
            place = Member(who, name, email, role, queues, capacity=capacity)
            running.services.directory.put_member(self.bot, place)
        # Directly, because so many logins from one address would be refused over HTTP.
        session = sessions.login(running.services, email, PASSWORD, Device(self.bot))
        client = RestClient(running.url, session.access.text)
        return LoggedInPerson(running, who, name, email, client)

    def user_says(self, user: User, text: str, **more: object) -> dict[str, Any]:
        return self._ok(self.message(user, "user", text, **more))

    def bot_says(self, user: User, text: str, **more: object) -> HttpAnswer:
        return self.message(user, "bot", text, **more)

    def message(self, user: User, sender: str, text: str, **more: object) -> HttpAnswer:
        who = {"id": user} if isinstance(user, str) else user
        said = {"channel": "web", "user": who, "from": sender, "text": text, **more}
        return self.rest.post(f"{self.path}/messages", said)

    def pause(self, user: User, **more: object) -> dict[str, Any]:
        """A queue that the request names is created, unless it exists."""
        if isinstance(queue := more.get("queue"), str):
            self.ensure_queue(queue)
        body = {"channel": "web", "user": user, **more}
        return self._ok(self.rest.post(f"{self.path}/pause", body))

    def ensure_queue(self, name: str) -> None:
        directory = self.running.services.directory
        if directory.queue(self.bot, name) is None:
            directory.put_queue(self.bot, Queue(name))

    def one(self, conversation_id: str, action: str = "") -> str:
        """The path of a conversation, or of an action on it."""
        return f"{self.path}/conversations/{conversation_id}{action and '/' + action}"

    def entries(self, conversation_id: str, rest: RestClient | None = None) -> list[dict[str, Any]]:
        """The first hundred entries, as the caller `rest` sees them (the bot by default)."""
        answer = (rest or self.rest).get(self.one(conversation_id, "entries"), after=0, limit=100)
        items: list[dict[str, Any]] = self._ok(answer)["items"]
        return items

    def _ok(self, answer: HttpAnswer) -> dict[str, Any]:
        assert answer.status in (200, 201), answer.text
        found: dict[str, Any] = answer.json
        return found
