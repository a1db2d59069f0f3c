"""The limits of API Gateway; times in seconds, sizes in bytes.

Source: "Amazon API Gateway quotas and important notes" in the AWS documentation. Two are our own:
`send_seconds` is how long a client may not read before its connection is closed; `compress_bytes`
is the compression size that .chalice/config.json sets.
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
    compress_bytes: int = 256
