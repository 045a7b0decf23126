"""The proof under faults: real processes, a nemesis that kills and freezes them, and an oracle that only trusts the
sandbox's ledger. `make chaos` runs it in full, `make test` a small set; see README, Reliability."""
