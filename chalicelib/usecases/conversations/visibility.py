"""Which conversations a caller may see."""

from chalicelib.domain.access import Caller, may_see_conversation
from chalicelib.domain.bot_settings import AfterReturn
from chalicelib.domain.conversation.head import Head
from chalicelib.domain.errors import NotFound
from chalicelib.usecases.services import Services


def visible(services: Services, caller: Caller, head: Head) -> bool:
    """Reads the bot's settings only if an agent of another queue looks at a conversation that is
    with the bot."""
    if head.paused:
        return may_see_conversation(caller, queue=head.queue, agent=head.owner_id)
    if may_see_conversation(caller, queue=head.last_queue, agent=head.last_agent):
        return True
    bot = services.directory.bot(caller.bot)
    return bot is not None and bot.settings.after_return is AfterReturn.EVERYBODY


def find_visible(services: Services, caller: Caller, conversation_id: str) -> Head:
    """Authorises no action. Raises NotFound also if the caller may not see the conversation."""
    found = services.conversations.head(caller.bot, conversation_id)
    if found is None or not visible(services, caller, found):
        raise no_conversation(caller.bot, conversation_id)
    return found


def no_conversation(bot: str, conversation_id: str) -> NotFound:
    return NotFound(f"The bot {bot} has no conversation {conversation_id}.")
