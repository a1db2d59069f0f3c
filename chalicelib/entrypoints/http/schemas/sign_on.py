"""Bodies of the routes of single sign-on."""

import re

from chalicelib.entrypoints.http.schemas.parsing import FieldError, Strict

VERIFIER = r"[A-Za-z0-9._~-]{43,128}"
"""As in PKCE (RFC 7636)."""


class SignOnCodeRequest(Strict):
    """POST /auth/oidc/token"""

    code: str
    verifier: str

    def __post_init__(self) -> None:
        if not re.fullmatch(VERIFIER, self.verifier):
            raise FieldError("verifier", "`verifier` takes 43 to 128 letters, digits and ._~-")
