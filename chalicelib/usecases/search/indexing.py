"""The reaction that adds an entry to the index of words."""

from chalicelib.usecases.records.stream import CommittedEntry
from chalicelib.usecases.services import Services


def index_entry(services: Services, committed: CommittedEntry) -> None:
    """Does nothing if the bot's setting `search_messages` is off, if the entry is too old, as an
    imported one may be, and if it has been erased or deleted since: then nobody would delete its
    words any more.

    The sweep deletes what is erased only when the reactions to it have ended, so an erasure in
    between misses nothing. Raises TemporarilyUnavailable.
    """
    from chalicelib.domain.conversation.erasure import is_hidden
    from chalicelib.domain.search.matching import WordPlace
    from chalicelib.domain.search.words import LIFE, index_words
    from chalicelib.usecases.ports.conversations import Query

    if committed.entry.at + LIFE <= services.clock.now():
        return
    words = index_words(committed.entry.content)
    if not words or not _is_wanted(services, committed):
        return
    conversation_id, seq = committed.conversation_id, committed.entry.seq
    # `suggestion` reads any entry, in the same round trip as the head.
    stored = services.conversations.load(Query(committed.bot, conversation_id, suggestion=seq))
    if stored.head and stored.suggestion and not is_hidden(stored.head, seq):
        place = WordPlace(committed.entry.at, conversation_id, seq)
        services.word_index.add(committed.bot, place, words)


def _is_wanted(services: Services, committed: CommittedEntry) -> bool:
    """An import stores the bot after its conversations, so a bot that is not there yet is going to
    be: its index would otherwise lack them for good."""
    bot = services.directory.bot(committed.bot)
    return committed.entry.is_imported if bot is None else bot.settings.search_messages
