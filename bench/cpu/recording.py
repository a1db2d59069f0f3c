"""Records DynamoDB's answers to a gate call for `bench.cpu.replay`."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chalicelib.adapters.dynamodb import keys
from tests.budgets.commands import GATE
from tests.budgets.scene import BOT, scene
from tests.budgets.table_services import SETTINGS, TableServices
from tests.support.api import DEMO_KEY
from tests.support.clock import ManualClock
from tests.support.engines import CREDENTIALS, REGION, moto

CACHE_TIME = 5000
"""Milliseconds after which authentication reads the table again."""


def record(folder: Path) -> Path:
    """Writes the recording into `folder` and returns its path."""
    clock = ManualClock()
    with moto(folder) as fresh, fresh() as stores:
        assert stores.table
        table = stores.table.connection.table_name
        one = scene(TableServices(stores.table, clock))
        GATE.given(one)
        clock.advance(CACHE_TIME)
        with _answers(stores.table.client) as answers:
            GATE.act(one)
    head = keys.head(BOT, one.cid)
    recorded = {
        "environment": _environment(table),
        "now": clock.now(),
        "token": DEMO_KEY,
        "bot": BOT,
        "id": one.cid,
        "table": table,
        "head": {"pk": {"S": head.pk}, "sk": {"S": head.sk}},
        "answers": answers,
    }
    file = folder / "gate.json"
    file.write_text(json.dumps(recorded))
    return file


@contextmanager
def _answers(client: Any) -> Iterator[dict[str, str]]:
    """The raw answers, by operation."""
    answers: dict[str, str] = {}

    def note(http_response: Any, model: Any, **_: object) -> None:
        answers[model.name] = http_response.text

    client.meta.events.register("after-call.dynamodb", note)
    try:
        yield answers
    finally:
        client.meta.events.unregister("after-call.dynamodb", note)


def _environment(table: str) -> dict[str, str]:
    return CREDENTIALS | {
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "BATON_STAGE": SETTINGS.stage,
        "BATON_TABLE": table,
        "BATON_TOPIC_ARN": "arn",
        "BATON_QUEUE_URL": "url",
        "BATON_DEAD_LETTER_URL": "url",
        "BATON_FILES_BUCKET": "files",
        "BATON_FILES_URL": "http://127.0.0.1",
        "BATON_SOCKET_URL": SETTINGS.socket_url,
        "BATON_SOCKET_ENDPOINT": "http://127.0.0.1",
        "BATON_ORIGINS": "http://127.0.0.1",
        "BATON_SECRET": " ".join(SETTINGS.secrets),
    }
