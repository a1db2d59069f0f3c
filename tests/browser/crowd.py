"""More conversations, and longer ones, than anybody would make by hand."""

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
"""The page's own, and not another one of that name."""


def crowded(page: Page, head: object, count: int) -> None:
    """So many wait, as one that is given."""
    page.evaluate(CROWD.replace("STORE", STORE), [head, count])


def lengthened(page: Page, conversation: str, count: int) -> None:
    """The conversation that is open has so many entries more."""
    page.evaluate(THREAD.replace("STORE", STORE), [conversation, count])
