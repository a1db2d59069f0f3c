"""Bodies of the routes of single sign-on."""

from chalicelib.entrypoints.http.schemas.parsing import Strict


class SignOnCodeRequest(Strict):
    """POST /auth/oidc/token"""

    code: str
