"""What the stream would bring, one entry after another."""

from chalicelib.usecases.reactions import react
from chalicelib.usecases.records import Committed
from tests.api.scene import id_of
from tests.support.world import MemoryWorld


def settle(world: MemoryWorld, path: str, times: int = 1) -> None:
    """Lets everything follow from the log of this conversation, so many times."""
    cid = id_of(path)
    for entry in world.conversations.entries_after("demo", cid, 0, 1000) * times:
        react(world, Committed("demo", cid, entry))
