"""Become another program, prepared: run by file name, in front of every process this package starts.

A program of its own because the preparation happens between fork and exec, where a parent with threads must not run
Python. Standard library only, and no import of ours: it runs isolated (`python -I -S`).
"""

import argparse
import ctypes
import os
import signal
import struct
import sys

# linux/prctl.h and linux/capability.h
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
LINUX_CAPABILITY_VERSION_3 = 0x20080522


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--hold", type=int, help="file descriptor of the lock file to write the process id into")
    parser.add_argument("--port", default="", help="written after the process id")
    parser.add_argument("--owner", type=int, nargs=2, metavar=("UID", "GID"))
    parser.add_argument("--needs", nargs="*", default=[], help="paths that the owner must be able to reach")
    parser.add_argument("--parent", type=int, help="process id of the parent to die with")
    parser.add_argument("--end-signal", type=int, default=signal.SIGTERM, help="what this process gets when it does")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command: list[str] = options.command[1:] if options.command[:1] == ["--"] else options.command
    if options.hold is not None:
        os.umask(0o077)
        os.ftruncate(options.hold, 0)
        os.pwrite(options.hold, f"{os.getpid()} {options.port}\n".encode(), 0)
        os.set_inheritable(options.hold, True)
    if options.owner:
        uid, gid = options.owner
        _become(uid, gid, options.needs)
    if options.parent:
        # After the change of user, which clears it.
        die_with(options.parent, options.end_signal)
    os.execvp(command[0], command)  # noqa: S606 - no shell is the point


def die_with(parent: int, end_signal: int) -> None:
    """Have the kernel end this process when its parent dies; Linux alone can."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, end_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent died first")


def _become(uid: int, gid: int, needs: list[str]) -> None:
    linux = sys.platform.startswith("linux")
    if linux:
        ctypes.CDLL(None).prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(gid)
    os.setuid(uid)
    if linux and not all(os.access(path, os.X_OK) for path in needs):
        _keep_access()


def _keep_access() -> None:
    """Keep root's access to files, and nothing else of root.

    PostgreSQL refuses to run as root, but a checkout in root's home can't be reached by anyone else; opening up the
    home for it would be worse.
    """
    libc = ctypes.CDLL(None)
    bit = 1 << CAP_DAC_OVERRIDE
    header = struct.pack("=Ii", LINUX_CAPABILITY_VERSION_3, 0)
    # effective, permitted, inheritable; then the same for capabilities 32 and up
    libc.capset(header, struct.pack("=6I", bit, bit, bit, 0, 0, 0))
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


if __name__ == "__main__":
    main()
