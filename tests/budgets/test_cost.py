"""The report's cost estimate_cost agrees with the counted usage of a handoff."""

from pathlib import Path

import pytest

from bench.cost.cost_tables import HEARTBEAT, idle_stack
from bench.cost.handoff_run import (
    MESSAGES_WITH_AGENT,
    PARTS,
    handoff,
    idle_minute,
    indexed_message,
    total,
)
from bench.cost.pricing import dollars
from chalicelib.usecases.reports.cost_estimate import INDEXED, SEARCHED_WORDS, estimate_cost
from tests.support.engines import CREDENTIALS

ROOT = Path(__file__).parents[2]
SOCKET = ROOT / "chalicelib/console/connection/socket.js"
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


@pytest.fixture(scope="module")
def idle() -> tuple[str, dict[str, str]]:
    """The table of an idle stack as `python -m bench cost` prints it, and the sum for each value of
    `Watching`."""
    with pytest.MonkeyPatch.context() as environment:
        for variable, text in CREDENTIALS.items():
            environment.setenv(variable, text)
        table = idle_stack(idle_minute())
    values = [column.removeprefix("Watching=") for column in table.columns[1:]]
    return str(table), dict(zip(values, map(str, table.rows[-1][1:]), strict=True))


def sentences(sums: dict[str, str]) -> dict[str, str]:
    """The sentences of each page about the price of an idle stack."""
    full, basic, off = sums["full"], sums["basic"], sums["off"]
    return {
        "README.md": f"costs about ${float(full):.0f} a month, because alarms, metrics and the "
        "dashboard have a fixed price; with the alarms that mean an outage only, it costs "
        f"${basic}, and without any ${off}.",
        "docs/cost.md": f"**An idle stack costs ${full}, ${basic} or ${off} a month**",
        "docs/why.md": f"| ${float(off):.0f} to ${float(full):.0f} a month |",
        "docs/deploy.md": f"`full`, `basic` and `off` cost ${full}, ${basic} and ${off} a month",
    }


def wrong(pages: dict[str, str], sums: dict[str, str]) -> list[str]:
    """The pages that say something else."""
    return [
        page
        for page, sentence in sentences(sums).items()
        if sentence not in " ".join(pages[page].split())
    ]


def test_the_pages_say_what_an_idle_stack_costs(idle: tuple[str, dict[str, str]]) -> None:
    """Fact 22 of docs/aws.md: `make cost` prints the figures."""
    table, sums = idle
    pages = {page: (ROOT / page).read_text(encoding="utf-8") for page in sentences(sums)}

    assert wrong(pages, sums) == []
    assert table in pages["docs/cost.md"]
    for page, text in pages.items():
        planted = text.replace(sums["off"], "1.36").replace(" to $", " to $9")
        assert wrong(pages | {page: planted}, sums) == [page]
