"""The cases that both clients run, with the blocking and the asynchronous Python client."""

import asyncio
import base64
import inspect
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

import baton_client
from baton_client import AsyncBaton, Baton, BatonError, File, RetryPolicy
from tests.clients.app_server import AppServer

CASES: list[dict[str, Any]] = json.loads(Path(__file__).with_name("cases.json").read_text())
QUICK = RetryPolicy(first_wait=0.02)
Finish = Callable[[Any], Any]
"""Returns the result of a call, and waits for it if the client is asynchronous."""


class CaseRun:
    """One case with one client and a user of its own."""

    def __init__(self, server: AppServer, baton: Any, finish: Finish, user: str) -> None:
        self.server, self.baton, self.finish, self.user = server, baton, finish, user
        self.turn: Any = None
        self.conversation_id = ""

    def step(self, step: Mapping[str, Any]) -> None:
        begun = time.monotonic()
        try:
            result = self._do(step)
        except BatonError as error:
            _check_error(step, error)
        else:
            assert "raises" not in step, f"{step} must fail"
            self._compare(step, result)
        least, most = step.get("seconds", (0.0, 5.0))
        assert least <= time.monotonic() - begun <= most

    def _do(self, step: Mapping[str, Any]) -> Any:
        if "heard" in step:
            for _ in range(step.get("times", 1)):
                heard = _with_file(step["heard"])
                self.turn = self.finish(self.baton.heard("web", self.user, **heard))
            self.conversation_id = self.turn.conversation_id
        elif "turn" in step:
            self.turn = self.finish(self.baton.turn(self.conversation_id, key=step["turn"]))
        elif "say" in step:
            if isinstance(step["say"], str):
                return self.finish(self.turn.say(step["say"]))
            return self.finish(self.turn.say(**_with_file(step["say"])))
        elif "upload" in step:
            file = _with_file({"file": step["upload"]})["file"]
            return self.finish(self.baton.upload(file, conversation_id=self.conversation_id))
        elif "hand_over" in step:
            return self.finish(self.turn.hand_over(**step["hand_over"]))
        elif "still_mine" in step:
            return self.finish(self.turn.still_mine())
        elif "unpause" in step:
            return self.finish(self.baton.unpause(self.conversation_id, **step["unpause"]))
        elif "rate" in step:
            entries = self.finish(self.baton.transcript(self.conversation_id)).entries
            handoff_id = next(e for e in entries if e["kind"] == "requested")["payload"][
                "handoff_id"
            ]
            self.finish(self.baton.rate(handoff_id, **step["rate"]))
        elif "chat" in step:
            return self.finish(self.baton.transcript(self.conversation_id)).as_chat()
        elif "last" in step:
            return self.finish(self.baton.transcript(self.conversation_id, latest=1)).entries[0]
        elif "entries" in step:
            return self.finish(self.baton.transcript(self.conversation_id, **step["entries"]))
        elif "faults" in step:
            self.server.control({"faults": step["faults"]})
        elif "desk" in step:
            name, *asked = step["desk"]
            desk = type(self.baton)(self.server.url, self.server.desk_key, retries=QUICK)
            act = getattr(desk.on_behalf_of(step["for"]), name)
            try:
                return self.finish(act(self.conversation_id, *asked, **step.get("more", {})))
            finally:
                close = "aclose" if isinstance(desk, AsyncBaton) else "close"
                self.finish(getattr(desk, close)())
        elif "ana" in step:
            method, path, body = step["ana"]
            full = f"/bots/demo/conversations/{self.conversation_id}/{path}"
            self.server.control({"ana": [method, full, body]})
        return None

    def _compare(self, step: Mapping[str, Any], result: Any) -> None:
        for name, value in step.get("is", {}).items():
            assert getattr(self.turn, name) == value, name
        if "returns" in step:
            assert result is step["returns"]
            refusal = self.turn.refusal
            assert (refusal.code if refusal else None) == step.get("refusal")
        if "warns" in step:
            assert [warning["code"] for warning in self.turn.warnings] == step["warns"]
        if "last" in step:
            payload = result["payload"]
            found = {"type": result["type"], **payload} | {
                "content": _fetched(payload["url"]) if "url" in payload else None
            }
            assert {name: found[name] for name in step["last"]} == step["last"]
        if "still_mine" in step:
            assert result is step["still_mine"]
        if "status" in step:
            assert result["status"] == step["status"]
        if "entries" in step:
            first, last = step["numbers"]
            assert [entry["seq"] for entry in result] == list(range(first, last + 1))
        if "chat" in step:
            assert [{k: v for k, v in each.items() if k != "at"} for each in result] == step["chat"]

    def log(self) -> list[str]:
        entries = self.finish(self.baton.transcript(self.conversation_id))
        return [
            " ".join(filter(None, (entry["from"], entry["kind"], entry["text"])))
            for entry in entries
        ]


def _with_file(content: Mapping[str, Any]) -> dict[str, Any]:
    """The cases hold the files' bytes in base64."""
    if "file" not in content:
        return dict(content)
    file = content["file"]
    made = File(file["name"], base64.b64decode(file["content"]), file["mime"])
    return {**content, "file": made}


def _fetched(url: str) -> str:
    return base64.b64encode(httpx.get(url).raise_for_status().content).decode()


def _check_error(step: Mapping[str, Any], error: BatonError) -> None:
    assert "raises" in step, error
    assert isinstance(error, getattr(baton_client, step["raises"]))
    assert error.code == step["code"]
    assert step.get("field") in (None, *(each["field"] for each in error.errors))


def play(run: CaseRun, case: Mapping[str, Any]) -> None:
    for step in case["steps"]:
        run.step(step)
    if "log" in case:
        assert run.log() == case["log"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_blocking_client(server: AppServer, case: Mapping[str, Any]) -> None:
    with Baton(server.url, server.key, retries=QUICK) as baton:
        play(CaseRun(server, baton, lambda result: result, f"blocking {case['name']}"), case)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_the_asynchronous_client(server: AppServer, case: Mapping[str, Any]) -> None:
    with asyncio.Runner() as runner:
        baton = AsyncBaton(server.url, server.key, retries=QUICK)
        play(CaseRun(server, baton, runner.run, f"asynchronous {case['name']}"), case)
        runner.run(baton.aclose())


def test_both_python_clients_have_the_same_calls() -> None:
    renamed = {"close": "aclose", "wsgi": "asgi"}
    for blocking, asynchronous in (
        (Baton, AsyncBaton),
        (baton_client.Turn, baton_client.AsyncTurn),
    ):
        for name, call in inspect.getmembers(blocking, inspect.isfunction):
            if name.startswith("_"):
                continue
            same = getattr(asynchronous, renamed.get(name, name))
            parameters = inspect.signature(call).parameters
            assert parameters == inspect.signature(same).parameters, name
