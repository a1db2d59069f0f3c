"""Single sign-on, with a provider in memory. `tests/e2e/sign_on` has a real one."""

import base64
import hashlib
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import pytest
from msgspec.structs import replace

from chalicelib.domain.access import Role
from chalicelib.domain.address import person_id
from chalicelib.usecases.records.people import Person, ProviderIdentity
from chalicelib.usecases.records.sign_on import SignOnRules
from tests.api.conversation_setup import BOT, ok
from tests.api.sign_in.test_second_factor import set_up
from tests.support.api import Api, ApiAnswer
from tests.support.network.fake_provider import FakeProvider
from tests.support.services import MemoryServices

RULES = SignOnRules("Example", frozenset({"example.test"}))
WHO = person_id("ana@example.test")
NEW = person_id("nora@example.test")
FAILED, NO_ACCOUNT = "sign-on-error=sign_on_failed", "sign-on-error=no_account"


@dataclass
class Browser:
    """Keeps the cookie, and follows the addresses."""

    api: Api
    cookie: str = ""
    state: str = ""
    verifier: str = "a-random-text-of-the-console-in-its-own-tab"

    def start(self, challenge: str | None = None) -> ApiAnswer:
        sent = self.challenge if challenge is None else challenge
        answer = self.api.send("GET", f"/auth/oidc/start?challenge={sent}")
        self.keep(answer)
        [self.state] = parse_qs(urlsplit(answer.headers["Location"]).query).get("state", [""])
        return answer

    @property
    def challenge(self) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def come_back(self, **query: str) -> str:
        """The fragment of the console's address."""
        provider = self.api.services.identity_provider
        if isinstance(provider, FakeProvider):
            query = {"code": provider.code, **query}
        given = {"state": self.state, **query}
        path = "&".join(f"{name}={value}" for name, value in given.items() if value)
        answer = self.api.send("GET", f"/auth/oidc/callback?{path}", Cookie=self.cookie)
        self.keep(answer)
        assert answer.status == 303
        place, _, fragment = answer.headers["Location"].partition("#")
        assert place == "../../../../console/index.html"
        return fragment

    def exchange(self, fragment: str) -> ApiAnswer:
        code = fragment.removeprefix("sign-on=")
        sent = {"code": code, "verifier": self.verifier}
        answer = self.api.post("/auth/oidc/token", sent, Cookie=self.cookie)
        self.keep(answer)
        return answer

    def keep(self, answer: ApiAnswer) -> None:
        if "Set-Cookie" in answer.headers:
            self.cookie = "other=1; " + answer.headers["Set-Cookie"].partition(";")[0]

    def sign_in(self) -> ApiAnswer:
        self.start()
        return self.exchange(self.come_back())


@pytest.fixture
def tab(services: MemoryServices, nobody: Api) -> Browser:
    services.sign_on_rules = RULES
    return Browser(nobody)


def account(tab: Browser, answer: ApiAnswer) -> dict[str, object]:
    token = ok(answer)["payload"]["token"]
    me: dict[str, object] = ok(tab.api.as_(token).get("/auth/me"))
    return me


def test_a_person_of_the_installation_signs_in(tab: Browser) -> None:
    assert account(tab, tab.sign_in())["id"] == WHO


def test_the_console_learns_the_name_of_the_provider(tab: Browser) -> None:
    assert ok(tab.api.get("/auth/oidc")) == {"label": "Example"}


def test_without_single_sign_on_there_is_no_route(services: MemoryServices, nobody: Api) -> None:
    assert ok(nobody.get("/auth/oidc")) == {"label": None}
    assert nobody.send("GET", "/auth/oidc/start").status == 404
    assert nobody.send("GET", "/auth/oidc/callback?code=a&state=b").status == 404


def test_the_cookie_is_for_the_server_alone_and_holds_for_ten_minutes(
    services: MemoryServices, tab: Browser
) -> None:
    services.socket_url = "wss://desk.example.test/ws"
    cookie = tab.start().headers["Set-Cookie"]

    assert cookie.startswith("__Host-baton_sign_on=")
    assert cookie.endswith("; Path=/; Max-Age=600; HttpOnly; Secure; SameSite=Lax")
    assert tab.state not in tab.start().headers["Set-Cookie"]
    assert tab.sign_in().status == 200


def test_an_answer_in_another_browser_is_refused(tab: Browser) -> None:
    """Otherwise somebody could sign another person in to an account of their own."""
    tab.start()
    other = Browser(tab.api, state=tab.state)
    assert other.come_back() == FAILED
    other.start()
    other.state = tab.state
    assert other.come_back() == FAILED

    assert tab.exchange(tab.come_back(code="code-0")).status == 200


@pytest.mark.parametrize("change", ["browser", "attempt", "twice", "late"])
def test_the_consoles_code_works_once_soon_and_in_this_browser(
    services: MemoryServices, tab: Browser, change: str
) -> None:
    tab.start()
    code, cookie = tab.come_back(), tab.cookie
    if change == "browser":
        tab.cookie = ""
    elif change == "attempt":
        tab.start()
    elif change == "twice":
        assert tab.exchange(code).status == 200
        tab.cookie = cookie
    else:
        services.clock.advance(60_000)

    assert tab.exchange(code).status == 401


def test_a_sign_on_that_another_page_began_opens_no_session(tab: Browser) -> None:
    """The page leads the browser to the beginning; the provider asks nothing and comes back."""
    tab.start()
    code, clicked = tab.come_back(), tab.verifier
    tab.verifier = "the-console-of-this-tab-knows-only-its-own-text"
    assert tab.exchange(code).status == 401

    tab.verifier = clicked
    assert tab.sign_in().status == 200


@pytest.mark.parametrize("challenge", ["", "short", "x" * 44, "%3D" * 43])
def test_a_beginning_without_the_consoles_digest_leads_back(tab: Browser, challenge: str) -> None:
    answer = tab.start(challenge)

    assert answer.headers["Location"] == f"../../../../console/index.html#{FAILED}"


def test_a_code_of_single_sign_on_is_no_token(tab: Browser) -> None:
    tab.start()
    code = tab.come_back().removeprefix("sign-on=")
    cookie = tab.cookie.partition("baton_sign_on=")[2]

    assert [tab.api.as_(each).get("/auth/me").status for each in (code, cookie)] == [401, 401]


@pytest.mark.parametrize(
    "query",
    [
        {"code": "other"},
        {"state": "other"},
        {"state": ""},
        {"state": "%C3%A4"},
        {"iss": "https://evil.test"},
        {"code": "", "error": "access_denied"},
    ],
)
def test_a_bent_answer_is_refused(tab: Browser, query: dict[str, str]) -> None:
    tab.start()

    assert tab.come_back(**query) == FAILED


def test_the_attempt_ends_after_ten_minutes(services: MemoryServices, tab: Browser) -> None:
    tab.start()
    services.clock.advance(10 * 60 * 1000)

    assert tab.come_back() == FAILED


def test_a_provider_that_does_not_answer_leads_back_to_the_console(
    services: MemoryServices, tab: Browser
) -> None:
    services.identity_provider.is_away = True

    answer = tab.start()

    assert answer.headers["Location"] == f"../../../../console/index.html#{FAILED}"


@pytest.mark.parametrize(
    "changed",
    [
        {"email_verified": False},
        {"email": "ana@evil.test"},
        {"email": "ana@example.test.evil.test"},
        {"email": "ana@sub.example.test"},
        {"email": ""},
        {"email": "nora@example.test"},
    ],
)
def test_who_has_no_verified_address_of_an_account_is_refused(
    services: MemoryServices, tab: Browser, changed: dict[str, object]
) -> None:
    services.identity_provider.is_(**changed)
    tab.start()

    assert tab.come_back() == NO_ACCOUNT
    assert NEW not in services.memory.people


def test_an_address_that_only_lower_case_makes_equal_is_another_persons(
    services: MemoryServices, tab: Browser, owner: Api
) -> None:
    ok(owner.post(f"{BOT}/agents", {"email": "kim@example.test", "name": "Kim"}))
    services.identity_provider.is_(email="\u212aim@example.test")
    tab.start()

    assert tab.come_back() == NO_ACCOUNT


def test_a_disabled_account_is_refused(services: MemoryServices, tab: Browser, owner: Api) -> None:
    assert owner.post(f"/people/{WHO}/disable", {}).status == 204
    tab.start()

    assert tab.come_back() == NO_ACCOUNT


def test_the_first_login_creates_the_account_where_the_rules_say_so(
    services: MemoryServices, tab: Browser, owner: Api
) -> None:
    services.sign_on_rules = replace(RULES, creates_accounts=True)
    services.identity_provider.is_(email="nora@example.test", name="Nora")

    me = account(tab, tab.sign_in())

    assert (me["id"], me["name"], me["bots"]) == (NEW, "Nora", [])
    created = [e for e in ok(owner.get("/audit"))["items"] if e["action"] == "person_created"]
    assert [each["object"] for each in created] == [NEW]


def test_a_changed_address_at_the_provider_keeps_the_person(
    services: MemoryServices, tab: Browser, owner: Api
) -> None:
    assert tab.sign_in().status == 200

    services.identity_provider.is_(email="ana.married@example.test")

    assert account(tab, tab.sign_in())["id"] == WHO
    linked = [e for e in ok(owner.get("/audit"))["items"] if e["action"] == "identity_linked"]
    assert [each["object"] for each in linked] == [WHO]


def test_another_subject_with_the_address_of_a_person_is_refused(
    services: MemoryServices, tab: Browser, owner: Api
) -> None:
    """Their successor at the provider may have got the address."""
    assert tab.sign_in().status == 200
    services.identity_provider.is_(identity=ProviderIdentity(FakeProvider.issuer, "2"))
    tab.start()

    assert tab.come_back() == "sign-on-error=other_identity"

    failed = [e for e in ok(owner.get("/audit"))["items"] if e["action"] == "login_failed"]
    assert [(e["object"], e["outcome"], e["facts"]["reason"]) for e in failed] == [
        (WHO, "refused", "other_identity")
    ]


def test_after_a_change_of_the_issuer_the_address_counts_once_more(
    services: MemoryServices, tab: Browser
) -> None:
    assert tab.sign_in().status == 200
    moved = ProviderIdentity("https://new.example.test", "uuid-of-ana")

    services.identity_provider.is_(identity=moved)

    assert account(tab, tab.sign_in())["id"] == WHO
    assert services.memory.people[WHO].identity == moved


def test_a_claim_gives_bots_and_roles(services: MemoryServices, tab: Browser) -> None:
    memberships = {
        "desk": {"demo": Role.AGENT, "no-such-bot": Role.ADMIN},
        "leads": {"demo": Role.SUPERVISOR},
    }
    services.sign_on_rules = replace(
        RULES, creates_accounts=True, claim="groups", memberships=memberships
    )
    for groups, role in ((["desk", "x"], "agent"), (["leads", "desk"], "supervisor")):
        services.identity_provider.is_(email="nora@example.test", claims={"groups": groups})
        me = account(tab, tab.sign_in())
        assert me["bots"] == ["demo"]
        assert services.memory.members["demo"][NEW].role == role

    services.identity_provider.is_(claims={"groups": 7})
    assert account(tab, tab.sign_in())["bots"] == ["demo"]


def test_a_role_of_the_claim_keeps_queues_and_capacity(
    services: MemoryServices, tab: Browser
) -> None:
    before = services.memory.members["demo"][WHO]
    services.sign_on_rules = replace(
        RULES, claim="role", memberships={"boss": {"demo": Role.ADMIN}}
    )
    services.identity_provider.is_(claims={"role": "boss"})

    assert tab.sign_in().status == 200

    assert services.memory.members["demo"][WHO] == replace(before, role=Role.ADMIN)


def test_a_password_that_an_admin_may_know_ends_with_the_first_sign_on(
    services: MemoryServices, tab: Browser
) -> None:
    """The admin of a bot has registered the address of another person, with a password."""
    nora = Person(NEW, "nora@example.test", "Nora", "plain:known-to-others", registered_by="demo")
    services.directory.put_person(nora)
    login = {"email": "nora@example.test", "password": "known-to-others"}
    stolen = ok(tab.api.post("/auth/login", login))["payload"]["token"]
    services.identity_provider.is_(email="nora@example.test")

    assert account(tab, tab.sign_in())["id"] == NEW

    assert tab.api.post("/auth/login", login).status == 401
    assert tab.api.as_(stolen).get("/auth/me").status == 401
    assert services.memory.people[NEW].registered_by is None


def test_a_person_keeps_their_own_password(tab: Browser) -> None:
    assert tab.sign_in().status == 200

    assert tab.api.login("ana").get("/auth/me").status == 200


def test_the_second_factor_is_asked_for_as_well(
    services: MemoryServices, tab: Browser, ana: Api
) -> None:
    enrolled = set_up(services, ana)

    refused = tab.sign_in()

    assert (refused.status, refused.json["code"]) == (401, "second_factor_required")
    answer = enrolled.answer(refused.json["challenge"], enrolled.app.next_code())
    assert account(tab, answer)["id"] == WHO


def test_the_login_is_in_the_audit_trail(tab: Browser, owner: Api) -> None:
    tab.sign_in()

    items = ok(owner.get("/audit"))["items"]
    assert ("logged_in", WHO) in [(each["action"], each["object"]) for each in items]


def test_no_token_is_in_an_address_or_a_cookie(tab: Browser) -> None:
    tab.start()
    fragment = tab.come_back()
    token = ok(tab.exchange(fragment))["payload"]["token"]

    assert token not in fragment
    assert tab.api.as_(token).get(f"{BOT}/conversations").status == 200
    assert tab.cookie == "other=1; baton_sign_on="
