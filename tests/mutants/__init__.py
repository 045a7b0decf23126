"""Can the tests see? Each mutant breaks one line that keeps a text from being sent twice, lost or sent to whom it must
not go; the test named beside it must fail. `make mutants` runs them all."""
