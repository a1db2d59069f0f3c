"""Password resets: a link with which a person sets a new password without the current one.

A link is good for one hour and one use. It ends all sessions and leaves the second factor as it is,
so the person logs in afterwards.
"""

from chalicelib.domain.address import person_id
from chalicelib.domain.errors import Conflict, NotFound, Unauthenticated
from chalicelib.domain.limit_names import LimitName
from chalicelib.usecases.accounts import account_limit, mail_requests, reset_links, sessions
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.admin import audit
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.records.mail import MailKind
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.services import Services


def start(services: Services, owner: Person, who: str) -> reset_links.ResetLink:
    """For the owner, who hands the link on; a mail tells the person. Raises NotFound, and Conflict
    for the own account: otherwise a stolen session could replace the owner's password."""
    if who == owner.id:
        raise Conflict("Change your own password with the current one.")
    person = services.directory.person(who, fresh=True)
    if person is None:
        raise NotFound(f"There is no person {who}.")
    link = reset_links.create(services, person)
    audit.record_account(services, who, AuditAction.RESET_STARTED, by=owner.id)
    mail_requests.notify(services, MailKind.RESET_STARTED, who)
    return link


def forgotten(services: Services, email: str) -> bool:
    """Asks for a mail with a link, for an account that may not exist. Returns False if this
    installation sends no mail.

    The call does the same for each address, so it does not tell which accounts exist. Raises
    RateLimited, also the same for each address, and TemporarilyUnavailable.
    """
    account = person_id(email)
    services.rate_limits.take(LimitName.PASSWORD_LINKS, account)
    audit.record_account(services, account, AuditAction.RESET_REQUESTED)
    if services.sends_mail:
        mail_requests.request(services, MailKind.RESET_REQUESTED, account)
    return services.sends_mail


def reset(services: Services, token: str, password: str) -> None:
    """Sets the password. The link came by mail or from the owner, so the address counts as proved.

    Raises Unauthenticated if the link is unknown, used or expired, or if the person is disabled;
    InvalidRequest for a password that is easy to guess, which leaves the link as it is.
    """
    found = services.password_resets.get(hash_secret(token))
    person = services.directory.person(found.person, fresh=True) if found else None
    if not (found and person) or person.disabled or person.token_version != found.token_version:
        raise Unauthenticated("This link is not valid: it was used before, or is too old.")
    sessions.replace_password(services, person, password)
    services.people.prove_address(person.id)
    account_limit.end(services, person.id)
    services.directory.invalidate_cache()
    audit.record_account(services, person.id, AuditAction.PASSWORD_RESET)
    if person.password_hash:
        mail_requests.notify(services, MailKind.PASSWORD_RESET, person.id)
