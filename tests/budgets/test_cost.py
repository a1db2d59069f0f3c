"""The report's cost estimate_cost agrees with the counted usage of a handoff."""

from pathlib import Path

import pytest

from bench.cost.cost_tables import HEARTBEAT
from bench.cost.handoff_run import MESSAGES_WITH_AGENT, PARTS, handoff, indexed_message, total
from bench.cost.pricing import dollars
from chalicelib.usecases.reports.cost_estimate import INDEXED, SEARCHED_WORDS, estimate_cost
from tests.support.engines import CREDENTIALS

SOCKET = Path(__file__).parents[2] / "chalicelib/console/connection/socket.js"
TALLY = {"messages": MESSAGES_WITH_AGENT, "moves": 3}
SERVICES = {
    "dynamodb": "DynamoDB",
    "api_gateway": "REST API",
    "websocket": "WebSocket",
    "lambda": "Lambda",
    "sqs": "SQS",
    "sns": "SNS",
}


@pytest.mark.parametrize("agents", [1, 12])
def test_the_estimate_for_a_handoff_agrees_with_the_counted_cost(
    agents: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable, text in CREDENTIALS.items():
        monkeypatch.setenv(variable, text)
    parts = handoff(agents)
    with_bot = PARTS[0]

    cost = dollars(total(used for name, used in parts.items() if name != with_bot))

    counted = {service: cost[name] for service, name in SERVICES.items()}
    assert estimate_cost(TALLY, agents) == pytest.approx(counted, rel=0.05)


def test_a_searched_message_costs_one_write_unit_for_each_of_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable, text in CREDENTIALS.items():
        monkeypatch.setenv(variable, text)

    counted = indexed_message(SEARCHED_WORDS)

    assert (counted.read, counted.write) == (INDEXED.reads, INDEXED.writes)
    assert counted.requests == counted.runs == counted.queue == 0
    more = estimate_cost(TALLY, 1, is_searched=True)["dynamodb"]
    rest = estimate_cost(TALLY, 1)["dynamodb"]
    assert more - rest == pytest.approx(MESSAGES_WITH_AGENT * dollars(counted)["DynamoDB"])


def test_the_console_pings_as_often_as_the_cost_tables_assume() -> None:
    line = f"const HEARTBEAT = {HEARTBEAT // 60} * 60_000;"

    assert line in SOCKET.read_text(encoding="utf-8")
