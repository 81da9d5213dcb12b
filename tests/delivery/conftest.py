from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.delivery.push_service import PushService

MakePushService = Callable[[], PushService]


@pytest.fixture
def push_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[MakePushService]:
    """Make push services, from within a running loop; what sends to them from then on trusts the last."""
    made: list[PushService] = []

    def make() -> PushService:
        service = PushService(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate))
        service.serve()
        made.append(service)
        return service

    yield make
    for service in made:
        service.close()
