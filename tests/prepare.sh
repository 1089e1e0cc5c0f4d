#!/usr/bin/env bash
# Lays out what the tests and the README's commands need beside Rust: a virtual environment at .venv with Alembic, its
# drivers, PostgreSQL's parser and npm; then, unless it is called as `tests/prepare.sh python`, node-pg-migrate, a Docker
# engine, and in it an image of PostgreSQL. Does nothing when everything is there. Debian's packages are installed, and
# the engine is started, only by root.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

die() {
    echo "tests/prepare.sh: $*" >&2
    exit 1
}

# Installs the named Debian packages.
install_packages() {
    command -v apt-get >/dev/null || die "missing: $* (install them with your system's package manager)"
    [ "$(id -u)" = 0 ] || die "missing: $* (run: sudo apt-get install $*)"
    echo "Installing $*" >&2
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

if ! { cmp -s tests/requirements.txt .venv/installed-requirements.txt && .venv/bin/python -c 'import alembic' 2>/dev/null; }; then
    missing=()
    command -v python3 >/dev/null || missing+=(python3)
    python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3-venv)
    python3 -m pip --version >/dev/null 2>&1 || missing+=(python3-pip)
    command -v cc >/dev/null || missing+=(gcc libc6-dev)
    command -v git >/dev/null || missing+=(git)
    command -v openssl >/dev/null || missing+=(openssl)
    [ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"

    echo "Laying out .venv with Alembic, its drivers and npm" >&2
    rm -rf .venv
    python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --requirement tests/requirements.txt
    cp tests/requirements.txt .venv/installed-requirements.txt
fi

[ "${1:-}" != python ] || exit 0

if [ ! -e .venv/npm/node_modules/.bin/node-pg-migrate ]; then
    echo "Installing node-pg-migrate" >&2
    PATH="$PWD/.venv/bin:$PATH" npm install --silent --no-audit --no-fund --prefix .venv/npm node-pg-migrate@9.0.0 pg@8.23.1
fi

if ! docker info >/dev/null 2>&1; then
    command -v dockerd >/dev/null && command -v docker >/dev/null || install_packages docker.io
    [ "$(id -u)" = 0 ] || die "no Docker engine runs (start it, as with: sudo systemctl start docker)"
    echo "Starting a Docker engine" >&2
    log=$(mktemp /tmp/dockerd.XXXXXX.log)
    setsid dockerd >"$log" 2>&1 </dev/null &
    for _ in $(seq 60); do
        docker info >/dev/null 2>&1 && break
        sleep 0.5
    done
    docker info >/dev/null 2>&1 ||
        die "dockerd does not start here, as its log $log says (run the tests on a machine that lets it): $(tail -1 "$log")"
fi

image=mig-check-test:18
recipe=$(cat tests/docker/* | sha256sum | cut -c1-16)
if [ "$(docker image inspect --format '{{index .Config.Labels "recipe"}}' "$image" 2>/dev/null)" != "$recipe" ]; then
    command -v busybox >/dev/null || install_packages busybox-static
    echo "Building the Docker image $image" >&2
    tests/docker/build.sh .venv/bin/python "$image" "$recipe"
fi
