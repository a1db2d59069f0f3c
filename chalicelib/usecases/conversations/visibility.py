"""Which conversations a caller may see."""

from chalicelib.domain.access import Caller, may_see_conversation
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import NotFound
from chalicelib.usecases.services import Services


def visible(caller: Caller, head: Head) -> bool:
    return may_see_conversation(caller, paused=head.paused, queue=head.queue, owner=head.owner_id)


def find_visible(services: Services, caller: Caller, conversation_id: str) -> Head:
    """Authorises no action. Raises NotFound also if the caller may not see the conversation."""
    found = services.conversations.head(caller.bot, conversation_id)
    if found is None or not visible(caller, found):
        raise no_conversation(caller.bot, conversation_id)
    return found


def no_conversation(bot: str, conversation_id: str) -> NotFound:
    return NotFound(f"The bot {bot} has no conversation {conversation_id}.")
