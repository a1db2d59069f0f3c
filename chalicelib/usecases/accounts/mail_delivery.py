"""Sends the mails that `mail_requests.py` has asked for.

A mail has no other link than the one into our own console: names that people have chosen lose the
characters that make a mail program show a link.
"""

import html
import logging
import re
from collections.abc import Mapping

from chalicelib.usecases.accounts import reset_links
from chalicelib.usecases.accounts.mail_texts import BUTTONS, TEXTS
from chalicelib.usecases.ports.people import MailRefused
from chalicelib.usecases.records.mail import Mail, MailKind, MailLanguage, MailRequest
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services

log = logging.getLogger("baton")

DAY_MS = 24 * 60 * 60 * 1000
LINKS = {MailKind.INVITED: 7 * DAY_MS, MailKind.RESET_REQUESTED: reset_links.LIFE_MS}
"""The kinds of mails that have a link, and the milliseconds for which it is good."""
LINKED = re.compile(r"[^\w '’-]+")
RIGHT_TO_LEFT = frozenset({MailLanguage.ARABIC})
PAGE = """<!doctype html>
<html lang="{language}" dir="{direction}">
<head><meta charset="utf-8"><title>{subject}</title></head>
<body style="font-family:sans-serif;font-size:16px;line-height:1.5;max-width:36em;margin:1.5em">
<h1 style="font-size:20px">{subject}</h1>
{body}
</body></html>
"""
BUTTON = (
    '<p><a href="{link}" style="display:inline-block;padding:10px 16px;border-radius:6px;'
    'background:#1f4fd8;color:#fff;text-decoration:none">{label}</a></p>\n'
    '<p dir="ltr" style="font-size:13px">{link}</p>'
)


def deliver(services: Services, request: MailRequest) -> None:
    """Does nothing if there is no such account, or if it is disabled. Logs a mail that the mail
    service refuses. Raises TemporarilyUnavailable.

    Links are made here, so that no queue holds one. A mail that is sent twice has two links, of
    which the first use ends both.
    """
    person = services.directory.person(request.person, fresh=True)
    if person is None or person.disabled or not services.sends_mail:
        return
    try:
        services.mailer.send(compose(request, person, _link(services, request, person)))
    except MailRefused:
        log.exception("mail refused", extra={"kind": request.kind, "person": person.id})


def compose(request: MailRequest, person: Person, link: str | None) -> Mail:
    subject, paragraphs = TEXTS[request.kind][request.language]
    names = {name: unlinked(value) for name, value in request.facts.items()}
    filled = [paragraph.format_map(names) for paragraph in paragraphs]
    label = BUTTONS[request.language]
    return Mail(
        person.email,
        subject,
        _plain([*filled[:-1], *([f"{label}:\n{link}"] if link else []), filled[-1]]),
        _page(request.language, subject, filled, {"label": label, "link": link} if link else None),
    )


def unlinked(name: str) -> str:
    """The name without what makes a mail program show a link, such as dots, slashes and `@`."""
    return " ".join(LINKED.sub(" ", name).split())


def _link(services: Services, request: MailRequest, person: Person) -> str | None:
    life = LINKS.get(request.kind)
    if life is None:
        return None
    token = reset_links.create(services, person, life).token
    return f"{services.console_url}#reset={token}"


def _plain(paragraphs: list[str]) -> str:
    return "\n\n".join(paragraphs) + "\n"


def _page(
    language: MailLanguage,
    subject: str,
    paragraphs: list[str],
    button: Mapping[str, str] | None,
) -> str:
    shown = [f"<p>{html.escape(paragraph)}</p>" for paragraph in paragraphs]
    if button:
        escaped = {name: html.escape(value) for name, value in button.items()}
        shown.insert(-1, BUTTON.format_map(escaped))
    return PAGE.format(
        language=language,
        direction="rtl" if language in RIGHT_TO_LEFT else "ltr",
        subject=html.escape(subject),
        body="\n".join(shown),
    )
