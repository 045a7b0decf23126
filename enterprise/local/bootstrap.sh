#!/bin/sh
# Make .venv with the locked dependencies, or see that it is there. Called by make with the interpreter to use.
# Shell, because it runs before any usable Python is known. Says everything on stderr: stdout belongs to the caller.
set -eu
exec 1>&2

cd "$(dirname "$0")/../.."
lock=requirements-dev.txt
stamp=.venv/installed-requirements.txt
modern='import sys; sys.exit(sys.version_info < (3, 11))'

# A copy of the lock file is written last: it is there and the same only after a complete installation.
if cmp -s "$lock" "$stamp" && .venv/bin/python -c "$modern" 2>/dev/null; then
    exit 0
fi

if ! .venv/bin/python -c "$modern" 2>/dev/null; then
    python=
    for candidate in "$1" python3.14 python3.13 python3.12 python3.11 python3 python; do
        if "$candidate" -c "$modern" 2>/dev/null; then
            python=$candidate
            break
        fi
    done
    if [ -z "$python" ]; then
        echo "Python 3.11 or newer is needed and '$1' is not: install it, or name one with PYTHON=/path/to/python3 make ..."
        exit 1
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "'$python' has no venv module: install it (on Debian and Ubuntu the package python3-venv) and try again."
        exit 1
    fi
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
fi

rm -f "$stamp"
echo "Installing the locked dependencies into .venv ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input --require-hashes -r "$lock"

# Programs such as pytest and celery find the project when called by their own name, too.
site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
pwd >"$site/checkout.pth"

cp "$lock" "$stamp"
