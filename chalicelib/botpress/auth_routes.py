"""Login routes at the paths of Botpress' administration.

`/api/v1/auth/login` is a native route: see `entrypoints/http/routes/accounts.py`.
"""

from chalicelib.botpress import handoff_views
from chalicelib.botpress.errors import NoWorkspace
from chalicelib.domain.access import Role
from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.routes import accounts
from chalicelib.entrypoints.http.routes.accounts import success
from chalicelib.entrypoints.http.schemas.accounts import LoginRequest
from chalicelib.usecases.accounts import sessions


def log_in(call: Call, body: LoginRequest) -> Reply:
    return accounts.log_in_with_strategy(call, body)


def get_auth_config(_: Call) -> Reply:
    """`isFirstUser` is always false: the command line makes the first user."""
    strategy = {
        "strategyType": "basic",
        "strategyId": handoff_views.STRATEGY,
        "label": "Default",
        "hidden": False,
        "loginUrl": "/login/basic/default",
        "registerUrl": "/register/basic/default",
    }
    return success("Auth Config", {"strategies": [strategy], "isFirstUser": False})


def refresh_token(call: Call) -> Reply:
    access = sessions.renew(call.services, call.session)
    token = {"jwt": access.text, "exp": access.life}
    return success("Token refreshed", {"newToken": token})


def log_out(call: Call) -> Reply:
    return accounts.log_out_with_get(call)


def ping(_: Call) -> Reply:
    return success("Pong", {"serverId": "baton"})


def get_profile(call: Call) -> Reply:
    person = call.person
    if not call.headers.get("x-bp-workspace"):
        raise NoWorkspace("Workspace is missing. Set header X-BP-Workspace")
    shown = handoff_views.profile(person, handoff_views.permissions(_highest_role(call)))
    return success("Retrieved profile successfully", shown)


def _highest_role(call: Call) -> Role:
    """A Botpress workspace holds many bots; in Baton, a person has a role for each bot."""
    if call.person.is_owner:
        return Role.OWNER
    directory = call.services.directory
    found = [directory.bot_and_member(bot, call.person.id)[2] for bot in call.bots]
    roles = {member.role for member in found if member}
    order = (Role.ADMIN, Role.SUPERVISOR)
    return next((role for role in order if role in roles), Role.AGENT)
