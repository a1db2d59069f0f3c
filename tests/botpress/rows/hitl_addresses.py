"""The module `hitl`: H6 to H8."""

from tests.botpress.rows.row import LATER_PAGE, NOT_THERE, Row, error

HITL_ADDRESSES = [
    # H6
    Row("no address paused", "bot", "POST hitl/channel/web/user/C/isPaused", 200, False),
    Row(
        "address not paused",
        "bot",
        "POST hitl/channel/web/user/C/isPaused?threadId=T1",
        200,
        False,
        ("talked",),
    ),
    Row(
        "address paused",
        "bot",
        "POST hitl/channel/web/user/C/isPaused?threadId=T1",
        200,
        True,
        ("talked", "paused"),
    ),
    Row(
        "the user's only one paused",
        "bot",
        "POST hitl/channel/web/user/C/isPaused",
        200,
        True,
        ("talked", "paused"),
    ),
    Row(
        "another thread of the user",
        "bot",
        "POST hitl/channel/web/user/C/isPaused?threadId=T9",
        200,
        False,
        ("talked", "paused"),
    ),
    Row(
        "another channel",
        "bot",
        "POST hitl/channel/sms/user/C/isPaused",
        200,
        False,
        ("talked", "paused"),
    ),
    Row(
        "which thread?",
        "bot",
        "POST hitl/channel/web/user/C/isPaused",
        409,
        error(
            409,
            "BP_0049",
            "ConflictError",
            "Conflict: 2 conversations fit. Name one of them by its id.",
            candidates="$two",
        ),
        ("talked", "two threads"),
    ),
    # H7
    Row("pause before the first message", "bot", "POST hitl/channel/web/user/C/pause", 200, "OK"),
    Row(
        "pause a thread before its first message",
        "bot",
        "POST hitl/channel/web/user/C/pause?threadId=T1",
        200,
        "OK",
    ),
    Row(
        "pause an address",
        "bot",
        "POST hitl/channel/web/user/C/pause?threadId=T1",
        200,
        "OK",
        ("talked",),
    ),
    Row(
        "unpause an address",
        "bot",
        "POST hitl/channel/web/user/C/unpause?threadId=T1",
        200,
        "OK",
        ("talked", "paused"),
    ),
    Row("unpause nobody", "bot", "POST hitl/channel/web/user/C/unpause", 404, NOT_THERE),
    Row(
        "a slip at an address",
        "bot",
        "POST hitl/channel/web/user/C/resume",
        404,
        NOT_THERE,
        ("talked",),
    ),
    Row(
        "an address too long",
        "bot",
        f"POST hitl/channel/web/user/{LATER_PAGE}/pause",
        400,
        error(400, "BP_0040", "BadRequestError", "$text"),
    ),
    # H8
    Row(
        "attributes",
        "ana",
        "GET hitl/config/attributes",
        200,
        [{"label": "Language", "attributePath": "language"}],
    ),
]
