"""Single sign-on with OpenID Connect: what the operator has set, and what a provider says."""

from collections.abc import Mapping

from msgspec import Struct

from chalicelib.usecases.records.people import ProviderIdentity


class SignOnRules(Struct, frozen=True):
    """`label` is the provider's name on the console's button. Only addresses of `domains` may log
    in; without an account, only if `creates_accounts`. Each value of the claim `claim` that
    `memberships` names makes the person a member of these bots, with these
    roles: agent, supervisor, admin."""

    label: str
    domains: frozenset[str]
    creates_accounts: bool = False
    claim: str = ""
    memberships: Mapping[str, Mapping[str, str]] = {}


class Flow(Struct, frozen=True):
    """One attempt to sign in. `state` binds the answer to the browser that began, `nonce` the token
    to the attempt, and `verifier` the code to us (PKCE, RFC 7636)."""

    state: str
    nonce: str
    verifier: str


class VerifiedIdentity(Struct, frozen=True):
    """The claims that the provider has signed, or has answered over TLS."""

    identity: ProviderIdentity
    email: str
    email_verified: bool
    name: str
    claims: Mapping[str, object]
