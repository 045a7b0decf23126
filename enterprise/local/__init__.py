"""Everything `make run`, `make test` and `make services` need on a machine with nothing but Python.

- `__main__` is the commands; `bootstrap.sh` makes the .venv they run in.
- `run` is `make run`: `engines`, then the `programs`, which honcho runs, with `demo` beside them.
- `engines` is PostgreSQL and Valkey together, for `make services` and `run`; `throwaway` is a pair for one test run.
- `postgres` and `valkey` configure the servers that come as packages; `daemons` starts and stops them in the
  background, by way of `launch`.
- `keys` writes the generated secrets and `.env`; `places`, `ports`, `locks` and `errors` are what all of them use.
- `chromium` finds the browser for the tests, or installs one.

No Django here: these modules start the database that Django then connects to.
"""
