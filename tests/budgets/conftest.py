from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.adapters.dynamodb.table import Table
from tests.budgets.package import installed, slimmed
from tests.budgets.scene import Scene, scene
from tests.budgets.table_services import TableServices
from tests.support.clock import ManualClock
from tests.support.engines import CREDENTIALS, Fresh, moto


@pytest.fixture(scope="session")
def _moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fresh]:
    with pytest.MonkeyPatch.context() as environment:
        for name, value in CREDENTIALS.items():
            environment.setenv(name, value)
        with moto(tmp_path_factory.mktemp("moto")) as fresh:
            yield fresh


@pytest.fixture
def table(_moto: Fresh) -> Iterator[Table]:
    with _moto() as stores:
        assert stores.table
        yield stores.table


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def in_conversation(table: Table, clock: ManualClock) -> Scene:
    return scene(TableServices(table, clock))


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package as Chalice packs it."""
    return installed(tmp_path_factory.mktemp("package") / "whole")


@pytest.fixture(scope="session")
def slim(whole: Path) -> Path:
    """The package as `infra/packaging` packs it."""
    return slimmed(whole, whole.with_name("slim"))
