"""The rules for new passwords (NIST SP 800-63B, 5.1.1.2): any text that is long enough, unless it
is one that attackers try first."""

import unicodedata

from chalicelib.domain.errors import invalid_field
from chalicelib.usecases.ports.accounts import Passwords
from chalicelib.usecases.records.people import Person


def check(passwords: Passwords, person: Person, new: str, field: str) -> None:
    """Raises InvalidRequest, which names the `field` of the request, for a common password and for
    the person's own e-mail address or name."""
    chosen = _folded(new)
    own = {_folded(person.email), _folded(person.email.partition("@")[0]), _folded(person.name)}
    if chosen in own:
        raise invalid_field(field, "A password must not be your e-mail address or your name.")
    if passwords.is_common(chosen):
        raise invalid_field(field, "This password is one of the most common ones: choose another.")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold().strip()
