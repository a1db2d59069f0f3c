"""Seals stored secrets with a KMS key, so that reading the table does not reveal them.

KMS itself encrypts up to 4 KB with AES-256-GCM, so a secret of 50 bytes needs no data key and no
cryptography library. The encryption context binds each secret to its owner: KMS refuses to open
what was copied from another row, and CloudTrail shows the context of each call.
https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
"""

import base64
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases.ports.call_deadline import require_time
from chalicelib.usecases.ports.system import Clock
from chalicelib.usecases.ports.webhooks import Owner

SEALED = "kms1."
"""How a sealed secret begins. The rest is base64 of KMS's ciphertext, which names its key."""
LIFETIME = 5 * 60 * 1000
"""Milliseconds for which an opened secret is remembered, so that not each delivery asks KMS."""
MAX_OPENED = 1000
"""The opened secrets are forgotten before there are more."""


class KmsSecretSealer:
    """`key` is the ARN of a symmetric key. "" seals nothing, and still opens what is sealed."""

    def __init__(self, client_factory: Callable[[], Any], key: str, clock: Clock) -> None:
        self._client_factory = client_factory
        self._key = key
        self._clock = clock
        self._opened: dict[tuple[str, ...], tuple[int, str]] = {}

    def seal(self, owner: Owner, secret: str) -> str:
        if not self._key:
            return secret
        with _translate_errors():
            sealed = self._client.encrypt(
                KeyId=self._key, Plaintext=secret.encode(), EncryptionContext=owner.context
            )
        return SEALED + base64.b64encode(sealed["CiphertextBlob"]).decode()

    def open(self, owner: Owner, stored: str) -> str:
        if not stored.startswith(SEALED):
            return stored
        place = (*owner.context.values(), stored)
        known, now = self._opened.get(place), self._clock.now()
        # A clock that is set back must not keep a secret alive.
        if known and 0 <= now - known[0] < LIFETIME:
            return known[1]
        blob = base64.b64decode(stored.removeprefix(SEALED))
        with _translate_errors():
            opened = self._client.decrypt(CiphertextBlob=blob, EncryptionContext=owner.context)
        secret: str = opened["Plaintext"].decode()
        if len(self._opened) >= MAX_OPENED:
            self._opened.clear()
        self._opened[place] = (now, secret)
        return secret

    @cached_property
    def _client(self) -> Any:
        return self._client_factory()


@contextmanager
def _translate_errors() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError

    require_time()
    try:
        yield
    except (BotoCoreError, ClientError) as error:
        raise TemporarilyUnavailable(
            "The key of the stored secrets did not answer, or refuses its use.", retry_after=1
        ) from error
