#!/bin/sh
# Builds the virtual environment: make-venv.sh FOLDER PYTHON
set -eu

venv=$1
python=$2

[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
echo "make: installing into $venv (PyTorch is 5.5 GB, about two minutes the first time)"
"$venv/bin/python" -m pip install -qq --use-pep517 -c constraints.txt -e ".[dev]"
