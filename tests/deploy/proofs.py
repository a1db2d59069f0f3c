"""Checks for any deployed stage: concurrent claims, repeated requests, and latencies.

The end-to-end story is in `tests/e2e/conversations/test_story.py`.
"""

import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from statistics import quantiles
from threading import Barrier
from typing import Any

from tests.e2e.bot_setup import LoggedInPerson, RunningStack
from tests.e2e.conversations.test_story import PUSHED_WITHIN, entry_of, wait_until_told
from tests.support.network.rest_client import HttpAnswer, RestClient

CAPACITY = 3


def race(running: RunningStack, at_once: int) -> None:
    """If `at_once` agents claim one conversation, one succeeds. One agent who claims `at_once`
    conversations gets as many as their capacity allows."""
    scene = running.bot()
    agents = [scene.person(f"Agent {number:02d}") for number in range(at_once)]
    wanted = scene.pause("zoe")["id"]

    answers = together([_claim(agent, scene.one(wanted, "claim")) for agent in agents])

    assert Counter(answer.status for answer in answers) == {200: 1, 409: at_once - 1}
    assert len({answer.json["owner"] for answer in answers}) == 1
    assert [entry["kind"] for entry in scene.entries(wanted)] == ["requested", "claimed"]

    ids = [scene.pause(f"user-{number}")["id"] for number in range(at_once)]
    busy = scene.person("Busy", capacity=CAPACITY)

    answers = together([_claim(busy, scene.one(each, "claim")) for each in ids])

    assert Counter(answer.status for answer in answers) == {200: CAPACITY, 409: at_once - CAPACITY}


def unknown_routes(running: RunningStack) -> None:
    """The app answers 404 for an unknown path or method, with and without a token, and one trailing
    slash does no harm."""
    scene = running.bot()
    for token in (None, scene.rest.token, "no.such.token"):
        rest = RestClient(running.url, token)
        for method, path in (
            ("GET", "/nowhere"),
            ("GET", f"{scene.path}/nowhere/at/all"),
            ("POST", "/auth"),
            ("PATCH", f"{scene.path}/pause"),
        ):
            answer = rest.send(method, path)
            assert (answer.status, answer.json["code"]) == (404, "not_found"), answer.text
    assert scene.rest.get(f"{scene.path}/conversations/").status == 200


def replay(running: RunningStack) -> None:
    """A repeated request takes effect once and gets the same answer; a different request with the
    same Idempotency-Key is refused."""
    scene = running.bot()
    path, body = f"{scene.path}/pause", {"channel": "web", "user": "zoe", "reason": "A refund."}

    answers = together([_post(scene.rest, path, body, "one-key") for _ in range(4)])
    other = scene.rest.post(path, body | {"user": "yan"}, Idempotency_Key="one-key")

    assert {answer.status for answer in answers} <= {200, 201}
    (conversation,) = {answer.json["id"] for answer in answers}
    assert len({answer.json["handoff"]["id"] for answer in answers}) == 1
    assert [entry["kind"] for entry in scene.entries(conversation)] == ["requested"]
    assert other.status == 422

    said = [scene.user_says("zoe", "Hello", message_id="m-1")["seq"] for _ in range(3)]
    assert len(set(said)) == 1


def latencies(running: RunningStack, rounds: int) -> dict[str, list[float]]:
    """Times in milliseconds, measured on this machine, network included."""
    scene = running.bot()
    with scene.person("Ana").connect() as ana, scene.person("Bo").connect() as bo:
        ana.do("ping")
        told = [1000 * wait_until_told(scene, f"user-{n}", ana, bo) for n in range(rounds)]
        mine = scene.pause("zoe")["id"]
        ana.do("claim", conversation_id=mine)
        gate = [_timed(lambda: scene.rest.get(scene.one(mine, "gate"))) for _ in range(rounds)]
        heard = []
        for number in range(rounds):
            began = time.monotonic()
            seq = scene.user_says("zoe", f"{number}")["seq"]
            moment, _ = ana.moment_of(entry_of(mine, seq), PUSHED_WITHIN)
            heard.append(1000 * (moment - began))
    return {"pause to both agents": told, "gate": gate, "user's message to its agent": heard}


def table(measured: dict[str, list[float]]) -> str:
    lines = [f"{'milliseconds':<30}{'p50':>8}{'p99':>8}"]
    for name, times in measured.items():
        cuts = quantiles(times, n=100, method="inclusive")
        lines.append(f"{name:<30}{cuts[49]:>8.0f}{cuts[98]:>8.0f}")
    return "\n".join(lines)


def together(calls: Sequence[Callable[[], HttpAnswer]]) -> list[HttpAnswer]:
    """Starts all calls at the same moment, each in its own thread."""
    ready = Barrier(len(calls))

    def run(call: Callable[[], HttpAnswer]) -> HttpAnswer:
        ready.wait()
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def _claim(agent: LoggedInPerson, path: str) -> Callable[[], HttpAnswer]:
    return lambda: agent.rest.post(path)


def _post(rest: Any, path: str, body: object, key: str) -> Callable[[], HttpAnswer]:
    return lambda: rest.post(path, body, Idempotency_Key=key)


def _timed(call: Callable[[], HttpAnswer]) -> float:
    began = time.monotonic()
    answer = call()
    assert answer.status == 200, answer.text
    return 1000 * (time.monotonic() - began)
