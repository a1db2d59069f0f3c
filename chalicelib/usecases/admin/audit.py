"""The audit log: one line for each change that an admin makes.

A line holds ids and names, never a secret and never a setting's value.
"""

import logging

from chalicelib.domain.access import Caller

log = logging.getLogger("baton.audit")


def log_change(caller: Caller, event: str, **facts: object) -> None:
    """Logs `event` (such as `key_created`) with the bot and the caller's id."""
    log.info(event, extra={"bot": caller.bot, "by": caller.id, **facts})
