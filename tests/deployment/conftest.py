from pathlib import Path

import pytest

from tests.deployment.commands import Operator
from tests.deployment.fake_account.services import FakeAccount


@pytest.fixture
def aws() -> FakeAccount:
    return FakeAccount()


@pytest.fixture
def operator(aws: FakeAccount, tmp_path: Path) -> Operator:
    return Operator(aws, tmp_path)
