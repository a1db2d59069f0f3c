"""Demo bots and accounts. They exist only in the stage `local`."""

from dataclasses import dataclass

from msgspec.structs import replace

from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.domain.routing.members import Member
from chalicelib.settings import LOCAL
from chalicelib.usecases.accounts.authenticate import hash_secret
from chalicelib.usecases.records.bots import Bot, BotKey
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.webhooks import Webhook
from chalicelib.usecases.services import Services

SECRET = "onlyforloopback"
WEBHOOK_SECRET = "whsec_b25seS1mb3ItbG9vcGJhY2stb25seS1mb3ItbG9vcGJhY2s="


@dataclass(frozen=True, slots=True)
class SeededAccount:
    """A demo account. Its password is the part of the address before the @, followed by `-demo`."""

    email: str
    name: str
    bot: str | None
    role: Role

    @property
    def password(self) -> str:
        return self.email.partition("@")[0] + "-demo"


ACCOUNTS = (
    SeededAccount("owner@example.test", "Olga", None, Role.OWNER),
    SeededAccount("ana@example.test", "Ana", "demo", Role.AGENT),
    SeededAccount("bo@example.test", "Bo", "demo", Role.AGENT),
    SeededAccount("sam@example.test", "Sam", "demo", Role.SUPERVISOR),
    SeededAccount("eve@example.test", "Eve", "other", Role.AGENT),
)


class NotLocal(Exception):
    """Demo accounts must not be created in a stage that others can reach."""


def seed(services: Services, stage: str, webhook_url: str | None) -> None:
    """Creates the demo bots, keys and accounts. Existing ones keep their settings and passwords;
    only the webhook is replaced.

    Raises NotLocal if the stage is not `local`.
    """
    if stage != LOCAL:
        raise NotLocal(f"Demo accounts exist only in the stage {LOCAL}, not in {stage}.")
    webhook = Webhook(webhook_url, (WEBHOOK_SECRET,)) if webhook_url else None
    for bot in (Bot("demo", "Demo bot", webhook), Bot("other", "Other bot")):
        known = services.directory.bot(bot.id) or bot
        services.directory.put_bot(replace(bot, settings=known.settings))
        services.directory.put_key(BotKey(bot.id, bot.id, hash_secret(SECRET)))
    for account in ACCOUNTS:
        _add(services, account)


def _add(services: Services, account: SeededAccount) -> None:
    who = person_id(account.email)
    if services.directory.person(who) is None:
        hashed = services.passwords.hash(account.password)
        is_owner = account.role is Role.OWNER
        services.directory.put_person(
            Person(who, account.email, account.name, hashed, is_owner=is_owner)
        )
    if account.bot:
        services.directory.put_member(
            account.bot, Member(who, account.name, account.email, account.role)
        )
