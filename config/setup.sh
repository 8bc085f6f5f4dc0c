# The set-up step that ./run and ./test share: `set_up run` or `set_up dev` makes .venv ready, in seconds when
# nothing changed. Sourced by POSIX sh with the root of the repository as the working directory.

# What Python compiles may be kept beside the sources: the second start is several times faster for it.
unset PYTHONDONTWRITEBYTECODE

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "$*"
    exit 2
}

is_root() { [ "$(id -u)" = 0 ]; }

# Installs Debian packages when root; otherwise prints the one line to run and stops.
install_packages() {
    if ! command -v apt-get >/dev/null 2>&1; then
        fail "Please install: $*"
    elif ! is_root; then
        fail "Please run: sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
    fi
    say "Installing $* ..."
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"; } \
        </dev/null >&2 || fail "Installing $* failed; the reason stands above."
}

new_enough() { "$@" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for python in python3.13 python3.12 python3.11 python3; do
        if new_enough "$python"; then return 0; fi
    done
    return 1
}

# A virtual environment that was copied or moved still points to where it was made.
venv_is_whole() { new_enough .venv/bin/python && grep -qsF "$root/.venv" .venv/bin/activate; }

make_venv() {
    if venv_is_whole; then return; fi
    find_python || { install_packages python3 python3-venv; find_python; } || fail "Python 3.11 or newer is needed."
    rm -rf .venv
    if ! "$python" -m venv .venv >/dev/null 2>&1; then
        install_packages python3-venv
        rm -rf .venv
        "$python" -m venv .venv || fail "$python -m venv failed; the reason stands above."
    fi
}

# uv is several times faster and is told to trust what this machine trusts; pip knows every private mirror.
install() {
    say "Installing Python packages ..."
    if .venv/bin/python -m pip install -q --disable-pip-version-check uv >/dev/null 2>&1 && UV_SYSTEM_CERTS=true \
        .venv/bin/uv pip install -q --python .venv/bin/python -c constraints.txt -e "$1" 2>/dev/null; then return; fi
    .venv/bin/python -m pip install -q --disable-pip-version-check -c constraints.txt -e "$1" >&2
}

# The package that compares meanings has wheels for Linux and for Macs with Apple's processors; triage works without it.
install_for() {
    case "$1" in dev) with=dev,semantic without='.[dev]' ;; *) with=semantic without=. ;; esac
    install ".[$with]" || { say "Going on without the package that compares meanings."; install "$without"; } \
        || fail "Installing the Python packages failed; the reason stands above."
}

set_up() {
    root=$(pwd -P)
    made_from=$(cat pyproject.toml constraints.txt | cksum)
    make_venv
    case "$1:$(cat .venv/made-from 2>/dev/null)" in
        "run:run $made_from" | "run:dev $made_from" | "dev:dev $made_from") return ;;
    esac
    rm -f .venv/made-from
    install_for "$1"
    echo "$1 $made_from" >.venv/made-from
}
