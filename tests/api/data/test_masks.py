"""No store keeps a text that a bot's masks hide."""

from tests.api.conversation_setup import BOT, ok
from tests.api.data.canary import CANARY, live
from tests.support.api import Api, ApiAnswer
from tests.support.services import MemoryServices

CARD = "4111111111111111"


def use_card(value: object) -> object:
    """The value with the card's number in the place of the canary's word; ids and links stay."""
    if isinstance(value, str):
        return value.replace(CANARY * 2, f"{CANARY} {CANARY}").replace(CANARY, CARD)
    if isinstance(value, dict):
        kept = ("id", "name", "attributes", "user", "thread", "message_id", "url", "resume_at")
        return {k: v if k in kept else use_card(v) for k, v in value.items()}
    return [use_card(each) for each in value] if isinstance(value, list) else value


class CardApi(Api):
    """Writes the number of a card wherever the canary writes its word."""

    def unchecked(self, method: str, path: str, body: object = None, **headers: str) -> ApiAnswer:
        return super().unchecked(method, path, use_card(body), **headers)


def test_no_text_of_a_user_is_stored_with_what_is_masked(
    services: MemoryServices, owner: Api, bot: Api
) -> None:
    ok(owner.put(f"{BOT}/settings", {"mask": ["card"]}))

    live(services, CardApi(services, bot.token), CardApi(services).login("ana"))

    stored = str(vars(services.memory))
    assert stored.count("[card]") > 20
    assert CARD not in stored
    assert CARD not in str(services.topic.published)
    assert CARD not in str(services.webhook_client.requests)


def test_without_masks_the_same_texts_are_stored(services: MemoryServices, bot: Api) -> None:
    """So the check above would find one."""
    live(services, CardApi(services, bot.token), CardApi(services).login("ana"))

    assert str(vars(services.memory)).count(CARD) > 20


def test_a_repeated_message_is_recognised_although_it_is_masked(owner: Api, bot: Api) -> None:
    ok(owner.put(f"{BOT}/settings", {"mask": ["card"]}))
    said = {"channel": "web", "user": {"id": "u-1"}, "from": "user", "text": CARD}
    first = bot.post(f"{BOT}/messages", {**said, "message_id": "m-1"})
    again = bot.post(f"{BOT}/messages", {**said, "message_id": "m-1"})

    assert (first.status, again.status) == (201, 200)
    assert again.json["seq"] == first.json["seq"]


def test_an_unknown_mask_is_refused(owner: Api) -> None:
    answer = owner.put(f"{BOT}/settings", {"mask": ["passport"]})

    assert answer.status == 400
    assert "mask" in answer.json["errors"][0]["field"]
