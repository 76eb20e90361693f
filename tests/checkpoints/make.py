"""Writes the checkpoints beside it: the weights of the miniature tests/torchvision/tiny/resnet.pt2 in
each form that scripts save weights in, two of a single linear layer, and what is no checkpoint; and
shapes.json, the shapes of some networks' tensors, with null for the number of classes.

    python tests/checkpoints/make.py

Needs torch 2.13, torchvision and safetensors; downloads nothing.
"""

import argparse
import json
import pathlib

import torch
from safetensors.torch import save_file
from torchvision import models

HERE = pathlib.Path(__file__).parent
TINY = HERE.parent / "torchvision" / "tiny"
SHAPED = {"googlenet": {"aux_logits": False, "init_weights": False}, "resnet50": {}, "squeezenet1_1": {}, "vgg16": {}}


def save(content, name, **options):
    torch.save(content, HERE / name, **options)


def shapes(name, options):
    sizes = []
    for classes in (2, 3):
        with torch.device("meta"):
            model = models.get_model(name, num_classes=classes, **options)
        tensors = {name: tensor.shape for name, tensor in model.state_dict().items()}
        sizes.append({name: shape for name, shape in tensors.items() if not name.endswith("num_batches_tracked")})
    some, more = sizes
    return {name: [a if a == b else None for a, b in zip(some[name], more[name])] for name in some}


def write_shapes():
    known = {name: shapes(name, options) for name, options in SHAPED.items()}
    lines = [f' "{name}": {json.dumps(shapes)}' for name, shapes in known.items()]
    (HERE / "shapes.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")


def main():
    write_shapes()
    weights = dict(torch.export.load(TINY / "resnet.pt2").state_dict)
    weights = {name: tensor.detach().clone() for name, tensor in weights.items()}
    save(weights, "plain.pth")
    save(weights, "legacy.pth", _use_new_zipfile_serialization=False)
    save_file(weights, HERE / "plain.safetensors")
    # As a script trains on several cards, with all that it needs to go on.
    moments = {index: {"exp_avg": torch.zeros(2)} for index in range(3)}
    training = {
        "epoch": 7,
        "args": argparse.Namespace(lr=0.1, milestones=[3, 6]),
        "best": torch.tensor(0.5),
        "optimizer": {"state": moments, "param_groups": [{"lr": 0.1, "params": [0, 1, 2]}]},
        "state_dict": {f"module.{name}": torch.nn.Parameter(tensor) if tensor.is_floating_point() else tensor
                       for name, tensor in weights.items()},
    }
    save(training, "training.pth")
    # Half of each tensor's precision, and none of them laid out in its usual order.
    odd = {
        f"_orig_mod.model.{name}": tensor.half().mT.contiguous().mT if tensor.ndim > 1 else tensor
        for name, tensor in weights.items()
    }
    save({"model": odd, "ema": None}, "odd.pt")

    layer = {"fc.weight": torch.arange(6.0).reshape(2, 3), "fc.bias": torch.arange(2.0)}
    save(layer, "layer.pth")
    save(layer, "layer_legacy.pth", _use_new_zipfile_serialization=False)
    save(torch.nn.Sequential(torch.nn.Linear(2, 2)), "module.pth")
    save({"model": torch.nn.Sequential(torch.nn.Linear(2, 2)), "epoch": 1}, "module_within.pth")


main()
