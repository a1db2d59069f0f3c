"""The names of the limits in `limits.py`. They have a module of their own because every function
loads the route table, which names them, and only calls need the limits themselves."""

from enum import StrEnum

MOST_SOCKETS = 10
"""Open WebSockets of one person."""


class LimitName(StrEnum):
    __hash__ = str.__hash__  # That of Enum is in Python, and each gate call hashes some names.

    KEY = "key"
    PERSON = "person"
    BOT = "bot"
    USER = "user"
    ADDRESS = "address"
    TYPING = "typing"
    TICKETS = "tickets"
    TRANSCRIPTS = "transcripts"
    SEARCHES = "searches"
    EXPORTS = "exports"
    NOTIFICATIONS = "notifications"
    INVITATIONS = "invitations"
    PASSWORD_LINKS = "password_links"
    PASSWORD_REQUESTS = "password_requests"
    KEYS = "keys"
    UPLOADS = "uploads"
    WEBHOOK_TESTS = "webhook_tests"
