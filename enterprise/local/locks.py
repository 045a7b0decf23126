import fcntl


def try_lock(descriptor: int) -> bool:
    """Take the lock on an open file without waiting; it lasts until all copies of the descriptor are closed."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
