"""Networks of two, four and six channels with pictures for them, and what PyTorch and Pillow make of both.

python tests/bands/make.py        (torch 2.13, pillow, numpy, tifffile, torchvision)
"""

import copy
import json
import pathlib

import numpy as np
import tifffile
import torch
from PIL import Image
from torchvision.transforms import functional as F
from torchvision.transforms import InterpolationMode

HERE = pathlib.Path(__file__).parent
SIDE = 16
torch.set_num_threads(1)


class Guided(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x.clamp_min(0)

    @staticmethod
    def backward(ctx, gradient):
        (x,) = ctx.saved_tensors
        return gradient.clamp_min(0) * (x > 0)


class GuidedReLU(torch.nn.Module):
    def forward(self, x):
        return Guided.apply(x)


class Small(torch.nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.features = torch.nn.Sequential(
            torch.nn.Conv2d(channels, 6, 3, padding=1),
            torch.nn.ReLU(),
            torch.nn.Conv2d(6, 8, 3, stride=2, padding=1),
            torch.nn.ReLU(),
        )
        self.head = torch.nn.Linear(8, 4)

    def forward(self, x):
        return self.head(self.features(x).mean((2, 3)))


def waves(count, width, height):
    """Planes from 0 to 1, each another pattern."""
    y, x = np.mgrid[:height, :width].astype("f8")
    plane = lambda i: 0.5 + 0.5 * np.sin(x / (3 + i) + y / (9 - i) + i)
    return np.stack([plane(i) for i in range(count)], -1)


def explained(net, x):
    """The arrays of `gradcam export --raw`, for the best class at the last rectifier."""
    image = x.clone().requires_grad_(True)
    kept = net.features(image)
    logits = net.head(kept.mean((2, 3)))
    score = logits[0].max()
    gradient, at = torch.autograd.grad(score, (image, kept))
    grad_cam = (at.mean((2, 3), keepdim=True) * kept).sum(1)[0].clamp_min(0)
    guided = copy.deepcopy(net)
    guided.features[1] = guided.features[3] = GuidedReLU()
    (backprop,) = torch.autograd.grad(guided(image)[0].max(), image)
    arrays = {"logits": logits[0], "grad_cam": grad_cam, "gradient": gradient[0], "guided_backprop": backprop[0]}
    return {name: array.detach().numpy() for name, array in arrays.items()}


def case(name, model, x, preprocess=None):
    torch.manual_seed(x.shape[1])
    net = Small(x.shape[1]).eval()
    # Strong enough that every channel counts.
    with torch.no_grad():
        for parameter in net.parameters():
            parameter.mul_(3)
    if preprocess:
        mean, std = (torch.tensor(preprocess[key]).view(1, -1, 1, 1) for key in ("mean", "std"))
        x = (x - mean) / std
    arrays = explained(net, x.float())
    np.savez(HERE / f"{name}.npz", input=x[0].float().numpy(), **arrays)
    for parameter in net.parameters():
        parameter.requires_grad_(False)
    kept = {"preprocess.json": json.dumps(preprocess)} if preprocess else {}
    torch.export.save(torch.export.export(net, (torch.rand(x.shape),)), HERE / f"{model}.pt2", extra_files=kept)


def stretched(planes, mode):
    one = lambda i: np.asarray(Image.fromarray(planes[..., i].astype(mode)).resize((SIDE, SIDE), Image.BILINEAR))
    return torch.from_numpy(np.stack([one(i) for i in range(planes.shape[-1])]).astype("f4"))[None]


def main():
    width, height = 29, 21
    # Two channels: grey with opacity, as Pillow resamples it.
    planes = (waves(2, width, height) * 255).round().astype("u1")
    grey = Image.fromarray(planes, "LA")
    grey.save(HERE / "two.png")
    case("two", "two", F.to_tensor(grey.resize((SIDE, SIDE), Image.BILINEAR))[None])

    # Four: colours with opacity, through torchvision's transforms.
    planes = (waves(4, width, height) * 255).round().astype("u1")
    colours = Image.fromarray(planes, "RGBA")
    colours.save(HERE / "four.png")
    resized = F.resize(colours, SIDE + 4, InterpolationMode.BICUBIC)
    stated = {
        "input_size": [4, SIDE, SIDE],
        "interpolation": "bicubic",
        "crop_pct": SIDE / (SIDE + 4),
        "mean": [0.4, 0.5, 0.6, 0.25],
        "std": [0.2, 0.3, 0.25, 0.5],
    }
    case("four", "four_normalised", F.to_tensor(F.center_crop(resized, SIDE))[None], stated)

    # Six bands: of bytes, apart in the file; of 16 bits; of floats.
    planes = (waves(6, width, height) * 255).round().astype("u1")
    apart = planes.transpose(2, 0, 1)
    tifffile.imwrite(HERE / "six_8.tif", apart, photometric="minisblack", planarconfig="separate", compression="zlib")
    case("six_8", "six", stretched(planes, "u1") / 255)
    planes = (waves(6, width, height) * 11000 + 300).round().astype("u2")
    tifffile.imwrite(HERE / "six_16.tif", planes, photometric="minisblack", planarconfig="contig", byteorder=">")
    case("six_16", "six", stretched(planes, "f4") / 65535)
    planes = (waves(6, width, height) * 3 - 1).astype("f4")
    tifffile.imwrite(HERE / "six_f.tif", planes, photometric="minisblack", planarconfig="contig", compression="zlib")
    case("six_f", "six", stretched(planes, "f4"))
    # Near infrared beside colours, as satellites' files have it.
    planes = (waves(4, width, height) * 255).round().astype("u1")
    tifffile.imwrite(HERE / "infrared.tif", planes, photometric="rgb", extrasamples=["unspecified"])
    case("infrared", "four", stretched(planes, "u1") / 255)
    # The same four as files of their own.
    for index in range(4):
        tifffile.imwrite(HERE / f"band_{index + 1}.tif", planes[..., index], photometric="minisblack")


if __name__ == "__main__":
    main()
