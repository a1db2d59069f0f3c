"""The people who log in."""

from msgspec import Struct


class Person(Struct, frozen=True):
    """`password_hash` is empty until the person has accepted an invitation. A higher
    `token_version` ends all sessions that began under a lower one."""

    id: str
    email: str
    name: str
    password_hash: str
    token_version: int = 1
    is_owner: bool = False
    disabled: bool = False
