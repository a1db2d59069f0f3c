"""Checks before a call: the bot exists, the token is valid, the two belong together."""

from tests.botpress.rows.row import NO_ACCESS, NO_BOT, Row, forbidden, unauthorized

CHAIN_PATHS = (
    ("GET hitl/sessions", "module.hitl"),
    ("GET hitl/sessions/x", "module.hitl"),
    ("POST hitl/sessions/x/message", "module.hitl"),
    ("POST hitl/sessions/x/isPaused", "module.hitl"),
    ("POST hitl/sessions/x/pause", "module.hitl"),
    ("POST hitl/channel/web/user/x/isPaused", "module.hitl"),
    ("POST hitl/channel/web/user/x/pause", "module.hitl"),
    ("GET hitl/config/attributes", "module.hitl"),
    ("GET hitlnext/config", "module.hitlnext"),
    ("GET hitlnext/agents/me", "module.hitlnext"),
    ("GET hitlnext/agents", "module.hitlnext"),
    ("POST hitlnext/agents/me/online", "module.hitlnext"),
    ("GET hitlnext/handoffs", "module.hitlnext"),
    ("POST hitlnext/handoffs", "module.hitlnext"),
    ("POST hitlnext/handoffs/x", "module.hitlnext"),
    ("POST hitlnext/handoffs/x/assign", "module.hitlnext"),
    ("POST hitlnext/handoffs/x/resolve", "module.hitlnext"),
    ("POST hitlnext/handoffs/x/reject", "module.hitlnext"),
    ("POST hitlnext/handoffs/x/comments", "module.hitlnext"),
    ("GET hitlnext/conversations/x/messages", "module.hitlnext"),
)


def _abroad(request: str) -> str:
    method, _, path = request.partition(" ")
    return f"{method} /api/v1/bots/nosuch/mod/{path}"


def _chain(request: str) -> list[Row]:
    """The bot exists, the token is valid, the two belong together."""
    headers: dict[str, tuple[str | None, str]] = {
        "no header": (None, "Authorization header is missing"),
        "another scheme": ("Basic YTpi", 'Unknown scheme "Basic"'),
        "no token": ("Bearer", "Authentication token is missing"),
        "no JWT": ("bearer nonsense", "Invalid authentication token"),
        "no key": ("Bearer bk_nosuch_key", "Invalid authentication token"),
    }
    rows = [
        Row(
            f"{request}: {why}",
            "nobody",
            request,
            401,
            unauthorized(message),
            headers={"Authorization": value} if value else {},
        )
        for why, (value, message) in headers.items()
    ]
    return [
        *rows,
        Row(f"{request}: no such bot, and no token", "nobody", _abroad(request), 404, NO_BOT),
        Row(f"{request}: no such bot", "ana", _abroad(request), 404, NO_BOT),
        Row(f"{request}: of another bot", "eve", request, 403, NO_ACCESS),
        Row(
            f"{request}: the key of another bot",
            "other",
            request,
            403,
            forbidden('User "{other}" doesn\'t have access to workspace "default"'),
        ),
    ]


CHAIN = [row for request, _ in CHAIN_PATHS for row in _chain(request)]
