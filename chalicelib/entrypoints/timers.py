"""Once a minute: what has to be done when nobody asks for it."""

from chalicelib.usecases import sockets
from chalicelib.usecases.world import World


def every_minute(world: World) -> dict[str, object]:
    """Safe to run twice and in parallel."""
    return {"connections_closed": sockets.sweep(world)}
