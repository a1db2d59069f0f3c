"""A misspelled query parameter is refused in Botpress' error shape, and changes nothing."""

import pytest

from tests.botpress.stage import Stage

ADDRESS = "hitl/channel/web/user/C"


@pytest.mark.parametrize("name", ["thread", "thread_id", "threadid", "ThreadId"])
def test_a_pause_with_a_misspelled_thread_is_refused_and_pauses_nothing(
    name: str, stage: Stage
) -> None:
    stage.prepare(["talked", "two threads"])

    answer = stage.call("bot", f"POST {ADDRESS}/pause?{name}=T1")

    assert answer.status == 400
    assert answer.json == {
        "statusCode": 400,
        "errorCode": "BP_0040",
        "type": "BadRequestError",
        "message": f"Bad Request: There is no query parameter &#96;{name}&#96; here. The query"
        " parameters of this call are &#96;threadId&#96;.",
        "details": "",
        "docs": "https://botpress.com/docs",
    }
    assert stage.ok("ana", "GET hitl/sessions?pausedOnly=true").json == []


def test_an_unknown_parameter_of_a_route_without_any_is_refused(stage: Stage) -> None:
    stage.prepare(["talked"])

    answer = stage.call("bot", "POST hitl/sessions/{session}/pause?threadId=T1")

    assert answer.status == 400
    assert "This call takes none." in answer.json["message"]
    assert stage.ok("ana", "GET hitl/sessions?pausedOnly=true").json == []


def test_a_stranger_is_refused_before_the_query_is_looked_at(stage: Stage) -> None:
    assert stage.call("nobody", f"POST {ADDRESS}/pause?thread=T1").status == 401
    assert stage.call("other", f"POST {ADDRESS}/pause?thread=T1").status == 403
