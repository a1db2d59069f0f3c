"""Fills the console's state with many conversations and entries, without the server. The page must
have loaded the sources: a bundle does not show its store."""

from playwright.sync_api import Page

CROWD = """([head, count]) => import(STORE).then(({ dispatch }) => dispatch({ type: 'synced',
    heads: Array.from({length: count},
        (_, n) => ({...head, id: `c_${n}`, user_name: `N ${n}`}))}))"""
THREAD = """([id, count]) => import(STORE).then(({ state, dispatch }) => {
    const head = state.value.heads[id];
    const line = {kind: 'message', from: 'user', author: {id: 'u', name: 'U'}, type: 'text',
        payload: null, epoch: head.epoch, at: head.updated_at, message_id: null};
    const entries = Array.from({length: count},
        (_, n) => ({...line, seq: head.last_seq + 1 + n, text: `line ${n}. `.repeat(1 + n % 9)}));
    dispatch({ type: 'thread_page', id, entries, completeThrough: head.last_seq + count,
        head: {...head, last_seq: head.last_seq + count} });
})"""


STORE = "document.querySelector('script[type=module]').src.replace('main.js', 'state/store.js')"
"""The URL of the store module that the page has loaded. It contains the release."""


def fill_inbox(page: Page, head: object, count: int) -> None:
    """Replaces the lists by `count` copies of `head`."""
    page.evaluate(CROWD.replace("STORE", STORE), [head, count])


def fill_thread(page: Page, conversation: str, count: int) -> None:
    """Adds `count` entries to the open conversation."""
    page.evaluate(THREAD.replace("STORE", STORE), [conversation, count])
