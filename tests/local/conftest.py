from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from infra.local.aws.engine import Engine
from infra.local.gateway.limits import Limits
from infra.local.gateway.server import Gateway
from tests.local.gateway.tiny_app import Seen, tiny_app

Serve = Callable[..., Gateway]


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    with Engine(tmp_path_factory.mktemp("engine")) as running:
        yield running


@pytest.fixture
def seen() -> Seen:
    return Seen()


@pytest.fixture
def serve(seen: Seen) -> Iterator[Serve]:
    """A function that starts a gateway around the tiny app: `serve(limits=…)`."""
    started: list[Gateway] = []

    def start(**options: Any) -> Gateway:
        gateway = Gateway(tiny_app(seen), **options)
        gateway.start()
        started.append(gateway)
        return gateway

    yield start
    for gateway in started:
        gateway.stop()


@pytest.fixture
def gateway(serve: Serve) -> Gateway:
    return serve()


@pytest.fixture
def impatient() -> Limits:
    """Limits with a third of a second for each handler."""
    return Limits(integration_seconds=0.3)


@pytest.fixture
def table(engine: Engine) -> str:
    name = f"table-{uuid4().hex}"
    create_table(engine, name)
    return name


def create_table(engine: Engine, name: str) -> None:
    engine.client("dynamodb").create_table(
        TableName=name,
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"},
    )


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"
