"""Runs all of Baton on one machine: AWS engine, table, topic, queues, demo data, gateway, event
sources and demo bot.

The app is the same code that runs on Lambda; its environment variables point to this machine.
"""

import fcntl
import logging
import os
import secrets
import shlex
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

import app as application
from chalicelib import wiring
from chalicelib.adapters.dynamodb.stream import STREAM_FILTER
from chalicelib.settings import LOCAL, settings
from infra.local.aws.bucket import create_bucket
from infra.local.aws.engine import Engine, EngineError
from infra.local.aws.engine_watch import EngineWatch
from infra.local.aws.messaging import Messaging, create_messaging
from infra.local.aws.table import create_table
from infra.local.demo_bot import DemoBot
from infra.local.event_sources.queue_poller import QueuePoller
from infra.local.event_sources.scheduler import Scheduler
from infra.local.event_sources.stream_poller import StreamPoller
from infra.local.gateway.server import Gateway
from infra.local.seed import SECRET, WEBHOOK_SECRET, seed

log = logging.getLogger(__name__)

NAME = "baton-local"
BUCKET = f"{NAME}-files"
MINUTE = 60.0
WEBHOOK_WORKERS = 250
"""Webhook deliveries at the same time; their threads are started when they are needed. A bot uses
at most five, so 49 bots with stalled receivers leave room for the others."""
OUTAGE = 3.0
"""Seconds of the simulated outage, in which the demo page cannot connect."""


class Stack:
    """Runs from `start` to `stop` and keeps its data in the folder `state`; `fresh` deletes that
    data first. `port` 0 chooses a free port. If the stack cannot go on, it calls `on_failure` with
    a text for the user; the caller then stops it.

    A process can run only one stack, because the app reads its settings from the environment.
    """

    def __init__(
        self,
        state: Path,
        port: int,
        *,
        fresh: bool = False,
        on_failure: Callable[[str], None] = log.error,
    ) -> None:
        self._state = state.resolve()
        self._on_failure = on_failure
        self._port = port
        self._fresh = fresh
        self._running = ExitStack()
        self.url = ""

    @property
    def env_file(self) -> Path:
        """A shell file that sets the environment variables of this stack for other programs."""
        return self._state / "env"

    def start(self) -> None:
        """Returns when everything answers. Raises EngineError or GatewayError with a text for the
        user."""
        with ExitStack() as starting:
            self._start(starting)
            self._running = starting.pop_all()

    def stop(self) -> None:
        """Raises EngineError if the engine could not store the last changes."""
        self._running.close()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _start(self, starting: ExitStack) -> None:
        """The parts are stopped in reverse order, so that none calls a part that is gone."""
        memory = self._state / "demo-bot.json"
        demo_bot = DemoBot(
            lambda: self.url,
            "demo",
            f"bk_demo_{SECRET}",
            WEBHOOK_SECRET,
            memory,
            lambda: settings().files_url,
        )

        async def drop(_: Request) -> Response:
            await gateway.drop(OUTAGE)
            return Response(status_code=204)

        routes = [Route("/demo/drop", drop, methods=["POST"]), *demo_bot.routes()]
        gateway = Gateway(application.app, port=self._port, routes=routes)
        starting.callback(gateway.stop)
        self.url = gateway.url
        # Delete the data only after taking the port, so that a running stack keeps its own.
        if self._fresh:
            delete_state(self._state)
        self._state.mkdir(parents=True, exist_ok=True)
        engine = starting.enter_context(Engine(self._state))
        starting.enter_context(EngineWatch(engine, self._on_failure))
        _create_table(engine)
        create_bucket(engine.client("s3"), BUCKET)
        messaging = create_messaging(engine.client("sns"), engine.client("sqs"), NAME)
        self._configure(engine, messaging, gateway)
        seed(wiring.services(), settings().stage, f"{self.url}/demo/webhook")
        self._start_event_sources(starting, engine, messaging)
        gateway.start()
        starting.callback(gateway.stop)
        starting.callback(self.env_file.unlink, missing_ok=True)

    def _start_event_sources(
        self, starting: ExitStack, engine: Engine, messaging: Messaging
    ) -> None:
        streams, sqs = (
            engine.client("dynamodbstreams"),
            engine.client("sqs", read_timeout=30, max_pool_connections=WEBHOOK_WORKERS),
        )
        stream = StreamPoller(
            "on_change",
            streams,
            NAME,
            application.on_change,
            state=self._state,
            pattern=STREAM_FILTER,
        )
        starting.enter_context(stream)
        webhook_queue = QueuePoller(
            "on_webhook_queue",
            sqs,
            messaging.queue_url,
            application.on_webhook_queue,
            workers=WEBHOOK_WORKERS,
        )
        starting.enter_context(webhook_queue)
        push_queue = QueuePoller(
            "on_push_queue", sqs, messaging.push_queue_url, application.on_push_queue
        )
        starting.enter_context(push_queue)
        starting.enter_context(Scheduler("on_minute", MINUTE, application.on_minute))

    def _configure(self, engine: Engine, messaging: Messaging, gateway: Gateway) -> None:
        environment = {
            **engine.environment,
            "BATON_STAGE": LOCAL,
            # The terminal shows faults, not every request.
            "BATON_OIDC": os.environ.get("BATON_OIDC", ""),
            "BATON_SECOND_FACTOR": os.environ.get("BATON_SECOND_FACTOR", "optional"),
            "BATON_LOG_LEVEL": os.environ.get("BATON_LOG_LEVEL", "WARNING"),
            "BATON_WATCHING": os.environ.get("BATON_WATCHING", "off"),
            "BATON_LIMITS": os.environ.get("BATON_LIMITS", ""),
            "BATON_MAIL_SENDER": os.environ.get("BATON_MAIL_SENDER", ""),
            "BATON_CONSOLE_URL": f"{gateway.url}/console/index.html",
            "BATON_URL": gateway.url,
            "BATON_TABLE": NAME,
            "BATON_TOPIC_ARN": messaging.topic_arn,
            "BATON_QUEUE_URL": messaging.queue_url,
            "BATON_DEAD_LETTER_URL": messaging.dead_letter_url,
            "BATON_PUSH_QUEUE_URL": messaging.push_queue_url,
            "BATON_FILES_BUCKET": BUCKET,
            "BATON_FILES_URL": f"{engine.url}/{BUCKET}",
            "BATON_SOCKET_URL": gateway.socket_url,
            "BATON_SOCKET_ENDPOINT": gateway.url,
            "BATON_ORIGINS": f"{gateway.url} http://localhost:{gateway.port}",
            "BATON_SECRET": self._secret(),
        }
        if sender := environment["BATON_MAIL_SENDER"]:
            engine.client("sesv2").create_email_identity(EmailIdentity=sender)
        os.environ.update(environment)
        settings.cache_clear()
        wiring.services.cache_clear()
        lines = [f"export {name}={shlex.quote(value)}\n" for name, value in environment.items()]
        self.env_file.touch(mode=0o600)
        self.env_file.write_text("".join(lines))

    def _secret(self) -> str:
        """The stored secret; with a new one, a restart would log everyone out."""
        kept = self._state / "secret"
        if not kept.exists():
            kept.touch(mode=0o600)
            kept.write_text(secrets.token_urlsafe(32))
        return kept.read_text()


def _create_table(engine: Engine) -> None:
    client = engine.client("dynamodb")
    if NAME not in client.list_tables()["TableNames"]:
        create_table(client, NAME)


STATE_FILES = (
    "checkpoints",
    "data",
    "tmp",
    "engine.lock",
    "engine.log",
    "env",
    "secret",
    "demo-bot.json",
)


def delete_state(state: Path) -> None:
    """Deletes a stack's files from this folder, and nothing else. Raises EngineError if a stack is
    running there."""
    _refuse_while_in_use(state)
    for path in [state / name for name in STATE_FILES] + [*state.glob("dead-letters-*.jsonl")]:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


def _refuse_while_in_use(state: Path) -> None:
    lock = state / "engine.lock"
    if not lock.exists():
        return
    with lock.open("ab") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise EngineError(f"A stack is using {state}. Stop it first.") from None
