#!/bin/sh
# Compares every network that export.py names with PyTorch, one after the other, and writes the
# table of what opens and what matches to agreement.md beside this file.
#
#     tests/torchvision/all.sh [NAME...]
#
# Takes an hour or two on two cores, 3 GB of disk for Python's torch, and as much again for the
# largest network while it is compared. With names only those are compared, and nothing is written.
set -eu

cd "$(dirname "$0")/../.."
.cargo/libtorch.sh
work=target/torchvision
python=$work/venv/bin/python
mkdir -p "$work"
if [ ! -x "$python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --requirement tests/torchvision/requirements.txt
fi
cargo test --quiet --test torchvision --no-run

names=${*:-$("$python" tests/torchvision/export.py --list)}
table=$work/agreement.md
cat > "$table" <<'END'
# Networks compared with PyTorch

Random weights, one picture of noise. Each number is the largest difference over the largest
magnitude of the array: the logits, Grad-CAM at the last layer with a map, the gradient of the score
and its guided backpropagation at the input. Written by `tests/torchvision/all.sh`.

timm's efficientformer_l1 is off in the gradients alone. There PyTorch's own gradient and finite
differences of its own logits disagree, so that there is nothing to agree with.

| network | logits | Grad-CAM | gradient | guided |
| --- | --- | --- | --- | --- |
END

for name in $names; do
  rm -rf "$work/exports"
  if "$python" tests/torchvision/export.py "$work/exports" "$name" > "$work/log" 2>&1; then
    GRADCAM_TORCHVISION=$PWD/$work/exports cargo test --quiet --test torchvision -- \
      --ignored --nocapture > "$work/log" 2>&1 || true
    row=$(sed -n "s/^$name  *//p" "$work/log" | head -n 1)
    case $row in
    [0-9]*) row=$(echo "$row" | sed 's/  */ | /g') ;;
    *) row="${row:-the program ended} | | | " ;;
    esac
  else
    row="PyTorch does not export it | | | "
  fi
  echo "| $name | $row |" | tee -a "$table"
done
rm -rf "$work/exports"
[ $# -gt 0 ] || mv "$table" tests/torchvision/agreement.md
