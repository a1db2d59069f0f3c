"""An OpenID Connect provider: authorization code with PKCE (OpenID Connect Core 1.0, RFC 7636).

Only servers that the operator's issuer names are called: over https, except on this machine, and
without following redirects. No answer is read beyond `MOST_BYTES`.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urlencode, urlsplit

from chalicelib.usecases.ports.accounts import SignOnFailed
from chalicelib.usecases.records.people import ProviderIdentity
from chalicelib.usecases.records.sign_on import Flow, VerifiedIdentity

if TYPE_CHECKING:
    from jwt import PyJWKClient

SCOPE = "openid email profile"
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""No symmetric ones: with those, the client's secret could sign."""
TIMEOUT_S = 5
CLOCKS_DIFFER_S = 60
MOST_BYTES = 256 * 1024
LOOPBACK = ("127.0.0.1", "localhost")
LONGEST_SUBJECT = 255
"""Characters (OpenID Connect Core 1.0, section 2)."""
ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class OidcProvider:
    """Its description and its keys are read once and kept; an unknown key is looked up again."""

    def __init__(
        self,
        issuer: str,
        client_id: str,
        client_secret: str,
        redirect_uri: str,
        *,
        allow_loopback: bool,
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._allow_loopback = allow_loopback

    def authorization_url(self, flow: Flow) -> str:
        digest = hashlib.sha256(flow.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": SCOPE,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        endpoint: str = self._described["authorization_endpoint"]
        return endpoint + ("&" if "?" in endpoint else "?") + urlencode(query)

    def identity(self, flow: Flow, code: str) -> VerifiedIdentity:
        answer = self._exchange(flow, code)
        claims = self._verified(str(answer.get("id_token", "")), flow.nonce)
        if "email" not in claims:
            claims = {**self._claims_of_user(str(answer.get("access_token", "")), claims), **claims}
        subject = _text(claims, "sub")
        if not 0 < len(subject) <= LONGEST_SUBJECT:
            raise SignOnFailed("The identity token names no subject.")
        return VerifiedIdentity(
            identity=ProviderIdentity(self.issuer, subject),
            email=_text(claims, "email"),
            email_verified=claims.get("email_verified") is True,
            name=_text(claims, "name"),
            claims=claims,
        )

    @cached_property
    def _described(self) -> Mapping[str, Any]:
        found = self._json(self.issuer.rstrip("/") + "/.well-known/openid-configuration")
        if found.get("issuer") != self.issuer:
            raise SignOnFailed("The provider's description names another issuer.")
        if missing := [name for name in ENDPOINTS if not isinstance(found.get(name), str)]:
            raise SignOnFailed(f"The provider's description lacks {', '.join(missing)}.")
        self._require_safe(found["authorization_endpoint"])
        return found

    @cached_property
    def _keys(self) -> "PyJWKClient":
        from jwt import PyJWKClient

        uri = self._described["jwks_uri"]
        self._require_safe(uri)
        return PyJWKClient(uri, timeout=TIMEOUT_S)

    def _exchange(self, flow: Flow, code: str) -> Mapping[str, Any]:
        body = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": flow.verifier,
        }
        known = self._described.get("token_endpoint_auth_methods_supported")
        headers = {}
        if known is None or "client_secret_basic" in known:
            pair = f"{quote(self._client_id, safe='')}:{quote(self._client_secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            body |= {"client_id": self._client_id, "client_secret": self._client_secret}
        return self._json(self._described["token_endpoint"], headers, urlencode(body).encode())

    def _verified(self, token: str, nonce: str) -> dict[str, Any]:
        import jwt

        try:
            key = self._keys.get_signing_key_from_jwt(token)
            claims: dict[str, Any] = jwt.decode(
                token,
                key,
                algorithms=[*ALGORITHMS],
                audience=self._client_id,
                issuer=self.issuer,
                leeway=CLOCKS_DIFFER_S,
                options={"require": ["iss", "sub", "aud", "exp", "iat"]},
            )
        except jwt.PyJWTError as error:
            raise SignOnFailed(f"The identity token is not valid: {error}") from error
        if claims.get("nonce") != nonce:
            raise SignOnFailed("The identity token belongs to another attempt.")
        if claims.get("azp", self._client_id) != self._client_id:
            raise SignOnFailed("The identity token was issued to another client.")
        return claims

    def _claims_of_user(self, token: str, claims: Mapping[str, Any]) -> Mapping[str, Any]:
        endpoint = self._described.get("userinfo_endpoint")
        if not isinstance(endpoint, str):
            return {}
        found = self._json(endpoint, {"Authorization": f"Bearer {token}"})
        if found.get("sub") != claims["sub"]:
            raise SignOnFailed("The provider describes another person.")
        return found

    def _json(
        self, url: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Mapping[str, Any]:
        from http.client import HTTPException
        from urllib.request import HTTPRedirectHandler, Request, build_opener

        class Stay(HTTPRedirectHandler):
            def redirect_request(self, *_: object) -> None:
                """A redirect is then an error."""

        self._require_safe(url)
        request = Request(url, body, {"Accept": "application/json", **(headers or {})})
        try:
            with build_opener(Stay).open(request, timeout=TIMEOUT_S) as answer:
                found = json.loads(answer.read(MOST_BYTES))
        except (OSError, HTTPException, ValueError, RecursionError) as error:
            raise SignOnFailed(f"{urlsplit(url).hostname}: {error}") from error
        if not isinstance(found, dict):
            raise SignOnFailed(f"{urlsplit(url).hostname} did not answer with an object.")
        return found

    def _require_safe(self, url: str) -> None:
        parts = urlsplit(url)
        is_loopback = self._allow_loopback and parts.hostname in LOOPBACK
        if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback):
            raise SignOnFailed(f"The provider names an address without https: {parts.hostname}.")


def _text(claims: Mapping[str, Any], name: str) -> str:
    value = claims.get(name)
    return value if isinstance(value, str) else ""
