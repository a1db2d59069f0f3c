"""Jobs of erasures: each conversation has one, and a later order takes its place."""

from chalicelib.usecases.records.erasures import ErasureJob, RetentionPosition
from tests.support.engines import Stores


def job(number: int, erasure: str = "x_1", bot: str = "demo") -> ErasureJob:
    return ErasureJob(bot, f"c_{number}", erasure, number)


def pending(stores: Stores) -> set[ErasureJob]:
    return {each for page in stores.erasures.pending() for each in page}


def test_all_jobs_are_pending_until_they_end(stores: Stores) -> None:
    jobs = [job(number) for number in range(120)] + [job(0, bot="other")]
    stores.erasures.add(jobs)
    assert pending(stores) == set(jobs)

    for each in jobs[1:]:
        stores.erasures.end(each)

    assert pending(stores) == {jobs[0]}


def test_the_end_of_a_job_leaves_a_later_order_alone(stores: Stores) -> None:
    first, later = job(1), job(1, "x_2")
    stores.erasures.add([first])
    stores.erasures.add([later])

    stores.erasures.end(first)

    assert pending(stores) == {later}


def test_the_progress_of_retention_is_kept(stores: Stores) -> None:
    assert stores.erasures.retention_position() == RetentionPosition()
    stores.erasures.move_retention(RetentionPosition(3, "demo", "at"))
    assert stores.erasures.retention_position() == RetentionPosition(3, "demo", "at")
