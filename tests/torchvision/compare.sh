#!/bin/sh
# Compares networks with PyTorch, one after the other, and writes what opens and what matches into the
# table beside this file.
#
#     tests/torchvision/compare.sh exported [NAME...]       agreement.md
#     tests/torchvision/compare.sh onnx [NAME...]           agreement_onnx.md
#     tests/torchvision/compare.sh checkpoints [NAME...]    checkpoints.md
#     tests/torchvision/compare.sh keras [NAME...]          agreement_keras.md
#     tests/torchvision/compare.sh zoo [NAME...]            agreement_keras.md
#
# Without names, all that there are: hours on two cores, and 12 GB of memory for the largest. Each row
# is written as soon as it is known, so that a run may be stopped and others be named later. PYTHON is
# a Python that has what requirements.txt lists (for keras requirements_keras.txt); without it one is
# set up under target (3 GB).
set -eu

cd "$(dirname "$0")/../.."
.cargo/libtorch.sh
case ${1:-} in
keras) needs=requirements_keras ;;
*) needs=requirements ;;
esac
python=${PYTHON:-target/torchvision/$needs/bin/python}
if [ ! -x "$python" ]; then
  python3 -m venv "target/torchvision/$needs"
  "$python" -m pip install --quiet --requirement "tests/torchvision/$needs.txt"
fi
cargo test --quiet --test torchvision --no-run
exec "$python" tests/torchvision/compare.py "$@"
