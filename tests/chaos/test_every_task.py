"""The fault that hands out every task of beat's knows all of them, those of the ERP too."""

from __future__ import annotations

import pytest

from tests.chaos import every_task


@pytest.mark.parametrize("name", ["texting.work_off", "enterprise.remove_leftovers"])
def test_each_task_that_beat_asks_for_is_among_them(name):
    assert name in every_task.names()
