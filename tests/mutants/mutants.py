"""All mutants: what is broken, where, how, and which test has to notice."""

from __future__ import annotations

from tests.mutants.claiming import CLAIMING
from tests.mutants.comparing import COMPARING
from tests.mutants.deciding import DECIDING
from tests.mutants.hearing import HEARING
from tests.mutants.posting import POSTING

MUTANTS = (*CLAIMING, *POSTING, *HEARING, *COMPARING, *DECIDING)
