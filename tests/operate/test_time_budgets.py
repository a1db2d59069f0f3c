"""The functions end well before Lambda or API Gateway stops them, whatever is slow.

The clock moves only by what is slow, and by waits. No test may take more than three quarters of a
function's timeout.

Facts 12 and 13 of docs/aws.md.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from chalicelib.adapters.aws.sockets import ApiGatewaySockets
from chalicelib.adapters.dynamodb.conversations.store import DynamoConversations
from chalicelib.adapters.dynamodb.table import CONNECT_TIMEOUT, READ_TIMEOUT, RETRIES, Table
from chalicelib.adapters.webhook_http.client import HttpWebhookClient
from chalicelib.domain.access import Caller, Role
from chalicelib.domain.address import Address, person_id
from chalicelib.domain.conversation.commands import AgentMessage, Claim, Pause
from chalicelib.domain.conversation.entries import Body
from chalicelib.domain.conversation.handoff import Request
from chalicelib.domain.conversation.head import Head, Status
from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.domain.routing.queues import Limits, Queue
from chalicelib.entrypoints.events import minute, stream, webhook_queue
from chalicelib.entrypoints.websocket import handlers
from chalicelib.settings import Settings
from chalicelib.usecases.conversations.execute import execute
from chalicelib.usecases.live import push
from chalicelib.usecases.ports.call_deadline import (
    API_TIMEOUT,
    FRAME,
    LONGEST_CALL,
    LONGEST_PUSH,
    REPLY,
    REQUEST,
    CallDeadline,
    require_time,
    webhook_time,
)
from chalicelib.usecases.ports.webhooks import Unreachable
from chalicelib.usecases.records.connections import SocketConnection, SocketTicket
from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.records.webhooks import CHANNEL
from chalicelib.usecases.webhooks.worker import SLOT_LEASE
from chalicelib.wiring import AwsServices
from infra.template.functions import TIMEOUTS
from tests.support.api import DEMO_KEY, Api
from tests.support.clock import ManualClock
from tests.support.fakes import (
    FakeSockets,
    FakeTopic,
    FakeWebhookClient,
    FakeWebhookQueue,
    SeededRandom,
)
from tests.support.memory import MemoryConnections, MemoryConversations
from tests.support.services import ORIGIN, MemoryServices
from tests.template.expansion import packaged_template

SECOND = 1000
BATCH = 100
BOT = Caller("demo", "Demo bot", Role.BOT, "demo")
ANA = Caller(person_id("ana@example.test"), "Ana", Role.SUPERVISOR, "demo")


class SlowTopic(FakeTopic):
    def __init__(self, clock: ManualClock, milliseconds: int) -> None:
        super().__init__()
        self._clock, self._milliseconds = clock, milliseconds

    def publish(self, message: Mapping[str, object], attributes: Mapping[str, str]) -> None:
        self._clock.advance(self._milliseconds)
        super().publish(message, attributes)


class AwayQueue(FakeWebhookQueue):
    """SQS that does not answer: each call ends after the client's attempts."""

    def __init__(self, clock: ManualClock, milliseconds: int) -> None:
        super().__init__(clock)
        self._away, self._milliseconds = clock, milliseconds

    def enqueue(self, bot: str, conversation_id: str, seq: int, webhook: str = CHANNEL) -> None:
        self._fail()

    def delay(self, receipt: str, seconds: int) -> None:
        self._fail()

    def _fail(self) -> None:
        self._away.advance(self._milliseconds)
        raise TemporarilyUnavailable("The queue of deliveries did not answer.", retry_after=1)


class SlowWebhook(FakeWebhookClient):
    def __init__(self, clock: ManualClock, milliseconds: int) -> None:
        super().__init__()
        self._clock, self._milliseconds = clock, milliseconds

    def post(self, url: str, headers: Mapping[str, str], body: bytes) -> int:
        self._clock.advance(self._milliseconds)
        return super().post(url, headers, body)


class SlowConversations(MemoryConversations):
    """A table that is slow for every head."""

    clock: ManualClock
    milliseconds = 0

    def head(self, bot: str, conversation_id: str) -> Head | None:
        self.clock.advance(self.milliseconds)
        return super().head(bot, conversation_id)

    def heads(self, bot: str, conversation_ids: Iterable[str]) -> list[Head]:
        """One call of the table, as in DynamoDB."""
        milliseconds, self.milliseconds = self.milliseconds, 0
        self.clock.advance(milliseconds)
        found = super().heads(bot, conversation_ids)
        self.milliseconds = milliseconds
        return found


class SlowSockets(FakeSockets):
    def __init__(self, clock: ManualClock) -> None:
        super().__init__()
        self._clock = clock

    def send(self, connection_id: str, frame: bytes) -> bool:
        self._clock.advance(SECOND // 2)
        return super().send(connection_id, frame)


class ThrottlingGateway:
    """API Gateway while the account's quota is used up, but for the connection `good`."""

    def __init__(self, clock: ManualClock, code: str, status: int) -> None:
        self._clock = clock
        self._answer: Any = {
            "Error": {"Code": code},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }
        self.posts = 0
        self.good = list[bytes]()

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> None:
        self.posts += 1
        if ConnectionId == "good":
            self.good.append(Data)
            return
        self._clock.advance(20)
        raise ClientError(self._answer, "PostToConnection")


@pytest.fixture
def services() -> MemoryServices:
    return MemoryServices("https://bot.test/")


@pytest.fixture
def took(services: MemoryServices) -> Callable[[], float]:
    """The seconds since the test has begun."""
    began = services.clock.now()
    return lambda: (services.clock.now() - began) / SECOND


def place(number: int) -> Address:
    return Address("demo", "web", f"user-{number}")


def batch(services: MemoryServices) -> list[dict[str, Any]]:
    """A full batch of the stream: pauses of different conversations."""
    records = []
    for number in range(BATCH):
        execute(services, BOT, place(number), Pause())
        cid = place(number).conversation_id
        (entry,) = services.conversations.entries_after("demo", cid, 0, 9)
        committed = CommittedEntry("demo", cid, entry)
        records.append({"dynamodb": {"SequenceNumber": f"{number:03d}"}, "committed": committed})
    return records


def on_change(services: MemoryServices, records: list[dict[str, Any]]) -> list[str]:
    """The first record that Lambda has to send again."""
    answer: Any = stream.handle(services, lambda r: r["committed"], {"Records": records})
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def most(function: str) -> float:
    return TIMEOUTS[function] * 3 / 4


@pytest.mark.parametrize(
    ("code", "status"), [("LimitExceededException", 429), ("InternalServerError", 500)]
)
@pytest.mark.parametrize("consoles", [1, 60])
def test_a_batch_is_told_to_everybody_while_pushes_are_refused(
    services: MemoryServices, took: Callable[[], float], code: str, status: int, consoles: int
) -> None:
    records, now = batch(services), services.clock.now()
    gateway: Any = ThrottlingGateway(services.clock, code, status)
    services.sockets = ApiGatewaySockets(  # type: ignore[assignment]
        lambda: gateway, services.clock, SeededRandom()
    )
    for name in ["good", *(f"refused-{number}" for number in range(consoles))]:
        connection = SocketConnection(name, ANA.id, 1, ("demo",), now, now + 7_200 * SECOND)
        services.connections.put(connection)

    assert on_change(services, records) == []

    assert took() < most("on_change")
    assert len(services.webhook_queue.waiting()) == BATCH
    assert len(services.topic.published) == BATCH
    assert len(gateway.good) == len(set(gateway.good)), "a frame was repeated"
    behind = {c.id for c in services.connections.of_bot("demo") if c.is_behind}
    assert {f"refused-{number}" for number in range(consoles)} <= behind
    assert len(gateway.good) == BATCH or "good" in behind
    services.clock.advance(10 * SECOND)
    minute.every_minute(services)
    assert push.encode(push.RESYNC) in gateway.good or len(gateway.good) == BATCH


def test_a_slow_batch_is_interrupted_and_goes_on_where_it_was(
    services: MemoryServices, took: Callable[[], float]
) -> None:
    records = batch(services)
    services.topic = topic = SlowTopic(services.clock, 2 * SECOND)

    (first,) = on_change(services, records)

    assert took() < most("on_change")
    assert len(services.webhook_queue.waiting()) == BATCH, "what users wait for comes first"
    assert len(topic.published) == int(first)
    rounds = 0
    while first:
        (first,) = on_change(services, records[int(first) :]) or [""]
        rounds += 1
    assert rounds <= BATCH
    assert len(topic.published) == BATCH


def test_a_batch_ends_in_time_while_the_queue_does_not_answer(
    services: MemoryServices, took: Callable[[], float]
) -> None:
    records = batch(services)
    services.webhook_queue = AwayQueue(services.clock, 6 * SECOND)

    (first,) = on_change(services, records)

    # The records that were tried for 20 seconds are left to the sweep.
    assert 0 < int(first) < BATCH
    assert took() < most("on_change")


def sweeps(services: MemoryServices) -> list[float]:
    """The seconds that each of an hour's sweeps takes."""
    took = []
    for _ in range(60):
        began = services.clock.now()
        minute.every_minute(services)
        took.append((services.clock.now() - began) / SECOND)
        services.clock.advance(60 * SECOND - (services.clock.now() - began))
    return took


def test_a_sweep_with_many_timers_ends_in_time_and_the_next_one_goes_on(
    services: MemoryServices,
) -> None:
    services.directory.put_queue("demo", Queue("slow", limits=Limits(give_up=1)))
    services.conversations = slow = SlowConversations(services.memory, services.clock)
    slow.clock = services.clock
    ids = [place(number).conversation_id for number in range(BATCH)]
    for number in range(BATCH):
        execute(services, BOT, place(number), Pause(Request(queue="slow")))
    services.clock.advance(30 * SECOND)
    slow.milliseconds = 500

    assert max(sweeps(services)) < most("on_minute")

    assert {head.status for head in slow.heads("demo", ids)} == {Status.BOT}


def test_a_sweep_that_finds_much_lost_ends_in_time_and_the_next_one_goes_on(
    services: MemoryServices,
) -> None:
    for number in range(BATCH):
        execute(services, BOT, place(number), Pause())
    services.topic = topic = SlowTopic(services.clock, 2 * SECOND)
    services.clock.advance(60 * SECOND)

    assert max(sweeps(services)) < most("on_minute")

    requested = [p for p in topic.published if p.message["type"] == "handoff.requested"]
    assert len(requested) == BATCH


def test_a_push_to_many_slow_connections_ends_and_marks_those_that_it_did_not_reach(
    services: MemoryServices, took: Callable[[], float]
) -> None:
    services.sockets = gateway = SlowSockets(services.clock)
    names = [f"s-{number}" for number in range(60)]
    for name in names:
        gateway.connect(name)
        now = services.clock.now()
        connection = SocketConnection(name, ANA.id, 1, ("demo",), now, now + 7_200 * SECOND)
        services.connections.put(connection)

    push.send_or_mark(services, [(name, push.RESYNC) for name in names])

    assert took() < 20
    marked = {c.id for c in services.connections.of_bot("demo") if c.is_behind}
    assert {*gateway.frames} | marked == {*names}
    assert marked


def test_the_worker_ends_in_time_with_a_slow_receiver(
    services: MemoryServices, took: Callable[[], float]
) -> None:
    cid = place(1).conversation_id
    execute(services, BOT, place(1), Pause())
    execute(services, ANA, cid, Claim())
    for number in range(20):
        execute(services, ANA, cid, AgentMessage(Body(text=str(number))))
    services.webhook_client = receiver = SlowWebhook(services.clock, 9_900)
    services.webhook_queue.enqueue("demo", cid, 1)
    queued = services.webhook_queue.receive()
    assert queued
    body = f'{{"bot":"demo","conversation_id":"{cid}","seq":1}}'
    event = {"Records": [{"messageId": "m", "receiptHandle": queued.receipt, "body": body}]}

    answer: Any = webhook_queue.handle(services, event)

    assert took() <= most("on_webhook_queue")
    assert answer["batchItemFailures"] == [{"itemIdentifier": "m"}]
    assert receiver.requests
    assert TIMEOUTS["on_webhook_queue"] * SECOND < SLOT_LEASE, "no other call takes the slot"


def test_the_worker_ends_in_time_while_the_queue_does_not_answer(
    services: MemoryServices, took: Callable[[], float]
) -> None:
    services.webhook_queue = AwayQueue(services.clock, 6 * SECOND)
    event = {"Records": [{"messageId": "m", "receiptHandle": "r", "body": "no JSON"}]}

    answer: Any = webhook_queue.handle(services, event)

    assert answer["batchItemFailures"] == [{"itemIdentifier": "m"}]
    assert took() < most("on_webhook_queue")


class SlowTable:
    """A connection to an empty table. Each read takes this long; each commit meets a conflict."""

    table_name = "slow"

    def __init__(self, clock: ManualClock, milliseconds: int) -> None:
        self._clock, self._milliseconds = clock, milliseconds
        self.calls = 0

    def batch_get_item(self, keys: Any, **_: object) -> Any:
        return self._after_a_while({"Responses": {}, "UnprocessedKeys": {}})

    def get_item(self, *_: object, **__: object) -> Any:
        return self._after_a_while({})

    def query(self, *_: object, **__: object) -> Any:
        return self._after_a_while({"Items": []})

    def get_operation_kwargs(self, *_: object, **__: object) -> Any:
        return {}

    def transact_write_items(self, **_: object) -> Any:
        self._after_a_while({})
        raise AssertionError("A commit was begun.")

    def _after_a_while(self, answer: Any) -> Any:
        self.calls += 1
        self._clock.advance(self._milliseconds)
        return answer


PLACE = ("prod", "eu-west-1", "t", "arn", "url", "url", "wss://a", "https://a")
API_SECONDS = 29
"""The timeout that Chalice gives a function, and API Gateway's own."""


def on_a_slow_table(milliseconds: int) -> tuple[MemoryServices, SlowTable]:
    """Only conversations are in the slow table."""
    services = MemoryServices()
    slow = SlowTable(services.clock, milliseconds)
    table: Any = Table(slow)  # type: ignore[arg-type]
    vars(services)["conversations"] = DynamoConversations(table, services.clock)
    return services, slow


def test_the_apis_have_the_timeout_that_their_deadline_reckons_with() -> None:
    resources = packaged_template("prod")["Resources"]

    for logical in ("APIHandler", "LogIn", "WebsocketConnect", "WebsocketMessage"):
        assert resources[logical]["Properties"]["Timeout"] == API_SECONDS
    assert API_TIMEOUT == API_SECONDS * SECOND


def test_no_call_of_a_client_takes_longer_than_the_deadline_reckons_with() -> None:
    table = (CONNECT_TIMEOUT + READ_TIMEOUT) * (1 + RETRIES) * SECOND
    made = AwsServices(Settings(*PLACE, frozenset(), (), 1, "http://127.0.0.1:9")).client("sqs")
    config = made.meta.config
    attempts = config.retries["total_max_attempts"]
    client = (config.connect_timeout + config.read_timeout) * attempts * SECOND

    assert table == client == LONGEST_CALL


def test_a_request_begins_no_commit_that_could_not_end_in_time() -> None:
    """The bot's server gets our 503 instead of API Gateway's 504, and may send it again."""
    services, slow = on_a_slow_table(10 * SECOND)
    began = services.clock.now()

    answer = Api(services, DEMO_KEY).post(
        "/bots/demo/pause", {"channel": "web", "user": "u", "thread": "t"}
    )

    assert (answer.status, answer.json["code"]) == (503, "temporarily_unavailable")
    assert slow.calls == 1
    assert services.clock.now() - began < API_SECONDS * 3 / 4 * SECOND


FRAME_PING = json.dumps({"id": "1", "action": "ping"})


class SlowConnections(MemoryConnections):
    """Each call takes ten seconds, and then asks as the table's adapter does."""

    clock: ManualClock
    milliseconds = 10 * SECOND

    def get(self, connection_id: str) -> SocketConnection | None:
        self._wait()
        return super().get(connection_id)

    def use_ticket(self, ticket_hash: str, now: int) -> SocketTicket | None:
        self._wait()
        return super().use_ticket(ticket_hash, now)

    def _wait(self) -> None:
        self.clock.advance(self.milliseconds)
        require_time()


def test_the_websocket_functions_begin_nothing_that_could_not_end_in_time() -> None:
    services = MemoryServices()
    services.connections = slow = SlowConnections(services.memory, services.clock)
    slow.clock = services.clock
    services.sockets.connect("c")
    headers = {"Origin": ORIGIN, "Sec-WebSocket-Protocol": "baton.v1, a-ticket"}
    event = {"requestContext": {"connectionId": "c", "requestId": "r"}, "body": FRAME_PING}

    assert handlers.connect(services, {**event, "headers": headers})["statusCode"] == 503
    handlers.message(services, event)
    (reply,) = services.sockets.frames["c"]
    assert json.loads(reply)["error"]["code"] == "temporarily_unavailable"
    with pytest.raises(TemporarilyUnavailable):
        handlers.disconnect(services, event)


class SilentGateway:
    """Each attempt ends after the client's time to connect and to read."""

    def __init__(self, clock: ManualClock) -> None:
        self._clock = clock
        self.attempts = 0

    def post_to_connection(self, *, ConnectionId: str, Data: bytes) -> None:
        self.attempts += 1
        self._clock.advance(LONGEST_PUSH)
        raise ReadTimeoutError(endpoint_url=ConnectionId)


def with_a_silent_gateway(services: MemoryServices) -> SilentGateway:
    gateway = SilentGateway(services.clock)
    client: Any = gateway
    services.sockets = ApiGatewaySockets(  # type: ignore[assignment]
        lambda: client, services.clock, SeededRandom()
    )
    now = services.clock.now()
    services.connections.put(SocketConnection("c", ANA.id, 1, ("demo",), now, now + 7_200 * SECOND))
    return gateway


@pytest.mark.parametrize("slow", [0, REQUEST.pushes, REQUEST.calls])
def test_a_request_that_pushes_ends_in_time_while_api_gateway_is_silent(
    services: MemoryServices, took: Callable[[], float], slow: int
) -> None:
    gateway = with_a_silent_gateway(services)

    with CallDeadline(services.clock):
        services.clock.advance(slow)
        push.send_or_mark(services, [("c", push.RESYNC)])
        require_time()

    assert took() <= (REQUEST.calls) / SECOND, "the table's last call has its time"
    assert gateway.attempts == (slow < REQUEST.calls) * (2 if slow == 0 else 1)
    (connection,) = services.connections.of_bot("demo")
    assert connection.is_behind


@pytest.mark.parametrize("slow", [0, FRAME.calls, FRAME.calls + LONGEST_CALL])
def test_the_reply_to_a_frame_ends_in_time_while_api_gateway_is_silent(
    services: MemoryServices, took: Callable[[], float], slow: int
) -> None:
    gateway = with_a_silent_gateway(services)
    services.connections = table = SlowConnections(services.memory, services.clock)
    table.clock, table.milliseconds = services.clock, slow

    handlers.message(
        services, {"requestContext": {"connectionId": "c", "requestId": "r"}, "body": FRAME_PING}
    )

    assert took() <= API_SECONDS * 3 / 4
    assert gateway.attempts >= 1, "a frame always gets its reply"


def test_the_times_of_a_call_leave_room_for_the_longest_step_that_they_begin() -> None:
    for budget, after in ((REQUEST, 0), (FRAME, LONGEST_PUSH), (REPLY, 0)):
        assert budget.calls + LONGEST_CALL + after <= API_SECONDS * 3 / 4 * SECOND
        assert budget.pushes + LONGEST_PUSH <= API_SECONDS * 3 / 4 * SECOND
        assert budget.webhook < budget.calls, "the answer is still stored"
    made = AwsServices(Settings(*PLACE, frozenset(), (), 1, "http://127.0.0.1:9"))
    config = made.client("apigatewaymanagementapi", attempts=1).meta.config
    assert (config.connect_timeout + config.read_timeout) * SECOND == LONGEST_PUSH
    assert config.retries["total_max_attempts"] == 1


def test_the_answer_of_a_slow_webhook_is_still_stored() -> None:
    """A test call has eight seconds, less what was slow before it; a delivery has ten."""
    clock, whole = ManualClock(), 10 * SECOND

    assert webhook_time(whole) == whole
    with CallDeadline(clock):
        assert 8 * SECOND <= webhook_time(whole) < whole
        clock.advance(5 * SECOND)
        clock.advance(webhook_time(whole))
        require_time()
        with pytest.raises(TemporarilyUnavailable):
            webhook_time(whole)


def test_a_webhook_gets_no_longer_than_the_call_in_hand_has() -> None:
    clock, timeouts = ManualClock(), list[float]()

    def connect(address: str, port: int, timeout: float) -> Any:
        timeouts.append(timeout)
        raise ConnectionRefusedError

    client = HttpWebhookClient(
        allow_loopback=True, resolve=lambda host, port: ["127.0.0.1"], connect=connect
    )
    with CallDeadline(clock):
        clock.advance(REQUEST.webhook - 200)
        with pytest.raises(Unreachable):
            client.post("http://127.0.0.1:4000/", {}, b"")
        clock.advance(200)
        with pytest.raises(TemporarilyUnavailable):
            client.post("http://127.0.0.1:4000/", {}, b"")

    assert len(timeouts) == 1
    assert timeouts[0] <= 0.2
