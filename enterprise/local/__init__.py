"""Everything `make run`, `make test` and `make services` need on a machine with nothing but Python.

No Django here: these modules start the database that Django then connects to.
"""
