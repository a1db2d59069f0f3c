"""The world as it is wired, on a table of its own; fakes where it would leave this process."""

from chalicelib.adapters.dynamodb.table import Table
from chalicelib.settings import LOCAL, Settings
from chalicelib.wiring import AwsServices
from infra.local.seed import seed
from tests.support.clock import ManualClock
from tests.support.fakes import (
    FakeSockets,
    FakeTopic,
    FakeWebhookClient,
    FakeWebhookQueue,
    PlainPasswords,
    SeededRandom,
)

SETTINGS = Settings(
    stage=LOCAL,
    region="us-east-1",
    table="",
    topic_arn="",
    queue_url="",
    dead_letter_url="",
    socket_url="ws://127.0.0.1:8000/ws",
    socket_endpoint="",
    origins=frozenset({"http://127.0.0.1:8000"}),
    secrets=("a-secret-for-tests-that-is-long-enough",),
    shards=1,
    endpoint=None,
    limits=None,
)


class TableServices(AwsServices):
    """Seeded as the local stack is."""

    def __init__(self, table: Table, clock: ManualClock) -> None:
        super().__init__(SETTINGS)
        # In the place of what AwsWorld would build when first asked.
        vars(self).update(
            table=table,
            clock=clock,
            random=SeededRandom(),
            passwords=PlainPasswords(),
            sockets=FakeSockets(),
            topic=FakeTopic(),
            webhook_queue=FakeWebhookQueue(clock),
            webhook_client=FakeWebhookClient(),
        )
        seed(self, LOCAL, None)
