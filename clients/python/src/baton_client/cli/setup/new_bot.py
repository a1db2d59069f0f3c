"""Creates what a bot needs: the bot itself, a key, a webhook's secret."""

import base64
import secrets
import shlex
from collections.abc import Mapping, Sequence
from typing import Any

from baton_client.cli.errors import NOT_ALLOWED, CommandFailed
from baton_client.cli.person import PersonClient, bot_path
from baton_client.errors import Forbidden

SCOPES = ("messages", "handoffs", "read")
SECRET_BYTES = 32


def ensure_bot(person: PersonClient, bot: str, name: str | None = None) -> bool:
    """True if the bot is new. Raises CommandFailed if there is none and the person may not make
    one."""
    if bot in {each["id"] for each in person.items("/bots")}:
        return False
    try:
        person.call("POST", "/bots", {"id": bot, "name": name or bot})
    except Forbidden as error:
        raise CommandFailed(
            f"You have no bot {bot}, and only an owner of the installation creates bots. Ask one "
            "to create it and to invite you as its admin.",
            NOT_ALLOWED,
        ) from error
    return True


def create_key(
    person: PersonClient,
    bot: str,
    name: str,
    expires_at: str | None,
    scopes: Sequence[str] = SCOPES,
) -> dict[str, Any]:
    """The new key; `key` is its token. Raises BatonError, with a sentence for who is no admin."""
    wanted = {"name": name, "scopes": list(scopes), "expires_at": expires_at}
    try:
        key: dict[str, Any] = person.call("POST", f"{bot_path(bot)}/keys", wanted)
    except Forbidden as error:
        raise CommandFailed(
            f"{error.detail} Ask an admin of the bot to make you one.", NOT_ALLOWED
        ) from error
    return key


def address(origin: str, bot: str) -> str:
    return f"{origin}/api/v1{bot_path(bot)}"


def new_secret() -> str:
    """A secret as Baton makes it, for events that this machine signs."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def shell_lines(values: Mapping[str, str]) -> Sequence[str]:
    return [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
