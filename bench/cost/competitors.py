"""The published prices of other products for the same thousand handoffs."""

from typing import NamedTuple


class Competitor(NamedTuple):
    """`thousand` is the price in USD of 1,000 handoffs of 20 messages in a month with 5 agents."""

    name: str
    thousand: str
    basis: str
    source: str


COMPETITORS = (
    Competitor(
        "Amazon Connect chat",
        "200 (80)",
        "$0.010 a message (an older list: $0.004)",
        "transcription, 2026-10-07 (from memory)",
    ),
    Competitor(
        "Twilio Flex + Conversations",
        "215 and usage",
        "5 × $35 a monthly active user; some $40 of Conversations",
        "support.twilio.com 47882410772123; transcription, 2026-09-20",
    ),
    Competitor(
        "Twilio Flex, by the hour",
        "167; 56",
        "$1 an active hour; 1 chat at a time; 3",
        "transcription, 2026-08-17",
    ),
    Competitor(
        "Chatwoot cloud, Startups; Business",
        "95; 195",
        "5 × $19; 5 × $39 a month",
        "transcription, 2026-09-20",
    ),
    Competitor(
        "Chatwoot, self-hosted",
        "40 to 100",
        "flat: machine, database, disks; more with a second zone",
        "from memory",
    ),
    Competitor(
        "Zendesk Suite Team; Professional",
        "275; 575",
        "5 × $55; 5 × $115 a month, paid by the year",
        "transcriptions, 2026-09-20 and 2026-10-07",
    ),
)
