"""The seeded services on the stores of any engine."""

from dataclasses import fields

from chalicelib.settings import LOCAL
from infra.local.seed import seed
from tests.support.engines import Stores
from tests.support.services import MemoryServices


class StoreServices(MemoryServices):
    """The stores are those of the engine; all other services are fakes."""

    def __init__(self, stores: Stores) -> None:
        super().__init__()
        for store in fields(stores):
            setattr(self, store.name, getattr(stores, store.name))
        seed(self, LOCAL, None)
