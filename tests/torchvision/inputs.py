"""Exports small networks with the inputs that people have, and what PyTorch or onnxruntime says to them.

    python tests/torchvision/inputs.py tests/torchvision/inputs.zip.gz

Dynamic sizes, batches, pictures of bytes, channels other than three, several inputs. The archive holds the files and
`checks.json`, a list: the file, the choices it is opened with, the shape of the picture, the logits, and, where PyTorch
gives it, values of the gradient at the picture of their sum weighted by cos(0.7 · class). `src/model/tests/inputs.rs` compares.

Needs numpy, onnxruntime and torch.
"""

import gzip
import io
import json
import sys
import warnings
import zipfile

import numpy as np
import onnxruntime
import torch
from torch import nn
from torch.export import Dim
from torch.nn import functional as F

warnings.filterwarnings("ignore")
torch.manual_seed(0)

FILES = {}
CHECKS = []
# One value in so many of a gradient is written down.
STEP = 23


def numbers(row):
    """Eight digits of each are more than is compared."""
    return [float(f"{value:.8g}") for value in row.tolist()]


def picture(shape):
    """Values of both signs that floats hold exactly."""
    count = torch.arange(int(np.prod(shape)))
    return ((count * 37 % 101 - 50) / 16 + 1 / 64).float().reshape(shape)


def pt2(name, net, args, kwargs=None, **options):
    """Exports `net` as it is called with `args`."""
    net.eval()
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    program = torch.export.export(net, args, kwargs, **options)
    file = io.BytesIO()
    torch.export.save(program, file)
    FILES[name] = file.getvalue()


def onnx(name, net, args, **options):
    file = io.BytesIO()
    torch.onnx.export(net.eval(), args, file, dynamo=False, opset_version=17, **options)
    FILES[name] = file.getvalue()


def check(name, call, shape, size=None, inputs=None, source=None, gradient=True):
    """`call` maps the picture to the logits. `source` is how the size was found."""
    x = picture(shape).requires_grad_(gradient)
    y = call(x)
    row = y[0] if y.dim() > 1 else y
    entry = dict(file=name, shape=list(shape), logits=numbers(row.detach()))
    if gradient:
        weights = torch.cos(0.7 * torch.arange(row.numel()))
        (row * weights).sum().backward()
        entry["gradient"] = numbers(x.grad.reshape(-1)[::STEP])
    if size:
        entry["size"] = size
    if inputs:
        entry["inputs"] = inputs
    if source:
        entry["source"] = source
    CHECKS.append(entry)


class Sizes(nn.Module):
    """Computes with the size of its picture in many ways."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 4, 3, 2, 1)
        self.last = nn.Linear(4, 3)

    def forward(self, x):
        x = self.conv(x)
        b, c, h, w = x.shape
        y = F.interpolate(x, scale_factor=2)
        y = F.pad(y, (0, (4 - w % 4) % 4, 0, (4 - h % 4) % 4))
        y = y[:, :, 1 : h + 1, : w + 1]
        y = y.flatten(2).transpose(1, 2).reshape(b, -1, 4)
        return self.last(torch.tanh(y).mean(1) * (h * w) ** 0.5 / 10)


class Patches(nn.Module):
    """Windows of four pixels, so that only multiples of four go in."""

    def __init__(self):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 4, 4)
        self.last = nn.Linear(6, 2)

    def forward(self, x):
        b, c, h, w = x.shape
        y = self.conv(x).view(b, 6, h // 4, w // 4)
        y = y.reshape(b, 6, -1).permute(0, 2, 1)
        y = torch.softmax(y @ y.transpose(1, 2), -1) @ y
        return self.last(y.sum(1) / (h * w))


def dynamic():
    net = Sizes()
    dims = {0: Dim("b"), 2: Dim("h", min=16, max=128), 3: Dim("w", min=16, max=96)}
    pt2("sizes.pt2", net, (torch.rand(2, 3, 24, 20),), dynamic_shapes=(dims,))
    check("sizes.pt2", net, (1, 3, 24, 20), source="Sample")
    check("sizes.pt2", net, (1, 3, 33, 18), size=[18, 33], source="Chosen")
    check("sizes.pt2", net, (1, 3, 17, 29), size=[29, 17], source="Chosen")

    net = Patches()
    side = Dim("side", min=2, max=20)
    dims = {2: 4 * side, 3: 4 * side}
    pt2("patches.pt2", net, (torch.rand(1, 3, 16, 16),), dynamic_shapes=(dims,))
    check("patches.pt2", net, (1, 3, 16, 16), source="Sample")
    check("patches.pt2", net, (1, 3, 24, 24), size=[24, 24], source="Chosen")


def write(path):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, data in {**FILES, "checks.json": json.dumps(CHECKS).encode()}.items():
            archive.writestr(zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0)), data)
    with open(path, "wb") as file, gzip.GzipFile("", "wb", 9, file, mtime=0) as out:
        out.write(packed.getvalue())


if __name__ == "__main__":
    dynamic()
    write(sys.argv[1])
    print(len(CHECKS), "checks of", len(FILES), "files")
