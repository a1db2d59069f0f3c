"""Routes of single sign-on. A browser opens two of them, so their errors lead back to the
console."""

import logging

from chalicelib.entrypoints.http.framework import Call, Reply
from chalicelib.entrypoints.http.routes.accounts import success, tokens_of
from chalicelib.entrypoints.http.schemas.sign_on import SignOnCodeRequest
from chalicelib.usecases.accounts import single_sign_on
from chalicelib.usecases.accounts.single_sign_on import ATTEMPT_LIFE_MS, NoAccount, OtherIdentity
from chalicelib.usecases.ports.accounts import SignOnFailed

COOKIE = "baton_sign_on"
CONSOLE = "../../../../console/index.html"
"""From the route's path. It is relative, because a proxy in front of API Gateway may not show the
stage."""
FAILED, NO_ACCOUNT, OTHER_IDENTITY = "sign_on_failed", "no_account", "other_identity"
"""The console has a text for each."""
log = logging.getLogger("baton.sign_on")


def get_sign_on(call: Call) -> Reply:
    rules = call.services.sign_on_rules
    return Reply({"label": rules.label if rules else None})


def start_sign_on(call: Call) -> Reply:
    try:
        address, cookie = single_sign_on.begin(call.services, call.query.get("challenge", ""))
    except SignOnFailed as error:
        return _back(call, FAILED, error)
    return _redirect(address, _cookie(call, cookie, ATTEMPT_LIFE_MS // 1000))


def finish_sign_on(call: Call) -> Reply:
    given = call.query
    try:
        if "code" not in given:
            raise SignOnFailed(f"The provider refused: {given.get('error', 'no code')[:64]}.")
        code = single_sign_on.finish(
            call.services, _sent(call), given.get("state", ""), given["code"], given.get("iss")
        )
    except NoAccount as error:
        return _back(call, NO_ACCOUNT, error)
    except OtherIdentity as error:
        return _back(call, OTHER_IDENTITY, error)
    except SignOnFailed as error:
        return _back(call, FAILED, error)
    return _redirect(f"{CONSOLE}#sign-on={code}")


def log_in_with_sign_on(call: Call, body: SignOnCodeRequest) -> Reply:
    session = single_sign_on.exchange(
        call.services, _sent(call), body.code, body.verifier, call.device
    )
    reply = success("Login successful", tokens_of(session))
    return Reply(reply.body, reply.status, {"Set-Cookie": _cookie(call, "", 0)})


def _back(call: Call, code: str, error: Exception) -> Reply:
    log.warning("sign-on refused", extra={"reason": str(error)[:256]})
    call.line["code"] = code
    return _redirect(f"{CONSOLE}#sign-on-error={code}", _cookie(call, "", 0))


def _redirect(address: str, cookie: str | None = None) -> Reply:
    headers = {"Location": address, "Referrer-Policy": "no-referrer"}
    return Reply(None, 303, headers | ({"Set-Cookie": cookie} if cookie else {}))


def _cookie(call: Call, value: str, seconds: int) -> str:
    """`Lax`: the provider sends the browser back from its own site."""
    secure = " Secure;" if _has_tls(call) else ""
    return f"{_name(call)}={value}; Path=/; Max-Age={seconds}; HttpOnly;{secure} SameSite=Lax"


def _name(call: Call) -> str:
    """With the prefix, browsers take the cookie from this host and over TLS only (RFC 6265bis)."""
    return f"__Host-{COOKIE}" if _has_tls(call) else COOKIE


def _has_tls(call: Call) -> bool:
    return not call.services.socket_url.startswith("ws://")


def _sent(call: Call) -> str:
    """The cookie, or an empty text, which no attempt accepts."""
    pairs = (part.strip().partition("=") for part in call.headers.get("cookie", "").split(";"))
    return next((value for name, _, value in pairs if name == _name(call)), "")
