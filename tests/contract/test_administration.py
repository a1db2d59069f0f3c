"""What admins set up for a bot."""

from dataclasses import replace

from chalicelib.domain.access import Scope
from chalicelib.usecases.records import Bot, Key
from tests.contract.story import BOT
from tests.support.clock import START
from tests.support.engines import Stores

KEY = Key("k1", BOT, "hash", frozenset({Scope.READ}), START + 5000, "Live 🎉", START)

# Keys


def test_a_bots_keys_are_listed_and_no_other_bots(stores: Stores) -> None:
    mine = [KEY, Key("k#2", BOT, "hash")]
    for key in (*mine, replace(KEY, id="k3", bot="other")):
        stores.directory.add_key(key)

    found = sorted(stores.administration.keys(BOT), key=lambda key: key.id)

    assert found == sorted(mine, key=lambda key: key.id)
    assert stores.administration.keys("third") == []


def test_a_key_is_found_by_its_own_bot_alone(stores: Stores) -> None:
    stores.directory.add_key(KEY)

    assert stores.administration.key(BOT, "k1") == KEY
    assert stores.administration.key("other", "k1") is None
    assert stores.administration.key(BOT, "k2") is None


def test_of_a_key_that_is_replaced_the_old_one_ends_and_the_new_one_is_there(
    stores: Stores,
) -> None:
    new = replace(KEY, id="k2", secret_hash="other", expires_at=None)
    stores.directory.add_key(KEY)

    assert stores.administration.replace_key(KEY, START + 1, new) is True

    assert stores.administration.key(BOT, "k1") == replace(KEY, expires_at=START + 1)
    assert stores.directory.bot_and_key(BOT, "k2")[1] == new
    assert len(stores.administration.keys(BOT)) == 2


def test_what_has_been_removed_is_not_replaced(stores: Stores) -> None:
    assert stores.administration.replace_key(KEY, START, replace(KEY, id="k2")) is False

    assert stores.administration.keys(BOT) == []


def test_a_key_that_is_removed_is_gone_from_everywhere(stores: Stores) -> None:
    stores.directory.add_bot(Bot(BOT, "Demo"))
    stores.directory.add_key(KEY)

    assert stores.administration.remove_key("other", "k1") is False
    assert stores.administration.remove_key(BOT, "k1") is True
    assert stores.administration.remove_key(BOT, "k1") is False

    assert stores.directory.bot_and_key(BOT, "k1") == (Bot(BOT, "Demo"), None)
    assert stores.administration.keys(BOT) == []
