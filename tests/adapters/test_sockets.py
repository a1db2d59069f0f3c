"""Against a server that answers like the management API of API Gateway; moto's never fails."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import unquote

import boto3
import pytest
from botocore.config import Config
from types_boto3_apigatewaymanagementapi import ApiGatewayManagementApiClient

from chalicelib.adapters.aws.sockets import ApiGatewaySockets
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.live import FrameTooLarge
from tests.support.clock import START, ManualClock
from tests.support.fakes import SeededRandom

OPEN = "L0SM9cOFvHcCIhw=+/"
ERRORS = {
    400: "BadRequestException",
    403: "ForbiddenException",
    404: "NotFoundException",
    409: "ConflictException",
    410: "GoneException",
    413: "PayloadTooLargeException",
    429: "LimitExceededException",
    500: "InternalServerErrorException",
    503: "ServiceUnavailableException",
}


class Gateway(ThreadingHTTPServer):
    """Knows one connection. Answers with the statuses of its script first."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), ConnectionsApi)
        self.script: list[int] = []
        self.calls = 0
        self.frames: list[bytes] = []

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/prod"

    def status_for(self, connection_id: str) -> int:
        self.calls += 1
        if self.script:
            return self.script.pop(0)
        return 200 if connection_id == OPEN else 410


class ConnectionsApi(BaseHTTPRequestHandler):
    server: Gateway
    protocol_version = "HTTP/1.1"

    def do_DELETE(self) -> None:
        self._answer(b"closed")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])))

    def _answer(self, frame: bytes) -> None:
        status = self.server.status_for(unquote(self.path).removeprefix("/prod/@connections/"))
        if status == 0:
            self.close_connection = True
            return
        self.send_response(status)
        if status == 200:
            self.server.frames.append(frame)
        else:
            self.send_header("x-amzn-ErrorType", ERRORS[status])
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Tests are quiet."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield server
        server.shutdown()


def management_client(endpoint: str) -> ApiGatewayManagementApiClient:
    client: ApiGatewayManagementApiClient = boto3.client(
        "apigatewaymanagementapi",
        region_name="eu-central-1",
        endpoint_url=endpoint,
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )
    return client


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def sockets(gateway: Gateway, clock: ManualClock) -> ApiGatewaySockets:
    client = management_client(gateway.endpoint)
    return ApiGatewaySockets(lambda: client, clock, SeededRandom())


def test_a_frame_reaches_its_connection_as_it_is(
    gateway: Gateway, sockets: ApiGatewaySockets
) -> None:
    frame = '{"text":"Grüße"}'.encode() + bytes(range(256))

    assert sockets.send(OPEN, frame) is True

    assert gateway.frames == [frame]


def test_a_connection_is_closed(gateway: Gateway, sockets: ApiGatewaySockets) -> None:
    gateway.script = [429]

    assert sockets.close(OPEN) is True

    assert gateway.frames == [b"closed"]
    assert sockets.close("closed=") is False


def test_a_connection_that_is_gone_is_gone_at_once(
    gateway: Gateway, sockets: ApiGatewaySockets
) -> None:
    assert sockets.send("closed=", b"{}") is False

    assert gateway.calls == 1


@pytest.mark.parametrize("status", [400, 403, 410])
def test_a_connection_that_the_gateway_refuses_is_gone(
    gateway: Gateway, sockets: ApiGatewaySockets, status: int
) -> None:
    gateway.script = [status]

    assert sockets.send(OPEN, b"{}") is False

    assert gateway.calls == 1


def test_a_frame_of_128_kilobytes_is_sent(gateway: Gateway, sockets: ApiGatewaySockets) -> None:
    assert sockets.send(OPEN, b"x" * 128 * 1024)

    assert len(gateway.frames[0]) == 128 * 1024


def test_a_frame_of_one_byte_more_is_not_even_tried(
    gateway: Gateway, sockets: ApiGatewaySockets
) -> None:
    with pytest.raises(FrameTooLarge):
        sockets.send(OPEN, b"x" * (128 * 1024 + 1))

    assert gateway.calls == 0


def test_a_frame_that_the_gateway_finds_too_large_is_too_large(
    gateway: Gateway, sockets: ApiGatewaySockets
) -> None:
    gateway.script = [413]

    with pytest.raises(FrameTooLarge):
        sockets.send(OPEN, b"{}")

    assert gateway.calls == 1


@pytest.mark.parametrize("trouble", [[429], [500], [503, 429], [429, 429, 429], [0, 500]])
def test_passing_trouble_is_waited_out(
    gateway: Gateway, sockets: ApiGatewaySockets, clock: ManualClock, trouble: list[int]
) -> None:
    gateway.script = list(trouble)

    assert sockets.send(OPEN, b"{}") is True

    assert gateway.calls == len(trouble) + 1
    longest = sum((100, 400, 1600)[: len(trouble)]) if 429 in trouble else 350
    assert START < clock.now() <= START + longest


@pytest.mark.parametrize("status", [429, 500, 503, 0])
def test_lasting_trouble_is_told_after_four_attempts(
    gateway: Gateway, sockets: ApiGatewaySockets, status: int
) -> None:
    gateway.script = [status] * 10

    with pytest.raises(TemporarilyUnavailable) as refusal:
        sockets.send(OPEN, b"{}")

    assert refusal.value.facts["retry_after"] == 1
    assert gateway.calls == 4


def test_a_connection_that_keeps_failing_is_left_alone_for_two_seconds(
    gateway: Gateway, sockets: ApiGatewaySockets, clock: ManualClock
) -> None:
    gateway.script = [500] * 4
    for _ in range(3):
        with pytest.raises(TemporarilyUnavailable):
            sockets.send("broken=", b"{}")

    assert gateway.calls == 4
    assert sockets.send(OPEN, b"{}") is True, "others are called"
    clock.advance(2000)
    assert sockets.send("broken=", b"{}") is False
    assert gateway.calls == 6


def test_a_gateway_that_fails_for_several_connections_is_left_alone_for_two_seconds(
    gateway: Gateway, sockets: ApiGatewaySockets, clock: ManualClock
) -> None:
    gateway.script = [429] * 12
    for name in ("a", "b", "c", OPEN, "d"):
        with pytest.raises(TemporarilyUnavailable):
            sockets.send(name, b"{}")

    assert gateway.calls == 12
    clock.advance(2000)
    assert sockets.send(OPEN, b"{}") is True


def test_a_connection_that_closes_while_the_gateway_is_busy_is_gone(
    gateway: Gateway, sockets: ApiGatewaySockets
) -> None:
    gateway.script = [429, 410]

    assert sockets.send(OPEN, b"{}") is False


@pytest.mark.parametrize("status", [404, 409])
def test_a_refusal_that_waiting_does_not_help_is_told_at_once(
    gateway: Gateway, sockets: ApiGatewaySockets, status: int
) -> None:
    gateway.script = [status]

    with pytest.raises(TemporarilyUnavailable):
        sockets.send(OPEN, b"{}")

    assert gateway.calls == 1


def test_a_gateway_that_refuses_connections_is_tried_again(clock: ManualClock) -> None:
    client = management_client("http://127.0.0.1:9")

    with pytest.raises(TemporarilyUnavailable):
        ApiGatewaySockets(lambda: client, clock, SeededRandom()).send(OPEN, b"{}")

    assert clock.now() > START


def test_the_client_is_made_by_the_first_frame_and_once(
    gateway: Gateway, clock: ManualClock
) -> None:
    made: list[ApiGatewayManagementApiClient] = []

    def factory() -> ApiGatewayManagementApiClient:
        made.append(management_client(gateway.endpoint))
        return made[-1]

    sockets = ApiGatewaySockets(factory, clock, SeededRandom())
    assert made == []

    sockets.send(OPEN, b"1")
    sockets.send(OPEN, b"2")

    assert len(made) == 1
