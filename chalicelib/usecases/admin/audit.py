"""Who changed what, in the log: one event for each change that an admin makes, and never a secret.

Facts are ids and names of settings, not what they are set to.
"""

import logging

from chalicelib.domain.access import Caller

log = logging.getLogger("baton.audit")


def log_change(caller: Caller, event: str, **facts: object) -> None:
    """`event` is what has happened: `key_created`."""
    log.info(event, extra={"bot": caller.bot, "by": caller.id, **facts})
