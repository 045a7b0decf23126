import pytest

from tests.enterprise.conftest import _plain_http, as_user, count_queries  # noqa: F401 - the same for these pages
from tests.hotlists.builders import make_hotlist


@pytest.fixture
def nights(riya, minneapolis):
    """riya's hotlist of employees, shared with her branch."""
    return make_hotlist("Nights forklift", owner=riya, branch=minneapolis)


@pytest.fixture
def private(riya):
    return make_hotlist("Only mine", owner=riya)
