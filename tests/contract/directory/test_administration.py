"""Keys, webhooks and replies of a bot."""

from functools import partial
from itertools import pairwise

from msgspec.structs import replace

from chalicelib.domain.access import Role, Scope
from chalicelib.domain.bot_settings import BotSettings
from chalicelib.domain.conversation.commands import PauseAndClaim, Release
from chalicelib.domain.routing.members import Member
from chalicelib.domain.search.saved_views import SavedView
from chalicelib.usecases.records.answers import IdempotencyKey
from chalicelib.usecases.records.bots import Bot, BotKey, CannedReply
from chalicelib.usecases.records.notifications import Notification
from chalicelib.usecases.records.people import Person
from chalicelib.usecases.records.webhooks import RetiringSecret, Webhook
from tests.contract.store_setup import ADDRESS, ANA, BOT, act, at_once, member, other
from tests.support.clock import START
from tests.support.engines import Stores

KEY = BotKey("k1", BOT, "hash", frozenset({Scope.READ}), START + 5000, "Live 🎉", START)

# Keys


def test_a_bots_keys_are_listed_and_no_other_bots(stores: Stores) -> None:
    mine = [KEY, BotKey("k#2", BOT, "hash")]
    for key in (*mine, replace(KEY, id="k3", bot="other")):
        stores.directory.put_key(key)

    found = sorted(stores.administration.keys(BOT), key=lambda key: key.id)

    assert found == sorted(mine, key=lambda key: key.id)
    assert stores.administration.keys("third") == []


def test_a_key_is_found_by_its_own_bot_alone(stores: Stores) -> None:
    stores.directory.put_key(KEY)

    assert stores.administration.key(BOT, "k1") == KEY
    assert stores.administration.key("other", "k1") is None
    assert stores.administration.key(BOT, "k2") is None


def test_replacing_a_key_ends_the_old_one_and_stores_the_new_one(
    stores: Stores,
) -> None:
    new = replace(KEY, id="k2", secret_hash="other", expires_at=None)
    stores.directory.put_key(KEY)

    assert stores.administration.rotate_key(KEY, START + 1, new) is True

    assert stores.administration.key(BOT, "k1") == replace(KEY, expires_at=START + 1)
    assert stores.directory.bot_and_key(BOT, "k2")[1] == new
    assert len(stores.administration.keys(BOT)) == 2


def test_a_removed_key_cannot_be_replaced(stores: Stores) -> None:
    assert stores.administration.rotate_key(KEY, START, replace(KEY, id="k2")) is False

    assert stores.administration.keys(BOT) == []


def test_a_key_that_is_removed_is_gone_from_everywhere(stores: Stores) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo"))
    stores.directory.put_key(KEY)

    assert stores.administration.delete_key("other", "k1") is False
    assert stores.administration.delete_key(BOT, "k1") is True
    assert stores.administration.delete_key(BOT, "k1") is False

    assert stores.directory.bot_and_key(BOT, "k1") == (Bot(BOT, "Demo"), None)
    assert stores.administration.keys(BOT) == []


# Webhooks

HOOK = Webhook("https://example.test/hook", ("whsec_a",), active_since=7)
SETTINGS = BotSettings(("/end",))


def test_a_webhook_comes_and_goes_and_leaves_the_rest_of_the_bot_alone(stores: Stores) -> None:
    bare = Bot(BOT, "Demo", settings=SETTINGS)
    stores.directory.put_bot(bare)
    full = replace(
        HOOK,
        disabled_reason="why",
        format="botpress",
        retiring_secrets=(RetiringSecret("whsec_b", START),),
        events={"agent.message": 7},
    )

    for old, new in pairwise([None, HOOK, full, HOOK, None]):
        assert stores.administration.update_webhook(BOT, old, new) is True
        assert stores.administration.webhook(BOT) == new
        assert stores.directory.bot(BOT) == replace(bare, webhook=new)


def test_a_webhook_that_changed_since_it_was_read_is_not_overwritten(stores: Stores) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo", HOOK))
    theirs = replace(HOOK, secrets=("whsec_b",))
    assert stores.administration.update_webhook(BOT, HOOK, theirs)

    for new in (None, replace(HOOK, url="https://other.test"), replace(HOOK, secrets=("x",))):
        assert stores.administration.update_webhook(BOT, HOOK, new) is False
    assert stores.administration.update_webhook(BOT, None, HOOK) is False

    assert stores.administration.webhook(BOT) == theirs


def test_a_change_of_secrets_does_not_enable_a_disabled_webhook(stores: Stores) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo", HOOK))
    stores.deliveries.disable_webhook(BOT, "410", 1)

    stores.administration.update_webhook(BOT, HOOK, replace(HOOK, secrets=("whsec_b",)))

    assert stores.administration.webhook(BOT) == replace(
        HOOK, secrets=("whsec_b",), disabled_reason="410", disabled_at=1
    )


def test_a_bot_that_is_not_there_has_no_webhook(stores: Stores) -> None:
    assert stores.administration.update_webhook(BOT, None, HOOK) is False
    assert stores.administration.webhook(BOT) is None
    assert stores.directory.bot(BOT) is None


def test_webhooks_beside_the_channel_come_and_go_and_leave_each_other_alone(
    stores: Stores,
) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo", HOOK))
    crm, desk = (replace(HOOK, id=f"w_{name * 13}", events={"note.added": 1}) for name in "ab")
    moved = replace(crm, url="https://moved.test")
    change, off = stores.administration.update_webhook, {"disabled_reason": "410", "disabled_at": 1}

    assert change(BOT, None, crm)
    assert change(BOT, None, desk)
    assert not change(BOT, replace(crm, secrets=("whsec_x",)), None)
    stores.deliveries.disable_webhook(BOT, "410", 1, crm.id)
    assert change(BOT, crm, moved)
    assert stores.administration.webhooks(BOT) == [HOOK, replace(moved, **off), desk]
    assert change(BOT, moved, None)

    assert stores.directory.bot(BOT) == Bot(BOT, "Demo", HOOK, other_webhooks=(desk,))
    assert stores.administration.webhook(BOT, crm.id) is None
    assert not change("nobody", None, crm)


def test_concurrent_additions_of_webhooks_are_all_stored(stores: Stores) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo"))
    added = [replace(HOOK, id=f"w_{name * 13}") for name in "abc"]

    at_once([partial(stores.administration.update_webhook, BOT, None, each) for each in added])

    assert {each.id for each in stores.administration.webhooks(BOT)} == {w.id for w in added}


def test_exactly_one_of_16_concurrent_webhook_changes_is_stored(stores: Stores) -> None:
    stores.directory.put_bot(Bot(BOT, "Demo", HOOK))
    change = partial(stores.administration.update_webhook, BOT, HOOK)

    changed = at_once([partial(change, replace(HOOK, url=f"https://h{n}.test")) for n in range(16)])

    assert changed.count(True) == 1


def test_a_reply_is_one_by_its_name_and_its_bot(stores: Stores) -> None:
    admin = stores.administration
    for text in ("Hi.", "Hello."):
        admin.put_canned_reply(BOT, CannedReply("greeting", text))
    admin.put_canned_reply(BOT, CannedReply("bye#1", "Bye."))
    admin.put_canned_reply("other", CannedReply("greeting", "Hey."))

    admin.delete_canned_reply(BOT, "bye#1")
    admin.delete_canned_reply(BOT, "bye#1")

    assert admin.canned_replies(BOT) == [CannedReply("greeting", "Hello.")]
    assert admin.canned_replies("other") == [CannedReply("greeting", "Hey.")]


def test_saved_views_belong_to_one_person_or_one_team(stores: Stores) -> None:
    admin, view = stores.administration, SavedView("a#b", "refund", {"tag": "vip"})
    for bot, person in ((BOT, None), (None, BOT), ("other", None)):
        admin.put_saved_view(bot, person, SavedView("a#b", "old"))
        admin.put_saved_view(bot, person, view)
    admin.put_saved_view(BOT, None, SavedView("z"))

    admin.delete_saved_view(BOT, None, "z")
    admin.delete_saved_view(None, BOT, "a#b")

    assert admin.saved_views(BOT, None) == admin.saved_views("other", None) == [view]
    assert admin.saved_views(None, BOT) == admin.saved_views(None, "z") == []


def test_the_canned_replies_of_a_person_are_apart_from_those_of_others(stores: Stores) -> None:
    admin, macro = stores.administration, CannedReply("bye#1", "", ("t",), "resolved")
    admin.put_canned_reply(BOT, CannedReply("bye#1", "Bye."))
    for whose in ("p_a", "p_a#", "p_b"):
        admin.put_canned_reply(BOT, macro, whose)
    admin.put_canned_reply("other", macro, "p_a")

    admin.delete_canned_reply(BOT, "bye#1", "p_b")
    admin.delete_own_replies(BOT, "p_a")

    assert admin.canned_replies(BOT) == [CannedReply("bye#1", "Bye.")]
    owned = [admin.canned_replies(BOT, whose) for whose in ("p_a", "p_a#", "p_b")]
    assert owned == [[], [macro], []]
    admin.delete_own_replies(BOT, None)
    assert (admin.canned_replies(BOT, "p_a#"), admin.canned_replies("other", "p_a")) == (
        [],
        [macro],
    )


# People


CY = Person("p_cy", "cy@example.test", "Cy", "")


def test_a_person_is_added_once(stores: Stores) -> None:
    admin = stores.administration

    assert admin.create_person(CY)
    assert not admin.create_person(replace(CY, name="Mallory", password_hash="x"))
    assert stores.directory.person(CY.id) == CY


def test_exactly_one_of_two_concurrent_password_changes_succeeds(stores: Stores) -> None:
    stores.administration.create_person(CY)

    done = [stores.administration.set_password(CY, hashed) for hashed in ("one", "two")]

    assert done == [True, False]
    after = stores.directory.person(CY.id)
    assert after == replace(CY, password_hash="one", token_version=CY.token_version + 1)


def test_a_members_place_is_changed_and_nothing_else(stores: Stores) -> None:
    member = Member("p_cy", "Cy", "cy@example.test", Role.AGENT, frozenset({"a"}), 3)
    stores.directory.put_member(BOT, member)
    place = Member("p_cy", "", "", Role.SUPERVISOR)

    assert stores.administration.update_member(BOT, place)
    assert not stores.administration.update_member("other", place)

    (changed,) = stores.directory.members(BOT)
    assert changed == replace(member, role=Role.SUPERVISOR, queues=frozenset(), capacity=None)


def test_a_removed_member_is_in_no_list(stores: Stores) -> None:
    stores.directory.put_member(BOT, Member("p_cy", "Cy", "cy@example.test", Role.AGENT))

    assert stores.administration.remove_member(BOT, "p_cy")
    assert not stores.administration.remove_member(BOT, "p_cy")

    assert stores.directory.members(BOT) == []
    assert stores.directory.bots_of_person("p_cy") == []


def test_the_load_of_a_removed_member_is_still_counted(
    stores: Stores,
) -> None:
    stores.directory.put_member(BOT, member("ana"))
    for n in (1, 2):
        act(stores, ANA, other(ADDRESS, n), PauseAndClaim())
    stores.administration.remove_member(BOT, "ana")

    assert stores.administration.open_conversations(BOT, "ana") == 2
    assert stores.administration.open_conversations(BOT, "bo") == 0

    act(stores, ANA, other(ADDRESS, 1), Release())

    assert stores.administration.open_conversations(BOT, "ana") == 1


def test_the_first_reply_is_kept_for_seven_days(stores: Stores) -> None:
    key = IdempotencyKey("p_ada", "k-1", "request")
    stores.administration.store_response(BOT, key, "first")
    stores.administration.store_response(BOT, key, "second")

    assert stores.administration.stored_response(BOT, key) == ("request", "first")
    assert stores.administration.stored_response("other", key) is None
    assert (
        stores.administration.stored_response(BOT, IdempotencyKey("p_bo", "k-1", "request")) is None
    )
    stores.clock.advance(7 * 24 * 60 * 60 * 1000)
    assert stores.administration.stored_response(BOT, key) is None


def test_a_key_that_made_something_else_has_no_reply(stores: Stores) -> None:
    key = IdempotencyKey("p_ada", "k-2", "notification")
    stores.notifications.add(Notification("n_1", BOT, "Look", "info", START), key)

    stores.administration.store_response(BOT, key, "reply")

    assert stores.administration.stored_response(BOT, key) == ("notification", None)


# Bots


def test_only_the_first_of_two_new_bots_with_one_id_is_created(stores: Stores) -> None:
    assert stores.administration.create_bot(Bot("shop", "Shop")) is True

    for again in (Bot("shop", "Shop"), Bot("shop", "Another")):
        assert stores.administration.create_bot(again) is False
    assert stores.directory.bot("shop") == Bot("shop", "Shop")
    assert "shop" in stores.directory.bot_ids()


def test_a_bot_keeps_all_but_its_name(stores: Stores) -> None:
    webhook = Webhook("https://bot.test/hook", ("whsec_x",))
    stores.directory.put_bot(Bot("shop", "Shop", webhook, BotSettings(leave_words=("/end",))))

    assert stores.administration.rename_bot("shop", "Store") is True

    found = Bot("shop", "Store", webhook, BotSettings(leave_words=("/end",)))
    assert stores.directory.bot("shop") == found
    assert stores.administration.rename_bot("nobody", "Store") is False
    assert stores.directory.bot("nobody") is None


def test_a_removed_bot_is_in_no_list_and_its_id_is_never_given_again(
    stores: Stores,
) -> None:
    stores.administration.create_bot(Bot("shop", "Shop"))

    stores.administration.delete_bot("shop")
    stores.administration.delete_bot("shop")

    assert stores.directory.bot("shop") is None
    assert "shop" not in stores.directory.bot_ids()
    assert stores.administration.create_bot(Bot("shop", "Shop anew")) is False
    assert stores.directory.bot("shop") is None
    assert "shop" not in stores.directory.bot_ids()
