"""Saves state dicts with random weights of the networks in models/architectures.zip, and of timm's
by the same names, with what Grad-CAM and guided backpropagation give on them.

    python tests/torchvision/checkpoints.py --list
    python tests/torchvision/checkpoints.py FOLDER [NAME...]

Writes NAME.pth (or .safetensors) and NAME.npz with the arrays that export.py describes. One after
the other they are saved plainly, in the format before PyTorch 1.6, by safetensors, wrapped as
`state_dict` under `module.`, and wrapped as `model` among what a training script keeps.
"""

import json
import pathlib
import sys
import warnings
import zipfile

import export
import numpy as np
import timm
import torch
from safetensors.torch import save_file
from torchvision import models

LIBRARY = pathlib.Path(__file__).parents[2] / "models" / "architectures.zip"
TIMM = """
resnet18 resnet34 resnet50 resnet101 resnext50_32x4d wide_resnet50_2 densenet121 densenet169
inception_v3
""".split()


def known():
    with zipfile.ZipFile(LIBRARY) as archive:
        index = json.loads(archive.read("index.json"))
    return {about["name"]: about["preprocess"]["input_size"][-1] for about in index["architectures"]}


def build(name):
    if name.startswith("timm_"):
        return timm.create_model(name.removeprefix("timm_"), num_classes=export.CLASSES)
    of, options = name.removesuffix("_unshifted"), {}
    if of in export.SPECIAL:
        options = export.SPECIAL[of] | dict(transform_input=of == name)
    return models.get_model(of, weights=None, num_classes=export.CLASSES, **options)


def save(state, form, path):
    if form == 0:
        torch.save(state, path.with_suffix(".pth"))
    elif form == 1:
        torch.save(state, path.with_suffix(".pth"), _use_new_zipfile_serialization=False)
    elif form == 2:
        save_file({name: tensor.contiguous() for name, tensor in state.items()}, path.with_suffix(".safetensors"))
    elif form == 3:
        torch.save({"state_dict": {f"module.{name}": t for name, t in state.items()}}, path.with_suffix(".pth"))
    else:
        torch.save({"model": state, "epoch": 3, "optimizer": {"state": {}}}, path.with_suffix(".pt"))


def main():
    warnings.filterwarnings("ignore")
    sizes = known()
    sizes |= {f"timm_{name}": 299 if name == "inception_v3" else 224 for name in TIMM}
    if sys.argv[1] == "--list":
        print("\n".join(sizes))
        return
    folder, *names = sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or sizes:
        torch.manual_seed(0)
        size = sizes[name]
        model = export.randomise(build(name), size, seed=sum(map(ord, name)))
        model.requires_grad_(False)
        save(model.state_dict(), list(sizes).index(name) % 5, folder / name)
        x = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(1))
        np.savez(folder / f"{name}.npz", **export.goldens(model, x))
        print(name, flush=True)


main()
