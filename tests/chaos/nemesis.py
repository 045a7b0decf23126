"""What is done to the system while people work with it. Each fault ends before the next one begins."""

from __future__ import annotations

from tests.chaos import (
    faults_broker,
    faults_frozen,
    faults_news,
    faults_postgres,
    faults_processes,
    faults_provider,
    faults_schedule,
)
from tests.chaos.fault import Fault

GROUPS = (
    faults_processes,
    faults_frozen,
    faults_postgres,
    faults_broker,
    faults_schedule,
    faults_news,
    faults_provider,
)
FAULTS: tuple[Fault, ...] = tuple(fault for group in GROUPS for fault in group.FAULTS)
