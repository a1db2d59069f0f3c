"""Is it up (no dependency asked), and could it work (the table answers)?"""

from chalicelib.entrypoints.http.framework import Call, Reply, Routes

routes = Routes(__name__)
NOBODY = "nobody"


@routes.on("GET", "/healthz")
def healthz(_: Call) -> Reply:
    return Reply({"status": "ok"})


@routes.on("GET", "/readyz")
def readyz(call: Call) -> Reply:
    """Any read will do. TemporarilyUnavailable, and so 503, where the table does not answer."""
    call.services.conversations.head(NOBODY, NOBODY)
    return Reply({"status": "ok"})
