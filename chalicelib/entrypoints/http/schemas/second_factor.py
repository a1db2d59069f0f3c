"""Bodies of the routes of the second factor."""

from chalicelib.entrypoints.http.schemas.parsing import FieldError, Strict

MAX_CODE = 64
"""Characters, spaces and hyphens included."""


class CodeLoginRequest(Strict):
    """POST /auth/login/totp"""

    challenge: str
    code: str

    def __post_init__(self) -> None:
        require_code(self.code)


class EnrolmentRequest(Strict):
    """POST /auth/totp"""

    password: str | None = None


class CodeRequest(Strict):
    """POST /auth/totp/confirm"""

    code: str

    def __post_init__(self) -> None:
        require_code(self.code)


class RemovalRequest(Strict):
    """DELETE /auth/totp"""

    password: str | None = None
    code: str | None = None

    def __post_init__(self) -> None:
        if (self.password is None) == (self.code is None):
            raise FieldError("code", "Send either `password` or `code`.")
        if self.code is not None:
            require_code(self.code)


def require_code(value: str) -> None:
    """Raises FieldError."""
    if not 0 < len(value) <= MAX_CODE:
        raise FieldError("code", f"`code` takes 1 to {MAX_CODE} characters")
