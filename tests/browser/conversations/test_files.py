"""An agent sends files, and everybody sees them."""

from playwright.sync_api import FilePayload, Page, expect

from tests.browser.bot_client import BOT, BotClient
from tests.browser.conftest import OpenConsole
from tests.browser.console_actions import claim_new_conversation, log
from tests.browser.conversations.test_message_types import PIXEL

IS_LOADED = "image => image.complete && image.naturalWidth > 0"
DROP = """(thread) => {
    const data = new DataTransfer();
    data.items.add(new File(["a,b"], "list.csv", { type: "text/csv" }));
    const how = { dataTransfer: data, bubbles: true, cancelable: true };
    thread.dispatchEvent(new DragEvent("drop", how));
}"""


def test_an_agent_sends_a_picture_and_a_dropped_file_and_sees_both(
    open_console: OpenConsole, bot: BotClient
) -> None:
    page: Page = open_console("ana")
    _, conversation = claim_new_conversation(page, bot)
    files: list[FilePayload] = [
        {"name": "kiwi.png", "mimeType": "image/png", "buffer": PIXEL},
        {"name": "run.exe", "mimeType": "application/x-msdownload", "buffer": b"MZ"},
    ]
    expect(page.get_by_role("button", name="Attach files")).to_be_visible()
    page.locator(".files input").set_input_files(files)
    page.locator(".thread").evaluate(DROP)
    chosen = page.get_by_role("list", name="Files to send").get_by_role("listitem")
    expect(chosen).to_have_count(3)
    assert chosen.first.locator("img").evaluate(IS_LOADED)

    page.get_by_role("button", name="Send files").click()

    expect(chosen).to_have_count(1)
    expect(chosen.get_by_role("alert")).to_contain_text("Not sent.")
    chosen.get_by_role("button", name="Remove run.exe").click()
    expect(chosen).to_have_count(0)
    picture = log(page).get_by_role("img", name="kiwi.png")
    expect(picture).to_be_visible()
    page.wait_for_function(f"({IS_LOADED})(document.querySelector('.log img, .message img'))")
    with page.expect_popup() as opened:
        log(page).get_by_role("link", name="list.csv").click()
    assert opened.value
    entries = bot.call("GET", f"{BOT}/conversations/{conversation}/entries")["items"]
    payloads = [entry["payload"] or {} for entry in entries]
    names = [payload["name"] for payload in payloads if "upload_id" in payload]
    assert names == ["kiwi.png", "list.csv"]
