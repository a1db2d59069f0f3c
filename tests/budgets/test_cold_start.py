"""Limits of what a cold start and a warm gate call cost, in instructions.

Each is a ratio of two counts of the same run: `import boto3` is the unit of a cold start, one
GetItem of an unmodified botocore client that of a warm call.
"""

import os
from pathlib import Path

import pytest

from bench.cpu import cold_start, warm_gate
from bench.cpu.recording import record
from tests.budgets import cachegrind
from tests.budgets.cachegrind import Cachegrind
from tests.support.engines import CREDENTIALS

GATE_LIMIT = 1.30
"""1.19 when this was written; 1.88 with data classes that Python generates at import."""
FUNCTION_LIMIT = 1.44
"""1.43 for `on_change`, which makes four clients, when this was written; 1.41 with eight routes and
1.37 with 33 routes less, which every function registers."""
LOGIN_LIMIT = 1.58
"""1.54 when this was written; 1.39 without `cryptography`, which single sign-on needs and PyJWT
loads wherever it is installed."""
WARM_LIMIT = 0.97
"""0.94 when this was written."""


def is_part_of(function: str, other: str) -> bool:
    """True if the other function imports the same modules, uses the same ports and makes the same
    clients, and more: it starts no faster."""
    parts = zip(cold_start.FUNCTIONS[function], cold_start.FUNCTIONS[other], strict=True)
    return function != other and all(set(few) <= set(more) for few, more in parts)


MEASURED = [
    function
    for function in cold_start.FUNCTIONS
    # The start of the gate is in its first answer, which has a lower limit.
    if function != "REST, gate"
    and not any(is_part_of(function, other) for other in cold_start.FUNCTIONS)
]

pytestmark = pytest.mark.skipif(
    not cachegrind.is_there() and os.environ.get("CI") != "true", reason=cachegrind.MISSING
)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    assert cachegrind.is_there(), cachegrind.MISSING
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        return record(tmp_path_factory.mktemp("recording"))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Cachegrind:
    cold_start.compile_ours()
    return Cachegrind(tmp_path_factory.mktemp("bytecode"))


@pytest.fixture(scope="module")
def bare(here: Cachegrind) -> int:
    return here.count("pass")


@pytest.fixture(scope="module")
def unit(here: Cachegrind, bare: int) -> int:
    return here.count(cold_start.YARDSTICK) - bare


def test_the_gate_answers_within_its_limit_and_would_not_without_trimming(
    slim: Path, here: Cachegrind, recording: Path, bare: int, unit: int
) -> None:
    gate = cold_start.GATE.format(recording=str(recording))

    packaged = (Cachegrind.of_package(slim).count(gate) - bare) / unit
    untrimmed = (here.count(gate) - bare) / unit

    assert packaged <= GATE_LIMIT < untrimmed


@pytest.mark.parametrize("function", MEASURED)
def test_each_function_starts_within_the_limit(
    slim: Path, recording: Path, bare: int, unit: int, function: str
) -> None:
    start = cold_start.start_of(function, str(recording))
    limit = LOGIN_LIMIT if function == "REST, login" else FUNCTION_LIMIT

    assert (Cachegrind.of_package(slim).count(start) - bare) / unit <= limit


def test_only_functions_that_are_part_of_another_are_not_measured() -> None:
    assert set(cold_start.FUNCTIONS) - set(MEASURED) == {"REST, gate", "connect", "disconnect"}


def test_a_warm_gate_call_costs_less_than_one_plain_read(here: Cachegrind, recording: Path) -> None:
    gate = warm_gate.instructions_per_call(here.count, recording, "call")
    plain = warm_gate.instructions_per_call(here.count, recording, "plain_get_item")

    assert gate / plain <= WARM_LIMIT
