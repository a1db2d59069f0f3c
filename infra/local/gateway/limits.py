"""What API Gateway allows; times in seconds, sizes in bytes.

Source: "Amazon API Gateway quotas and important notes" of the AWS documentation. Two are ours:
`send_seconds`, how long one socket may refuse to take a message before it is cut off, and
`compress_bytes`, which .chalice/config.json sets.
"""

from dataclasses import dataclass

KB = 1024
MB = 1024 * KB


@dataclass(frozen=True)
class Limits:
    integration_seconds: float = 29.0
    request_bytes: int = 10 * MB
    message_bytes: int = 128 * KB
    frame_bytes: int = 32 * KB
    idle_seconds: float = 10 * 60.0
    life_seconds: float = 2 * 60 * 60.0
    send_seconds: float = 5.0
    compress_bytes: int = KB
