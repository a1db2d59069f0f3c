"""The rule for the parameters `SecretsKey` and `OldSecretsKey`: functions must stay able to open
the stored secrets that are sealed with the present key."""

from collections.abc import Mapping

from infra.template.policies import OLD_SECRETS_KEY, SECRETS_KEY


def refusal(before: Mapping[str, str], after: Mapping[str, str]) -> str | None:
    """Returns why the parameters must not change so, or None. `after` has only the parameters that
    the template declares."""
    present = before.get(SECRETS_KEY, "")
    if not present or present in (after.get(SECRETS_KEY), after.get(OLD_SECRETS_KEY)):
        return None
    if SECRETS_KEY not in after:
        return (
            f"This package does not know {SECRETS_KEY}, so it could not sign any webhook nor "
            f"check any code whose secret is sealed with {present}. Unseal the secrets with the "
            f"present release first: deploy {SECRETS_KEY}= with {OLD_SECRETS_KEY}={present}, then "
            "run python -m infra.baton --stage STAGE seal-secrets"
        )
    return (
        f"Stored secrets may be sealed with {present}, and the functions could no longer open "
        f"them. Add: ARGS='--parameter {OLD_SECRETS_KEY}={present}'. Then run seal-secrets "
        "(docs/operations.md#seal-stored-secrets)."
    )
