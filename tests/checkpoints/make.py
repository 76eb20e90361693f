"""Writes the checkpoints beside it: the weights of the miniature tests/torchvision/tiny/resnet.pt2 in
each form that scripts save weights in, two of a single linear layer, and what is no checkpoint.

    python tests/checkpoints/make.py

Needs torch 2.13 and safetensors; downloads nothing.
"""

import argparse
import pathlib

import torch
from safetensors.torch import save_file

HERE = pathlib.Path(__file__).parent
TINY = HERE.parent / "torchvision" / "tiny"


def save(content, name, **options):
    torch.save(content, HERE / name, **options)


def main():
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
