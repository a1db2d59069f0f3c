"""What the stream would bring, one entry after another."""

from chalicelib.usecases.reactions import react
from chalicelib.usecases.records.events import Committed
from tests.api.scene import id_of
from tests.support.services import MemoryServices


def settle(services: MemoryServices, path: str, times: int = 1) -> None:
    """Lets everything follow from the log of this conversation, so many times."""
    cid = id_of(path)
    for entry in services.conversations.entries_after("demo", cid, 0, 1000) * times:
        react(services, Committed("demo", cid, entry))
