"""Miniatures of the classifiers of transformers, beside those that `export.py` makes of torchvision's and timm's.

    python tests/torchvision/export_transformers.py tests/torchvision/tiny [NAME...]

Little configurations with seeded weights in which positions and scales matter. Needs torch and transformers;
downloads nothing.
"""

import importlib.util
import pathlib
import sys
import warnings

import numpy as np
import torch
from torch import nn

from export import TINY_CLASSES, TINY_SIZE, goldens, save_small

# The scripts that export are called alike.
LIBRARIES = pathlib.Path(__file__).parents[1] / "libraries"

PLAIN = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32, image_size=TINY_SIZE, patch_size=8)
WINDOWS = dict(image_size=TINY_SIZE, patch_size=4, embed_dim=8, depths=[2], num_heads=[2], window_size=4)
# The configuration, and how many tokens come before those of the picture.
MODELS = {
    "hf_vit": ("ViT", PLAIN, 1),
    "hf_deit": ("DeiT", PLAIN, 2),
    "hf_beit": ("Beit", PLAIN | dict(use_relative_position_bias=True), 1),
    "hf_dinov2": ("Dinov2", PLAIN, 1),
    "hf_swin": ("Swin", WINDOWS, 0),
}


def liven():
    """What moves the weights of whole libraries."""
    sys.path.insert(0, str(LIBRARIES))
    spec = importlib.util.spec_from_file_location("export_libraries", LIBRARIES / "export.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.liven


class Logits(nn.Module):
    """Hands out the logits alone."""

    def __init__(self, model, prefix):
        super().__init__()
        self.model, self.num_prefix_tokens = model, prefix

    def forward(self, x):
        return self.model(x).logits


def main(folder, *names):
    import transformers

    warnings.filterwarnings("ignore")
    folder = pathlib.Path(folder)
    for name in names or MODELS:
        family, options, prefix = MODELS[name]
        torch.manual_seed(0)
        config = getattr(transformers, f"{family}Config")(**options, num_labels=TINY_CLASSES)
        model = Logits(getattr(transformers, f"{family}ForImageClassification")(config), prefix)
        x = torch.randn(1, 3, TINY_SIZE, TINY_SIZE, generator=torch.Generator().manual_seed(1))
        liven()(model, x, seed=sum(map(ord, name)))
        for parameter in model.parameters():
            parameter.requires_grad_(False)
        save_small(torch.export.export(model, (x,)), folder / f"{name}.pt2")
        arrays = goldens(model, x)
        np.savez(folder / f"{name}.npz", **arrays)
        print(name, bytes(arrays["layer"]).decode(), arrays["logits"], [float(np.abs(arrays[a]).max()) for a in ("grad_cam", "gradient")])


if __name__ == "__main__":
    main(*sys.argv[1:])
