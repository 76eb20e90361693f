"""What the families of transformers have in common."""

import math

import torch
import transformers

from .kinds import Lead

IMAGENET = {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225]}
HALF = {"mean": [0.5] * 3, "std": [0.5] * 3}


def lead(kind, size, parameters, of="ForImageClassification", made=lambda model: model, **options):
    """The network of a kind with these options of its configuration; `made` gets it and gives it on."""

    def make(classes):
        config = getattr(transformers, f"{kind}Config")(num_labels=classes, **options)
        return made(getattr(transformers, f"{kind}{of}")(config))

    return Lead(make, size, dict(parameters), f"{kind}{of} {sorted(options.items())} {size}")


def computed(model, of, **values):
    """With buffers of the modules of one class worked out where they are used, so that they can be fitted."""
    for module in model.modules():
        if type(module).__name__ == of:
            for name in values:
                del module._buffers[name]
            kind = type(module)
            about = {"__module__": kind.__module__, "__qualname__": kind.__qualname__}
            module.__class__ = type(kind.__name__, (kind,), about | {
                name: property(value) for name, value in values.items()
            })
    return model


def window_index(module):
    """Which item of the table a pair of positions within a window has, as one row."""
    side = module.window_size[0]
    row = torch.arange(side).unsqueeze(1).expand(side, side).reshape(-1)
    column = torch.arange(side).unsqueeze(0).expand(side, side).reshape(-1)
    down = row.unsqueeze(1) - row.unsqueeze(0) + (side - 1)
    along = column.unsqueeze(1) - column.unsqueeze(0) + (side - 1)
    return (down * (2 * side - 1) + along).reshape(-1)


def window_table(module):
    """How far apart two positions of a window are, on a scale of logarithms."""
    side = module.window_size[0]
    apart = (torch.arange(2 * side - 1) - (side - 1)).to(torch.float32) / (side - 1) * 8
    apart = torch.sign(apart) * torch.log2(torch.abs(apart) + 1.0) / math.log2(8)
    down = apart.unsqueeze(1).expand(2 * side - 1, 2 * side - 1)
    along = apart.unsqueeze(0).expand(2 * side - 1, 2 * side - 1)
    return torch.stack([down, along], dim=-1).unsqueeze(0)


def prepared(size, how, interpolation="bilinear", **keys):
    """Pictures of one size, in timm's keys."""
    if "crop_pct" not in keys:
        keys = {"crop_pct": 1, "crop_mode": "squash"} | keys
    return {"input_size": [3, size, size], "interpolation": interpolation, **keys, **how}


def config(key, assume, said=""):
    """A parameter that `config.json` has, and what it is where there is none."""
    return {"config": key, "assume": assume} | ({"said": said} if said else {})


def heads(key, width, channels=64):
    """The number of heads of attention, where `width` is the atom of all their channels."""
    return config(key, [[1 / channels, {width: 1}]], f"{channels} channels per attention head")


def number(value):
    """An expression that is a number."""
    return [[value, {}]]


def length(tensor, axis, *polynomial):
    """A parameter of which the length of a tensor is a polynomial: constant, linear and square term."""
    return {"solve": [tensor, axis, list(polynomial or (0, 1, 0))]}
