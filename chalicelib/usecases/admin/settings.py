"""People see and change the settings of a bot and of its queues."""

from collections.abc import Iterable

from msgspec.structs import replace

from chalicelib.domain import bot_settings
from chalicelib.domain.access import Action, Caller, authorize
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.default_texts import DEFAULT_TEXTS
from chalicelib.domain.errors import InvalidRequest
from chalicelib.domain.routing import queues
from chalicelib.domain.routing.hours import FieldError
from chalicelib.domain.routing.members import unserved as is_unserved
from chalicelib.domain.routing.queues import Queue
from chalicelib.domain.texts import Texts
from chalicelib.usecases.accounts.authenticate import bot_not_found
from chalicelib.usecases.admin import audit
from chalicelib.usecases.records.audit import AuditAction
from chalicelib.usecases.routing import unserved
from chalicelib.usecases.routing.stored_settings import settings_or_default
from chalicelib.usecases.services import Services


def list_queues(services: Services, caller: Caller) -> list[tuple[Queue, bool]]:
    """Each queue, and whether it has a member who could own a conversation."""
    authorize(caller, Action.SEE_QUEUES)
    members = services.directory.roster(caller.bot)
    queues_ = services.directory.queues(caller.bot)
    return [(each, not is_unserved(each.name, members)) for each in queues_]


def put_queue(services: Services, caller: Caller, queue: Queue) -> bool:
    """Returns whether the queue has a member who could own a conversation. Raises InvalidRequest,
    which names each invalid field."""
    authorize(caller, Action.CONFIGURE)
    others = [q for q in services.directory.queues(caller.bot) if q.name != queue.name]
    _refuse_invalid_fields(queues.field_errors(queue, others))
    services.directory.put_queue(caller.bot, queue)
    audit.record(services, caller, AuditAction.QUEUE_SET, queue=queue.name)
    return not is_unserved(queue.name, services.directory.roster(caller.bot))


def remove_queue(services: Services, caller: Caller, name: str) -> None:
    """Conversations that wait in it then wait without a queue. Its members no longer have it."""
    authorize(caller, Action.CONFIGURE)
    services.directory.delete_queue(caller.bot, name)
    for member in services.directory.roster(caller.bot):
        if name in member.queues:
            left = replace(member, queues=member.queues - {name})
            services.administration.update_member(caller.bot, left)
    unserved.free_waiting(services, caller.bot, name)
    audit.record(services, caller, AuditAction.QUEUE_REMOVED, queue=name)


def built_in_texts(caller: Caller) -> Texts:
    """The texts that users see if neither the queue nor the bot has its own."""
    authorize(caller, Action.CONFIGURE)
    return DEFAULT_TEXTS


def get_settings(services: Services, caller: Caller) -> BotSettings:
    authorize(caller, Action.CONFIGURE)
    return settings_or_default(services, caller.bot)


def put_settings(services: Services, caller: Caller, new: BotSettings) -> None:
    """Raises InvalidRequest, which names each invalid field."""
    authorize(caller, Action.CONFIGURE)
    _refuse_invalid_fields(bot_settings.field_errors(new))
    if not services.directory.put_settings(caller.bot, new):
        raise bot_not_found(caller.bot)
    audit.record(services, caller, AuditAction.SETTINGS_SET)


def _refuse_invalid_fields(field_errors: Iterable[FieldError]) -> None:
    errors = [{"field": field, "message": message} for field, message in field_errors]
    if errors:
        first = errors[0]
        raise InvalidRequest(f"{first['field']}: {first['message']}.", errors=errors)
