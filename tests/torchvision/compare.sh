#!/bin/sh
# Compares networks with PyTorch, one after the other, and writes what opens and what matches into the
# table beside this file.
#
#     tests/torchvision/compare.sh exported [NAME...]       agreement.md
#     tests/torchvision/compare.sh onnx [NAME...]           agreement_onnx.md
#     tests/torchvision/compare.sh checkpoints [NAME...]    checkpoints.md
#
# Without names, all that there are: hours on two cores, and 12 GB of memory for the largest. Each row
# is written as soon as it is known, so that a run may be stopped and others be named later. PYTHON is
# a Python that has what requirements.txt lists; without it one is set up under target (3 GB).
set -eu

cd "$(dirname "$0")/../.."
.cargo/libtorch.sh
python=${PYTHON:-target/torchvision/venv/bin/python}
if [ ! -x "$python" ]; then
  python3 -m venv target/torchvision/venv
  "$python" -m pip install --quiet --requirement tests/torchvision/requirements.txt
fi
cargo test --quiet --test torchvision --no-run
exec "$python" tests/torchvision/compare.py "$@"
