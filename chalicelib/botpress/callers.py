"""Identifies the caller of one of Botpress' modules, in Botpress' order: the bot exists, the token
is valid, the two belong together."""

from chalicelib.botpress.errors import NoAccess
from chalicelib.botpress.handoff_views import WORKSPACE
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
        who = _name(services, header)
        raise NoAccess(f'User "{who}" doesn\'t have access to workspace "{WORKSPACE}"') from None


def _name(services: Services, header: str | None) -> str:
    """The name of the person or key that the valid token belongs to."""
    token = authenticate.bearer_token(header)
    if token.startswith(authenticate.KEY_PREFIX):
        return token.removeprefix(authenticate.KEY_PREFIX).partition("_")[0]
    return authenticate.person_of_session(services, authenticate.session(services, header)).email
