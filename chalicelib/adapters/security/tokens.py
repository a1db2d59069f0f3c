"""People's tokens: JWTs signed with HS256, all with the same header and audience.

Rule: the signature is checked before the content is read, and every claim is compared exactly.
PyJWT checks only the signature; the claims are checked here, by Baton's own clock.
"""

import base64
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from chalicelib.domain.errors import Unauthenticated
from chalicelib.usecases.ports.system import Clock

ALGORITHM = "HS256"
AUDIENCE = "baton"
MAX_LENGTH = 4096
"""Characters."""
MIN_SECRET_LENGTH = 32
MIN_DIFFERENT_CHARACTERS = 8
"""The number of different characters that a secret needs: a repeated word or digit is guessable."""
PLACEHOLDERS = (
    "changeme",
    "changethis",
    "example",
    "insecure",
    "jwtsecret",
    "notasecret",
    "password",
    "placeholder",
    "replaceme",
    "replacethis",
    "secretkey",
    "supersecret",
    "yourbitsecret",
    "yoursecret",
)
HEADER = base64.urlsafe_b64encode(b'{"alg":"HS256","typ":"JWT"}').decode()
"""The only header that is written and accepted. So no token can choose an algorithm, or bring
`crit`, `kid` or `jku`."""
SHAPE = re.compile(HEADER + r"\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{43}")


class JwtTokens:
    """`exp` and `iat` are in whole seconds since 1970 (UTC), as JWT has them."""

    def __init__(self, secrets: tuple[str, ...], issuer: str, clock: Clock) -> None:
        """The first secret signs, all of them verify. Raises ValueError for a weak secret."""
        for secret in secrets:
            _refuse_weak(secret)
        self._secrets = secrets
        self._issuer = issuer
        self._clock = clock

    def issue(self, claims: Mapping[str, object]) -> str:
        """`claims` must hold `sub`, `typ`, `tv`, `jti` and `exp`; the others are added. Raises
        ValueError if `verify` would refuse the token."""
        import jwt

        now = self._clock.now() // 1000
        full = {"iat": now, **claims, "iss": self._issuer, "aud": AUDIENCE}
        if not self._is_whole(full, full.get("typ")):
            raise ValueError("A token needs the claims sub, typ, tv, jti and exp.")
        return jwt.encode(full, self._secrets[0], algorithm=ALGORITHM)

    def verify(self, token: str, typ: str) -> Mapping[str, object]:
        claims = self._verified(token)
        now = self._clock.now() // 1000
        # `iat` may be in the future: a clock that is set back must not log everybody out.
        if not self._is_whole(claims, typ):
            raise _invalid()
        if claims["exp"] <= now:
            raise Unauthenticated("The token has expired.")
        return claims

    def _verified(self, token: str) -> dict[str, Any]:
        if len(token) > MAX_LENGTH or not SHAPE.fullmatch(token):
            raise _invalid()
        payload = self._signed_payload(token)
        try:
            claims = json.loads(payload, object_pairs_hook=_without_repeats)
        except (ValueError, RecursionError) as error:
            raise _invalid() from error
        return claims if isinstance(claims, dict) else {}

    def _signed_payload(self, token: str) -> bytes:
        from jwt import PyJWS, PyJWTError

        for secret in self._secrets:
            with suppress(PyJWTError, ValueError, RecursionError):
                payload: bytes = PyJWS().decode(token, secret, algorithms=[ALGORITHM])
                return payload
        raise _invalid()

    def _is_whole(self, claims: Mapping[str, object], typ: object) -> bool:
        wanted = {"iss": self._issuer, "aud": AUDIENCE, "typ": typ}
        return (
            all(claims.get(name) == value for name, value in wanted.items())
            and all(_is_text(claims.get(name)) for name in ("typ", "sub", "jti"))
            and all(type(claims.get(name)) is int for name in ("tv", "iat", "exp"))
            and "nbf" not in claims  # Baton never issues it and does not check it.
        )


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    claims = dict(pairs)
    if len(claims) < len(pairs):
        raise ValueError("A claim is given twice.")
    return claims


def _invalid() -> Unauthenticated:
    return Unauthenticated("The token is not valid.")


def _refuse_weak(secret: str) -> None:
    letters = re.sub(r"[^a-z]", "", secret.lower())
    if len(secret) < MIN_SECRET_LENGTH:
        raise ValueError(f"The secret of the tokens needs at least {MIN_SECRET_LENGTH} characters.")
    if len(set(secret)) < MIN_DIFFERENT_CHARACTERS or any(word in letters for word in PLACEHOLDERS):
        raise ValueError("The secret of the tokens is a placeholder: set a random one.")
