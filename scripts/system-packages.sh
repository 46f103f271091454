#!/bin/sh
# Installs the system packages that are missing; where that is not possible,
# names them in one line with the command. Says nothing when all is there.
set -eu

python=${1:-python3}
required=""
optional=""

has_library() { { ldconfig -p || /sbin/ldconfig -p; } 2>/dev/null | grep -q "$1"; }
has_font() { command -v fc-list >/dev/null && [ -n "$(fc-list "$1" family 2>/dev/null)" ]; }

find_missing() {
    required=""
    optional=""
    "$python" -c 'import ensurepip, venv' 2>/dev/null || required="$required $venv_package"
    command -v bwrap >/dev/null || required="$required bubblewrap"
    has_library libpango-1.0.so.0 || required="$required libpango-1.0-0"
    has_library libpangoft2-1.0.so.0 || required="$required libpangoft2-1.0-0"
    has_library libharfbuzz-subset.so.0 || required="$required libharfbuzz-subset0"
    command -v fc-list >/dev/null || optional="$optional fontconfig"
    { has_font :lang=zh-tw && has_font :lang=ko; } || optional="$optional fonts-wqy-microhei"
    has_font :family=Inter || optional="$optional fonts-inter"
    command -v pdftoppm >/dev/null || optional="$optional poppler-utils"
}

install() { DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "$@" >/dev/null 2>&1; }

install_all() {
    install "$@" && return
    apt-get update -q >/dev/null 2>&1 || true
    install "$@" && return
    # A package that this release lacks must not keep the others out.
    for package in "$@"; do install "$package" || true; done
}

if ! command -v "$python" >/dev/null; then
    echo "make: there is no $python here; install Python 3.11 or newer, or name one: make PYTHON=..." >&2
    exit 1
fi
if ! "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "make: $python is $("$python" -V); want Python 3.11 or newer: make PYTHON=..." >&2
    exit 1
fi

# Debian keeps venv's half of a Python in a package of its own.
venv_package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')

find_missing
[ -n "$required$optional" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "make: installing system packages:$required$optional"
    # shellcheck disable=SC2086
    install_all $required $optional
    find_missing
fi

if [ -n "$required" ]; then
    echo "make: missing system packages; run: sudo apt-get install$required$optional" >&2
    exit 1
fi
if [ -n "$optional" ]; then
    echo "make: going on without; for CJK text and page pictures run: sudo apt-get install$optional" >&2
fi
