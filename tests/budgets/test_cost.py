"""The report's cost estimate_cost agrees with the counted usage of a handoff."""

from pathlib import Path

import pytest

from bench.cost.cost_tables import HEARTBEAT
from bench.cost.handoff_run import MESSAGES_WITH_AGENT, PARTS, handoff, total
from bench.cost.pricing import dollars
from chalicelib.usecases.reports.cost_estimate import estimate_cost
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


def test_the_console_pings_as_often_as_the_cost_tables_assume() -> None:
    line = f"const HEARTBEAT = {HEARTBEAT // 60} * 60_000;"

    assert line in SOCKET.read_text(encoding="utf-8")
