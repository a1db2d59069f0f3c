"""Bodies of the routes of accounts."""

from chalicelib.domain.routing.members import PresenceStatus
from chalicelib.entrypoints.http.schemas.limits import NAME
from chalicelib.entrypoints.http.schemas.parsing import FieldError, Strict, words
from chalicelib.entrypoints.http.schemas.second_factor import require_code

PASSWORD = range(10, 257)
"""Characters. Further rules are in `usecases/accounts/password_rules.py`."""


class LoginRequest(Strict):
    """POST /auth/login"""

    email: str
    password: str
    code: str | None = None

    def __post_init__(self) -> None:
        if self.code is not None:
            require_code(self.code)


class RefreshRequest(Strict):
    """POST /auth/refresh"""

    refresh: str


class InvitationRequest(Strict):
    """POST /auth/invitation"""

    invitation: str
    password: str

    def __post_init__(self) -> None:
        require_password("password", self.password)


class PasswordResetRequest(Strict):
    """POST /auth/password/reset"""

    token: str
    password: str

    def __post_init__(self) -> None:
        require_password("password", self.password)


class ForgottenPasswordRequest(Strict):
    """POST /auth/password/forgotten"""

    email: str


class PasswordRequest(Strict):
    """POST /auth/password"""

    current: str
    new: str

    def __post_init__(self) -> None:
        require_password("new", self.new)


class ProfileRequest(Strict):
    """PUT /auth/me"""

    name: str

    def __post_init__(self) -> None:
        self.name = words("name", self.name.strip(), NAME)


class StatusRequest(Strict):
    """PUT /agents/me/status and PUT /bots/{bot}/agents/{id}/status"""

    status: PresenceStatus


def require_password(name: str, value: str) -> None:
    """Raises FieldError."""
    if len(value) not in PASSWORD:
        raise FieldError(name, f"`{name}` takes {PASSWORD.start} to {PASSWORD.stop - 1} characters")
