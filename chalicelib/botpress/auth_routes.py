"""Logging in and out at the paths of Botpress' administration, in its envelopes.

`/api/v1/auth/login` and its later form are among the accounts' own routes: they are ours as well.
"""

from chalicelib.botpress import handoff_views as view
from chalicelib.botpress.responses import NoWorkspace, module_error, success
from chalicelib.domain.access import Role
from chalicelib.entrypoints.http.framework import Call, Reply, Routes
from chalicelib.entrypoints.http.routes import accounts
from chalicelib.usecases.accounts import sessions

AUTH = "/api/v1/auth"
ADMIN = "/api/v1/admin"
LATER = "/api/v2/admin"
routes = Routes(__name__, module_error("admin"))


@routes.on("POST", ADMIN + "/auth/login/basic/{strategy}")
@routes.on("POST", LATER + "/auth/login/basic/{strategy}")
@routes.on("POST", ADMIN + "/auth/login")
def login(call: Call) -> Reply:
    return accounts.login(call)


@routes.on("GET", AUTH + "/config")
@routes.on("GET", ADMIN + "/auth/config")
@routes.on("GET", LATER + "/auth/config")
def config(_: Call) -> Reply:
    """The first user is made on the command line, never here."""
    strategy = {
        "strategyType": "basic",
        "strategyId": view.STRATEGY,
        "label": "Default",
        "hidden": False,
        "loginUrl": "/login/basic/default",
        "registerUrl": "/register/basic/default",
    }
    return success("Auth Config", {"strategies": [strategy], "isFirstUser": False})


@routes.on("GET", AUTH + "/refresh")
@routes.on("GET", ADMIN + "/auth/refresh")
@routes.on("GET", LATER + "/auth/refresh")
def refresh(call: Call) -> Reply:
    session = sessions.renew(call.services, call.person)
    token = {"jwt": session.access, "exp": session.access_life}
    return success("Token refreshed", {"newToken": token})


@routes.on("GET", ADMIN + "/auth/logout")
@routes.on("GET", LATER + "/auth/logout")
def logout(call: Call) -> Reply:
    sessions.logout(call.services, call.person)
    return success("Logged out", {})


@routes.on("GET", ADMIN + "/ping")
def ping(call: Call) -> Reply:
    _ = call.person
    return success("Pong", {"serverId": "baton"})


@routes.on("GET", ADMIN + "/user/profile")
def profile(call: Call) -> Reply:
    person = call.person
    if not call.headers.get("x-bp-workspace"):
        raise NoWorkspace("Workspace is missing. Set header X-BP-Workspace")
    shown = view.profile(person, view.permissions(_highest_role(call)))
    return success("Retrieved profile successfully", shown)


def _highest_role(call: Call) -> Role:
    """A workspace of Botpress has many bots; here a person may have another role with each."""
    if call.person.is_owner:
        return Role.OWNER
    directory = call.services.directory
    found = [directory.bot_and_member(bot, call.person.id)[2] for bot in call.bots]
    roles = {member.role for member in found if member}
    order = (Role.ADMIN, Role.SUPERVISOR)
    return next((role for role in order if role in roles), Role.AGENT)
