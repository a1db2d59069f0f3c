"""Who calls one of Botpress' modules, found out in Botpress' order: the bot, the token, whether
the two belong together. What the caller may do there comes last."""

from chalicelib.domain.access import Caller
from chalicelib.domain.errors import NotFound
from chalicelib.entrypoints.botpress_shapes import NoAccess
from chalicelib.usecases import authentication
from chalicelib.usecases.botpress_handoffs_view import WORKSPACE
from chalicelib.usecases.world import World


def identify(world: World, bot: str, header: str | None) -> Caller:
    """Raises NotFound, Unauthenticated, NoAccess."""
    if world.directory.bot(bot) is None:
        raise NotFound("Invalid Bot ID")
    try:
        return authentication.caller(world, bot, header)
    except NotFound:
        who = _name(world, authentication.bearer(header))
        raise NoAccess(f'User "{who}" doesn\'t have access to workspace "{WORKSPACE}"') from None


def _name(world: World, token: str) -> str:
    """Of whoever has just proved who they are."""
    if token.startswith(authentication.KEY_PREFIX):
        return token.removeprefix(authentication.KEY_PREFIX).partition("_")[0]
    return authentication.person_of_token(world, token, "access").email
