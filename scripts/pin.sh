#!/bin/sh
# Resolves constraints.txt anew: pin.sh PYTHON. No host name is written into it.
set -eu

"$1" -m pip install -q uv
"$1" -m uv pip compile pyproject.toml --extra dev --extra fuzz --universal --python-version 3.11 \
    --no-emit-index-url --no-annotate --no-header --upgrade --quiet -o constraints.txt
grep -E '^torch(vision)?==' constraints.txt
