"""The MCP server, called by the client of the official package."""

import asyncio
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest
from click.testing import CliRunner
from mcp import Client, StdioServerParameters

from baton_client import AsyncBaton, RetryPolicy
from baton_client.cli.commands import baton
from baton_client.mcp import main, mcp_server
from tests.clients.app_server import AppServer
from tests.support.stack import ROOT


def over_stdio(server: AppServer) -> StdioServerParameters:
    source = str(ROOT / "clients/python/src")
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": source}
    environment |= {"BATON_URL": server.url, "BATON_KEY": server.key}
    return StdioServerParameters(
        command=sys.executable,
        args=["-c", "from baton_client.cli import main; main()", "mcp"],
        env=environment,
    )


def play(connected: Any, story: Callable[[Client], Awaitable[None]]) -> None:
    async def run() -> None:
        async with Client(connected) as client:
            await story(client)

    asyncio.run(asyncio.wait_for(run(), 60))


async def result(client: Client, tool: str, **arguments: Any) -> Any:
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    content: Any = answer.structured_content
    return content.get("result", content) if isinstance(content, dict) else content


def test_a_model_records_speaks_hands_over_and_reads(server: AppServer) -> None:
    async def story(client: Client) -> None:
        names = [tool.name for tool in (await client.list_tools()).tools]
        assert names == ["record", "gate", "say", "hand_over", "transcript", "availability"]

        heard = await result(client, "record", channel="web", user="mcp", text="Hi", name="Mia")
        one = {"conversation_id": heard["conversation_id"]}
        assert (heard["is_mine"], heard["repeated"]) == (True, False)
        assert (await result(client, "say", **one, text="Hello"))["show"] is True
        last = {"reason": "asked", "summary": "Wants a person.", "say": "One moment."}
        nobody = await result(client, "hand_over", **one, **last, queue="vip")
        assert (nobody["show"], nobody["is_mine"]) == (False, True)
        assert nobody["refused_because"].startswith("no_agent_available")
        handed = await result(client, "hand_over", **one, **last, if_unavailable="queue")
        assert (handed["show"], handed["status"]) == (True, "waiting")
        late = await result(client, "say", **one, text="Still me")
        assert (late["show"], late["is_mine"]) == (False, False)

        chat = await result(client, "transcript", **one)
        assert [each["content"] for each in chat] == ["Hi", "Hello", "One moment."]
        assert (await result(client, "availability"))["waiting"] >= 1

        path = f"/bots/demo/conversations/{heard['conversation_id']}"
        server.control({"ana": ["POST", f"{path}/unpause", {}]})
        assert (await result(client, "gate", **one))["is_mine"] is False
        again = await result(client, "gate", **one)
        assert again["is_mine"] is True
        assert (await result(client, "say", **one, text="I am back"))["show"] is True

        wrong = await client.call_tool("gate", {"conversation_id": "c_nobody"})
        assert wrong.is_error
        assert "not_found" in str(wrong.content)

    play(over_stdio(server), story)


def test_two_hosts_call_the_server_over_streamable_http(server: AppServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    over_http = over_stdio(server)
    command = [over_http.command, *over_http.args, "--http", str(port)]
    address = f"http://127.0.0.1:{port}/mcp"

    async def first(client: Client) -> None:
        heard = await result(client, "record", channel="web", user="mcp http", text="Hi")
        one = {"conversation_id": heard["conversation_id"]}
        assert (await result(client, "say", **one, text="Hello"))["show"] is True

        async with Client(address) as other:
            chat = await result(other, "transcript", **one)
            assert [each["content"] for each in chat] == ["Hi", "Hello"]

    with subprocess.Popen(command, env=over_http.env, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for_port(port)
            play(address, first)
            foreign = {"host": "evil.test", "accept": "application/json, text/event-stream"}
            assert httpx.post(address, headers=foreign, json={}).status_code == 421
        finally:
            process.terminate()


def wait_for_port(port: int) -> None:
    for _ in range(300):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise AssertionError("The server has not begun.")


def test_a_model_learns_what_to_do_if_baton_cannot_be_reached() -> None:
    async def story(client: Client) -> None:
        answer = await client.call_tool("record", {"channel": "web", "user": "u", "text": "Hi"})
        assert answer.is_error
        assert "stay silent or apologise" in str(answer.content)

    nowhere = "http://127.0.0.1:1/api/v1/bots/shop"
    play(mcp_server(AsyncBaton(nowhere, "bk_1", retries=RetryPolicy(attempts=1))), story)


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"BATON_KEY": "bk_1"}, "Set BATON_URL"),
        ({"BATON_URL": "https://baton.example.test/api/v1/bots/shop"}, "Set BATON_KEY"),
        ({"BATON_URL": "https://baton.example.test", "BATON_KEY": "bk_1"}, "not the address"),
    ],
)
def test_a_missing_or_wrong_setting_is_said_at_the_start(
    environment: dict[str, str], said: str
) -> None:
    with pytest.raises(SystemExit, match=said):
        main(environment, [])


def test_the_command_line_says_what_an_mcp_server_needs() -> None:
    wrong = {"BATON_URL": "https://baton.example.test", "BATON_KEY": "bk_1"}

    missing = CliRunner(env={"BATON_URL": None, "BATON_KEY": None}).invoke(baton, ["mcp"])
    refused = CliRunner(env=wrong).invoke(baton, ["mcp"])

    assert (missing.exit_code, refused.exit_code) == (2, 2)
    assert "--url" in missing.output
    assert "is not the address of a bot" in refused.output
