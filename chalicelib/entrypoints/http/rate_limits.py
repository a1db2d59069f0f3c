"""The rate limits that a request counts for: see `domain/limits.py` and docs/limits.md.

All functions raise RateLimited.
"""

from chalicelib.domain.access import Caller
from chalicelib.domain.address import Address
from chalicelib.domain.limit_names import LimitName
from chalicelib.domain.limits import LIMITS, Per
from chalicelib.usecases.services import Services


def count_address(services: Services, address: str, limit: LimitName | None = None) -> None:
    """A call without a key or token, or with one that is not valid. `limit` is the one of the
    route."""
    services.rate_limits.take(LimitName.ADDRESS, address)
    if limit:
        services.rate_limits.take(limit, address)


def count_person(services: Services, person: str, limit: LimitName | None) -> None:
    """A call that concerns no bot. `limit` is the one of the route."""
    services.rate_limits.take(LimitName.PERSON, person)
    if limit:
        services.rate_limits.take(limit, person)


def count_caller(services: Services, caller: Caller, limit: LimitName | None) -> None:
    """A call in a bot."""
    limits = services.rate_limits
    limits.take(LimitName.PERSON if caller.is_person else LimitName.KEY, caller.id)
    limits.take(LimitName.BOT, caller.bot)
    if limit and LIMITS[limit].per is Per.BOT:
        limits.take(limit, caller.bot)
    elif limit and (caller.is_person or LIMITS[limit].counts_keys):
        limits.take(limit, caller.id)


def count_user(services: Services, caller: Caller, user: Address | str) -> None:
    """A call for an end user: their address, or the id of their conversation."""
    of = user if isinstance(user, str) else f"{user.channel}/{user.user}"
    services.rate_limits.take(LimitName.USER, f"{caller.bot}/{of}")
