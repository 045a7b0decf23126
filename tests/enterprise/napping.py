"""Our Celery application with one task more, which is as long at work as a test wants it: `celery -A` this."""

import time
from pathlib import Path

from enterprise.celery import app


@app.task(name="tests.nap")
def nap(begun: str, seconds: float) -> None:
    """Make the file `begun`, then sleep."""
    Path(begun).touch()
    time.sleep(seconds)
