"""Saves state dicts with random weights of the networks in models/architectures.zip, with what Grad-CAM and guided
backpropagation give on them. timm's are called timm_NAME.

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

def known():
    with zipfile.ZipFile(LIBRARY) as archive:
        index = json.loads(archive.read("index.json"))
    sizes = {}
    for about in index["networks"]:
        prefix = {"torchvision": "", "timm": "timm_"}.get(about["library"])
        # Families are of no size in particular: tests/checkpoints/networks.py has those.
        if prefix is not None and "tensors" in about:
            sizes[prefix + about["name"]] = about["preprocess"][0][1]["input_size"][-1]
    return sizes


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
