#!/bin/sh
# Opens checkpoints of the networks that checkpoints.py names, one after the other, compares them with
# PyTorch and writes the table of what opens and what matches to checkpoints.md beside this file.
#
#     tests/torchvision/checkpoints.sh [NAME...]
#
# What it takes is as for all.sh. With names only those are compared, and nothing is written. PYTHON
# names a Python that has what requirements.txt lists, if there is one already.
set -eu

cd "$(dirname "$0")/../.."
.cargo/libtorch.sh
work=target/torchvision
python=${PYTHON:-$work/venv/bin/python}
mkdir -p "$work"
if [ -z "${PYTHON:-}" ] && [ ! -x "$python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --requirement tests/torchvision/requirements.txt
fi
cargo test --quiet --test torchvision --no-run

names=${*:-$("$python" tests/torchvision/checkpoints.py --list)}
table=$work/checkpoints.md
cat > "$table" <<'END'
# Checkpoints compared with PyTorch

State dicts of random weights for 20 classes, opened by the names and shapes of their tensors, on one
picture of noise at the network's own size. The numbers are as in `agreement.md`. Written by
`tests/torchvision/checkpoints.sh`.

In timm's DenseNets the rectifier is part of the module that normalises; in torchvision's graph it is
not, so that the last map by that name is another one.

| network | file | logits | Grad-CAM | gradient | guided |
| --- | --- | --- | --- | --- | --- |
END

for name in $names; do
  rm -rf "$work/checkpoints"
  if "$python" tests/torchvision/checkpoints.py "$work/checkpoints" "$name" > "$work/log" 2>&1; then
    file=$(basename "$(ls "$work/checkpoints/$name".[ps]*)")
    GRADCAM_TORCHVISION=$PWD/$work/checkpoints cargo test --quiet --test torchvision -- \
      --ignored --nocapture > "$work/log" 2>&1 || true
    row=$(sed -n "s/^$name  *//p" "$work/log" | head -n 1)
    case $row in
    [0-9]*) row=$(echo "$row" | sed 's/  */ | /g') ;;
    *) row="${row:-the program ended} | | | " ;;
    esac
  else
    file=
    row="PyTorch does not write it | | | "
  fi
  echo "| $name | .${file##*.} | $row |" | tee -a "$table"
done
rm -rf "$work/checkpoints"
[ $# -gt 0 ] || mv "$table" tests/torchvision/checkpoints.md
