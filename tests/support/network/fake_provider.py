"""An OpenID Connect provider in memory."""

from urllib.parse import urlencode

from msgspec.structs import replace

from chalicelib.usecases.ports.accounts import SignOnFailed
from chalicelib.usecases.records.people import ProviderIdentity
from chalicelib.usecases.records.sign_on import Flow, VerifiedIdentity


class FakeProvider:
    """Each code is for one attempt, works once, and stands for `who`."""

    issuer = "https://login.example.test"

    def __init__(self) -> None:
        self.who = VerifiedIdentity(
            ProviderIdentity(self.issuer, "1"), "ana@example.test", True, "Ana", {}
        )
        self.is_away = False
        self._flows: dict[str, Flow] = {}

    def authorization_url(self, flow: Flow) -> str:
        if self.is_away:
            raise SignOnFailed("login.example.test: timed out")
        self._flows[f"code-{len(self._flows)}"] = flow
        query = {"state": flow.state, "nonce": flow.nonce}
        return f"{self.issuer}/authorize?{urlencode(query)}"

    def identity(self, flow: Flow, code: str) -> VerifiedIdentity:
        if self._flows.pop(code, None) != flow:
            raise SignOnFailed("invalid_grant")
        return self.who

    def is_(self, **changed: object) -> None:
        self.who = replace(self.who, **changed)

    @property
    def code(self) -> str:
        """The code of the last attempt."""
        return list(self._flows)[-1]
