#!/usr/bin/env bash
# Lays out what the tests and the README's commands need beside Rust: a virtual environment at .venv with Alembic, its
# drivers and PostgreSQL's parser, and pip, by which mig-check fetches a PostgreSQL where none is installed. Does nothing
# when everything is there. Debian's packages are installed only by root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
    echo "tests/prepare.sh: $*" >&2
    exit 1
}

if cmp -s tests/requirements.txt .venv/installed-requirements.txt && .venv/bin/python -c 'import alembic' 2>/dev/null; then
    exit 0
fi

missing=()
command -v python3 >/dev/null || missing+=(python3)
python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
command -v cc >/dev/null || missing+=(gcc libc6-dev)
command -v git >/dev/null || missing+=(git)
if [ ${#missing[@]} -gt 0 ]; then
    command -v apt-get >/dev/null || die "missing: ${missing[*]} (install them with your system's package manager)"
    [ "$(id -u)" = 0 ] || die "missing: ${missing[*]} (run: sudo apt-get install ${missing[*]})"
    echo "Installing ${missing[*]}" >&2
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

echo "Laying out .venv with Alembic and its drivers" >&2
rm -rf .venv
python3 -m venv .venv
.venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
cp tests/requirements.txt .venv/installed-requirements.txt
