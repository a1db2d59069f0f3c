"""The gate pays for nothing that only logging in, or the webhook, needs."""

import subprocess
import sys

import pytest

EDGES = (
    "adapters.aws.sns",
    "adapters.aws.sockets",
    "adapters.aws.sqs",
    "adapters.clock",
    "adapters.security.oidc",
    "adapters.security.passwords",
    "adapters.security.random",
    "adapters.security.tokens",
    "adapters.security.totp",
    "adapters.webhook_http.client",
    "usecases.webhooks.signing",
)
HEAVY = (
    "argon2",
    "boto3",
    "botocore",
    "cryptography",
    "http.client",
    "jwt",
    "pyotp",
    "segno",
    "socket",
    "ssl",
)


@pytest.mark.parametrize("edge", EDGES)
def test_importing_an_edge_loads_no_library_and_needs_no_environment(edge: str) -> None:
    program = f"import sys, chalicelib.{edge}; print(*(set(sys.modules) & set({HEAVY})))"

    ran = subprocess.run(
        [sys.executable, "-c", program], env={}, capture_output=True, text=True, check=True
    )

    assert ran.stdout.split() == []
