"""The conformance table: one row per route and outcome, the request and the exact answer.

Written from the description of Botpress' wire and of the few differences, not from the code.
Names in braces are those of `stage`; "$time", "$text" and "$two" stand for any time, any text and
any list of two.
"""

from tests.botpress.rows.auth import AUTH
from tests.botpress.rows.chain import CHAIN
from tests.botpress.rows.hitl import HITL
from tests.botpress.rows.hitl_addresses import HITL_ADDRESSES
from tests.botpress.rows.hitlnext import HITLNEXT
from tests.botpress.rows.hitlnext_moves import MOVES

ROWS = [*AUTH, *HITL, *HITL_ADDRESSES, *HITLNEXT, *MOVES]
ALONE = CHAIN
"""These rows need no steps before and change nothing."""
