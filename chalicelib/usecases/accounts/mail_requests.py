"""Asks for mails, which `mail_delivery.py` sends after the call."""

import logging

from chalicelib.domain.errors import TemporarilyUnavailable
from chalicelib.usecases import origin
from chalicelib.usecases.records.mail import MailKind, MailLanguage, MailRequest
from chalicelib.usecases.services import Services

log = logging.getLogger("baton")

LANGUAGES = {each.value: each for each in MailLanguage}


def request(services: Services, kind: MailKind, person: str, **facts: str) -> None:
    """Only for an installation that sends mail. Raises TemporarilyUnavailable."""
    services.mail_queue.enqueue(MailRequest(kind, person, preferred_language(), facts))


def notify(services: Services, kind: MailKind, person: str) -> None:
    """Tells the person what has just happened to their account. An error is logged, because the
    change has taken place. Does nothing in an installation that sends no mail."""
    if not services.sends_mail:
        return
    try:
        request(services, kind, person)
    except TemporarilyUnavailable:
        log.exception("mail not queued", extra={"kind": kind, "person": person})


def preferred_language() -> MailLanguage:
    """The first language of the caller's `Accept-Language` in which mails are written."""
    for wanted in origin.accepted_languages().split(","):
        tag, _, weight = wanted.partition(";")
        known = LANGUAGES.get(tag.strip().partition("-")[0].lower())
        if known and weight.replace(" ", "") not in ("q=0", "q=0.0"):
            return known
    return MailLanguage.ENGLISH
