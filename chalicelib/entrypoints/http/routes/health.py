"""Routes for load balancers: the app answers, and the table answers."""

from chalicelib.entrypoints.http.framework import Call, Reply

NOBODY = "nobody"


def check_health(_: Call) -> Reply:
    return Reply({"status": "ok"})


def check_readiness(call: Call) -> Reply:
    """Reads any row. Raises TemporarilyUnavailable (503) if the table does not answer."""
    call.services.conversations.head(NOBODY, NOBODY)
    return Reply({"status": "ok"})
