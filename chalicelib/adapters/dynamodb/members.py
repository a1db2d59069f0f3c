"""A bot's people: who they are, how much they have to do, and whether they are there.

Three rows, so that neither a heartbeat nor a change of somebody's queues ever meets a claim.
"""

import json

from chalicelib.adapters.dynamodb import keys
from chalicelib.adapters.dynamodb.rows import LoadRow, PresenceRow, RecordRow
from chalicelib.adapters.dynamodb.table import Found, named
