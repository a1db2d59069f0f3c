"""One app object serves many requests at once, and none reads another's."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from chalice.app import Chalice

from infra.local.gateway.server import Gateway
from infra.local.invocation import Event, LambdaContext, Workers, invoke, isolate
from tests.local.gateway.http import call
from tests.local.gateway.tiny_app import tiny_app

AT_ONCE = 64


def test_concurrent_requests_never_mix(gateway: Gateway) -> None:
    def answer(n: int) -> str:
        return str(call(gateway, "GET", f"/slow/50?n={n}").content.decode())

    with ThreadPoolExecutor(AT_ONCE) as clients:
        answers = list(clients.map(answer, range(AT_ONCE)))

    assert [str(n) for n in range(AT_ONCE)] == answers


def test_an_isolated_app_mixes_no_requests_up() -> None:
    app = tiny_app()
    isolate(app)

    assert mixed_up(app) == 0


def test_the_planted_bug_an_app_that_is_not_isolated_is_caught() -> None:
    assert mixed_up(tiny_app()) > AT_ONCE / 2


def mixed_up(app: Chalice) -> int:
    """How many of many concurrent requests were answered with another's data."""

    async def ask_all() -> list[Event]:
        workers = Workers(AT_ONCE)
        work = [workers.run(partial(_ask, app, n), 20) for n in range(AT_ONCE)]
        return list(await asyncio.gather(*work))

    # In a thread of its own: a browser of another test may have left a running loop in this one.
    with ThreadPoolExecutor(1) as thread:
        answers = thread.submit(asyncio.run, ask_all()).result()
    return sum(answer["body"] != str(n) for n, answer in enumerate(answers))


def _ask(app: Chalice, n: int) -> Event:
    event: Event = {
        "requestContext": {"resourcePath": "/slow/{millis}", "httpMethod": "GET"},
        "multiValueQueryStringParameters": {"n": [str(n)]},
        "headers": {},
        "pathParameters": {"millis": "50"},
        "stageVariables": None,
        "body": None,
    }
    answer: Event = invoke(app, event, LambdaContext("test"))
    return answer
