"""An MCP server for one bot: a model's host calls Baton as tools, over standard input and output,
or over streamable HTTP on this machine.

    BATON_URL=… BATON_KEY=… baton-mcp
    BATON_URL=… BATON_KEY=… baton-mcp --http 8765

It needs the extra `mcp`: `pip install "baton-client[mcp]"`. With the extra `cli`, `baton mcp` does
the same.
"""

import os
import sys
from argparse import ArgumentParser
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import asdict
from functools import wraps
from typing import Any, Literal, ParamSpec, TypeVar

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

from baton_client.async_client import AsyncBaton
from baton_client.errors import BatonError
from baton_client.operations import User
from baton_client.turns import AsyncTurn
from baton_client.version import __version__

INSTRUCTIONS = (
    "Baton decides who may speak in a conversation: you or a person. Record each message of the "
    "user first. Speak only while `is_mine` is true, and show a reply or last words to the user "
    "only if the tool returned `show` true. If a tool fails because Baton cannot be reached, stay "
    "silent or apologise."
)
MAX_TURNS = 10_000
P = ParamSpec("P")
T = TypeVar("T")


class TurnMemory:
    """The latest turn of each conversation, so that no model has to carry an epoch."""

    def __init__(self, baton: AsyncBaton) -> None:
        self._baton = baton
        self._turns: OrderedDict[str, AsyncTurn] = OrderedDict()

    def keep(self, turn: AsyncTurn) -> AsyncTurn:
        self._turns[turn.conversation_id] = turn
        self._turns.move_to_end(turn.conversation_id)
        if len(self._turns) > MAX_TURNS:
            self._turns.popitem(last=False)
        return turn

    async def find(self, conversation_id: str) -> AsyncTurn:
        """A new turn if there is none."""
        known = self._turns.get(conversation_id)
        return known or self.keep(await self._baton.turn(conversation_id))

    async def ask(self, conversation_id: str) -> AsyncTurn:
        """Asks the gate. A turn that is over is answered once more, and then forgotten."""
        turn = await self.find(conversation_id)
        if not await turn.still_mine():
            self._turns.pop(conversation_id, None)
        return turn


def readable(tool: Callable[P, Awaitable[T]]) -> Callable[P, Awaitable[T]]:
    """Shows Baton's errors, with their advice, to the model."""

    @wraps(tool)
    async def called(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            return await tool(*args, **kwargs)
        except BatonError as error:
            raise ToolError(f"{error.code}: {error}") from error

    return called


def mcp_server(baton: AsyncBaton) -> MCPServer[Any]:
    """The server with its six tools; `run()` serves it."""
    server: MCPServer[Any] = MCPServer("baton", version=__version__, instructions=INSTRUCTIONS)
    turns = TurnMemory(baton)

    @server.tool()
    @readable
    async def record(
        channel: str, user: str, text: str, message_id: str | None = None, name: str | None = None
    ) -> dict[str, Any]:
        """Record a message of the user. Answers whether the bot may speak (`is_mine`).

        Give the channel's message_id: then a message that is delivered twice is stored once.
        """
        profile = User(id=user) if name is None else User(id=user, name=name)
        turn = await baton.heard(channel, profile, text=text, message_id=message_id)
        return _facts(turns.keep(turn))

    @server.tool()
    @readable
    async def gate(conversation_id: str) -> dict[str, Any]:
        """Ask whether the bot may still speak, before slow work and after a pause."""
        return _facts(await turns.ask(conversation_id))

    @server.tool()
    @readable
    async def say(conversation_id: str, text: str) -> dict[str, Any]:
        """Record the bot's reply. Show it to the user only if `show` is true."""
        turn = await turns.find(conversation_id)
        return {"show": await turn.say(text), **_facts(turn)}

    @server.tool()
    @readable
    async def hand_over(
        conversation_id: str,
        reason: str,
        summary: str,
        say: str,
        queue: str | None = None,
        if_unavailable: Literal["queue", "refuse", "leave_message"] = "refuse",
    ) -> dict[str, Any]:
        """Ask for a person. If `show` is true, show `say` to the user and write nothing more.

        If `show` is false and `is_mine` is true, nobody is available, and the bot goes on.
        """
        turn = await turns.find(conversation_id)
        asked = await turn.hand_over(
            reason, say=say, summary=summary, queue=queue, if_unavailable=if_unavailable
        )
        return {"show": asked, **_facts(turn)}

    @server.tool()
    @readable
    async def transcript(conversation_id: str, latest: int = 50) -> list[dict[str, Any]]:
        """Read the latest messages of user, bot and people."""
        read = await baton.transcript(conversation_id, latest=latest)
        return [dict(message) for message in read.as_chat()]

    @server.tool()
    @readable
    async def availability(queue: str | None = None) -> dict[str, Any]:
        """Ask how many people could take a conversation now, and how many users wait."""
        return asdict(await baton.availability(queue))

    return server


def _facts(turn: AsyncTurn) -> dict[str, Any]:
    facts: dict[str, Any] = {
        "conversation_id": turn.conversation_id,
        "is_mine": turn.is_mine,
        "status": turn.status,
        "repeated": turn.repeated,
    }
    if turn.refusal is not None:
        facts["refused_because"] = f"{turn.refusal.code}: {turn.refusal.detail}"
    return facts


def main(
    environment: Mapping[str, str] = os.environ, arguments: Sequence[str] | None = None
) -> None:
    """Without `arguments`, those of the process are read."""
    parser = ArgumentParser(prog="baton-mcp", description="Serve Baton's tools for one bot by MCP.")
    http = "serve streamable HTTP at http://127.0.0.1:PORT/mcp, to this machine only"
    parser.add_argument("--http", type=int, metavar="PORT", help=http)
    port: int | None = parser.parse_args(arguments).http
    try:
        serve(environment["BATON_URL"], environment["BATON_KEY"], port)
    except KeyError as missing:
        sys.exit(f"Set {missing.args[0]}: the bot's address is BATON_URL, its key BATON_KEY.")
    except ValueError as wrong:
        sys.exit(str(wrong))


def serve(url: str, key: str, port: int | None) -> None:
    """Serves until the host ends it, over standard input and output or over HTTP on this port.

    `url` is the bot's address. Raises ValueError for one that is not.
    """
    baton = AsyncBaton(url, key)
    if port is None:
        mcp_server(baton).run()
    else:
        # Whoever reaches this address acts with the bot's key, so only this machine does.
        mcp_server(baton).run("streamable-http", host="127.0.0.1", port=port)


if __name__ == "__main__":
    main()
