"""A pair of servers for one test run, gone with their data when the starter closes our input or is gone itself."""

import json
import shutil
import signal
import sys
import tempfile
from pathlib import Path

from enterprise.local import engines
from enterprise.local.places import DataFolder


def serve() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    # The folder is passed through by the user that PostgreSQL runs as under root.
    root = Path(tempfile.mkdtemp(prefix="enterprise-throwaway-"))
    data = DataFolder(root / "data")
    try:
        root.chmod(0o711)
        addresses = engines.start_throwaway(data)
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        sys.stdin.read()
    finally:
        engines.stop(data)
        shutil.rmtree(root, ignore_errors=True)
    return 0
