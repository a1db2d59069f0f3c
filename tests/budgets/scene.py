"""One conversation and those who act in it, over the REST routes."""

from dataclasses import dataclass, replace
from typing import Any

from chalicelib.domain.address import Address
from tests.budgets.table_services import TableServices
from tests.support.api import DEMO_KEY, Api, ApiAnswer

BOT = "demo"


@dataclass(frozen=True)
class Scene:
    """`number` makes the user, and so the conversation, new."""

    bot: Api
    ana: Api
    bo: Api
    sam: Api
    number: int = 0

    @property
    def user(self) -> str:
        return f"user-{self.number}"

    @property
    def address(self) -> dict[str, str]:
        return {"channel": "web", "user": self.user, "thread": "t"}

    @property
    def cid(self) -> str:
        return Address(BOT, "web", self.user, "t").conversation_id

    def next(self) -> "Scene":
        return replace(self, number=self.number + 1)

    def authenticate(self) -> None:
        """From now on everybody is known, until the clock moves."""
        for caller in (self.bot, self.ana, self.bo, self.sam):
            caller.get(f"/bots/{BOT}/conversations/nobody")

    def say(self, sender: str = "user", **more: Any) -> ApiAnswer:
        """Over POST /messages; headers with a capital letter, fields without."""
        headers = {name: more.pop(name) for name in [*more] if name[0].isupper()}
        user = {"id": self.user, "name": f"User {self.number}"}
        body = {"channel": "web", "user": user, "thread": "t", "from": sender, "text": "Hello"}
        return self.bot.post(f"/bots/{BOT}/messages", body | more, **headers)

    def look(self, caller: Api, path: str = "", **query: str) -> ApiAnswer:
        return caller.get(f"/bots/{BOT}/conversations/{self.cid}{path}", **query)

    def do(self, caller: Api, verb: str, body: object = None, **headers: str) -> ApiAnswer:
        path = f"/bots/{BOT}/conversations/{self.cid}/{verb}"
        return caller.post(path, {} if body is None else body, **headers)

    def tag(self, *tags: str) -> ApiAnswer:
        return self.bot.put(f"/bots/{BOT}/conversations/{self.cid}/tags", {"tags": tags})

    def pause_at(self, **address: str) -> ApiAnswer:
        return self.bot.post(f"/bots/{BOT}/pause", address)

    def wait(self) -> None:
        """The user has said something and waits for a person."""
        self.say()
        self.do(self.bot, "pause", {"reason": "wants a person"})

    def own(self) -> None:
        """Ana has the conversation."""
        self.wait()
        self.do(self.ana, "claim")


def scene(services: TableServices) -> Scene:
    bot = Api(services, DEMO_KEY)
    return Scene(bot, bot.login("ana"), bot.login("bo"), bot.login("sam"))
