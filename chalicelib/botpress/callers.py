"""Who calls one of Botpress' modules, found out in Botpress' order: the bot, the token, whether
the two belong together. What the caller may do there comes last."""

from chalicelib.botpress.handoff_views import WORKSPACE
from chalicelib.botpress.responses import NoAccess
from chalicelib.domain.access import Caller
from chalicelib.domain.errors import NotFound
from chalicelib.usecases.accounts import authenticate
from chalicelib.usecases.services import Services


def identify(services: Services, bot: str, header: str | None) -> Caller:
    """Raises NotFound, Unauthenticated, NoAccess."""
    if services.directory.bot(bot) is None:
        raise NotFound("Invalid Bot ID")
    try:
        return authenticate.caller(services, bot, header)
    except NotFound:
        who = _name(services, authenticate.bearer_token(header))
        raise NoAccess(f'User "{who}" doesn\'t have access to workspace "{WORKSPACE}"') from None


def _name(services: Services, token: str) -> str:
    """Of whoever has just proved who they are."""
    if token.startswith(authenticate.KEY_PREFIX):
        return token.removeprefix(authenticate.KEY_PREFIX).partition("_")[0]
    return authenticate.person_of_token(services, token, "access").email
