#!/bin/sh
# Compares networks written as ONNX with PyTorch, one after the other, and writes the table of what
# opens and what matches to agreement_onnx.md beside this file.
#
#     tests/torchvision/onnx.sh [NAME...]
#
# Names are those of `export_onnx.py --list`; with names only those are compared, and nothing is
# written. Takes hours on two cores, and what all.sh takes of disk.
set -eu

cd "$(dirname "$0")/../.."
.cargo/libtorch.sh
work=target/torchvision
python=${PYTHON:-$work/venv/bin/python}
mkdir -p "$work"
if [ ! -x "$python" ]; then
  python3 -m venv "$work/venv"
  "$work/venv/bin/pip" install --quiet --requirement tests/torchvision/requirements.txt
fi
cargo test --quiet --test torchvision --no-run

names=${*:-$("$python" tests/torchvision/export_onnx.py --list)}
table=$work/agreement_onnx.md
cat > "$table" <<'END'
# Networks written as ONNX compared with PyTorch

Random weights, one picture of noise. Each number is the largest difference over the largest
magnitude of the array: the logits, Grad-CAM at the last layer with a map, the gradient of the score
and its guided backpropagation at the input. Made by `tests/torchvision/onnx.sh`, of which this is a selection.

`unfolded` is torch's exporter of TorchScript with the network as it is, `old13` the same with batch norms
multiplied into convolutions, as it does unless told otherwise, and `new` the exporter that goes with
torch.export. Multiplied in, weights are rounded anew; where a pooling or a rectifier was near a tie,
the gradient then takes another way at some pixels. PyTorch's own gradient of googlenet moves by 2.8e-2
when PyTorch folds it, and by 2.7e-2 when it is computed in double precision. timm's efficientformer_l1 is
off in the gradients as it is in `agreement.md`.

| network | logits | Grad-CAM | gradient | guided |
| --- | --- | --- | --- | --- |
END

for name in $names; do
  rm -rf "$work/onnx"
  if "$python" tests/torchvision/export_onnx.py "$work/onnx" "$name" > "$work/log" 2>&1 &&
    [ -f "$work/onnx/$name.npz" ]; then
    GRADCAM_TORCHVISION=$PWD/$work/onnx cargo test --quiet --test torchvision -- \
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
rm -rf "$work/onnx"
[ $# -gt 0 ] || mv "$table" tests/torchvision/agreement_onnx.md
