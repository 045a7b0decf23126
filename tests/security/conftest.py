import pytest

from tests.administration.conftest import _plain_http  # noqa: F401 - the same for these pages
from tests.security.firm import Firm


@pytest.fixture
def firm(db):
    return Firm()
