"""One app object serves concurrent requests, and none reads the data of another."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from chalice.app import Chalice

from infra.local.gateway.server import Gateway
from infra.local.invocation import Event, LambdaContext, Workers, invoke, isolate
from tests.local.gateway.http import call
from tests.local.gateway.tiny_app import tiny_app

AT_ONCE = 64


def test_concurrent_requests_never_mix_their_data(gateway: Gateway) -> None:
    def answer(n: int) -> str:
        return str(call(gateway, "GET", f"/slow/50?n={n}").content.decode())

    with ThreadPoolExecutor(AT_ONCE) as clients:
        answers = list(clients.map(answer, range(AT_ONCE)))

    assert [str(n) for n in range(AT_ONCE)] == answers


def test_an_isolated_app_keeps_concurrent_requests_apart() -> None:
    app = tiny_app()
    isolate(app)

    assert mixed_up(app) == 0


def test_the_check_finds_an_app_that_is_not_isolated() -> None:
    assert mixed_up(tiny_app()) > AT_ONCE / 2


def mixed_up(app: Chalice) -> int:
    """The number of concurrent requests that were answered with another request's data."""

    async def ask_all() -> list[Event]:
        workers = Workers(AT_ONCE)
        work = [workers.run(partial(_ask, app, n), 20) for n in range(AT_ONCE)]
        return list(await asyncio.gather(*work))

    # Run in a new thread: a browser test may have left a running event loop in this one.
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
