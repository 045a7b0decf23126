"""Ports that a test may start something on."""

import itertools
import random

from enterprise.local import ports


def find_free_ports(count: int) -> list[int]:
    """Below those the system hands out, so that no connection of another program takes one meanwhile."""
    candidates = random.sample(range(20_000, 32_000), 100)
    return list(itertools.islice(filter(ports.can_bind, candidates), count))


def free_port() -> int:
    return find_free_ports(1)[0]
