"""What the tools make of one picture, as references for the tests of preprocessing.

Run from the project's root: python tests/preprocessing/make.py
Made with Pillow 13.0, torch 2.13, torchvision 0.28, OpenCV 5.0, timm 1.0.31.
"""

import json
from pathlib import Path

import cv2
import numpy as np
import torch
from PIL import Image
from timm.data import create_transform
from torchvision.transforms import functional

HERE = Path(__file__).parent
SOURCE = Image.open(HERE.parent / "pictures/resample_source.png").convert("RGB")  # 97 × 61


def save(folder, name, pixels):
    (HERE / folder).mkdir(exist_ok=True)
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(np.asarray(pixels))
    image.save(HERE / folder / f"{name}.png", optimize=True)


def tensor(mode, size):
    """`torch.nn.functional.interpolate` of float pixels, (height, width)."""
    x = torch.tensor(np.asarray(SOURCE)).permute(2, 0, 1)[None].float()
    y = torch.nn.functional.interpolate(x, size=size, mode=mode, align_corners=False, antialias=False)
    return y[0].permute(1, 2, 0).round().clamp(0, 255).byte().numpy()


def resampling():
    # The sizes: torchvision's for 32 at a crop fraction of 0.875, stretched, enlarged, and by a whole factor.
    cut = lambda image: functional.center_crop(image, [32, 32])
    for name, number in dict(box=Image.Resampling.BOX, hamming=Image.Resampling.HAMMING).items():
        save("resample", f"crop_{name}", cut(SOURCE.resize((57, 36), number)))
        save("resample", f"enlarge_{name}", SOURCE.resize((112, 80), number))
    for name, mode in dict(linear="bilinear", cubic="bicubic").items():
        save("resample", f"crop_{name}", cut(Image.fromarray(tensor(mode, (36, 57)))))
        save("resample", f"enlarge_{name}", tensor(mode, (80, 112)))
    for name, mode in dict(linear=cv2.INTER_LINEAR, cubic=cv2.INTER_CUBIC, area=cv2.INTER_AREA).items():
        to = lambda width, height: cv2.resize(np.asarray(SOURCE), (width, height), interpolation=mode)
        save("resample", f"opencv_stretch_{name}", to(32, 32))
        save("resample", f"opencv_enlarge_{name}", to(112, 80))
        save("resample", f"opencv_mixed_{name}", to(64, 64))
    halved = np.asarray(SOURCE)[:60, :96]
    save("resample", "opencv_halved_area", cv2.resize(halved, (48, 30), interpolation=cv2.INTER_AREA))


def timm():
    """timm's own transforms for the keys that its configurations have."""
    configs = {
        "center": dict(interpolation="bicubic", crop_pct=0.875, crop_mode="center"),
        "over_one": dict(interpolation="bilinear", crop_pct=1.1, crop_mode="center"),
        "squash": dict(interpolation="bicubic", crop_pct=1.0, crop_mode="squash"),
        "squash_crop": dict(interpolation="bilinear", crop_pct=0.9, crop_mode="squash"),
        "squash_over_one": dict(interpolation="bilinear", crop_pct=1.25, crop_mode="squash"),
        "border": dict(interpolation="bicubic", crop_pct=1.0, crop_mode="border"),
        "border_crop": dict(interpolation="bilinear", crop_pct=0.8, crop_mode="border"),
        "wide": dict(input_size=[3, 24, 40], interpolation="bicubic", crop_pct=0.9, crop_mode="center"),
        "wide_border": dict(input_size=[3, 40, 24], interpolation="bilinear", crop_pct=1.0, crop_mode="border"),
        "hamming": dict(interpolation="hamming", crop_pct=0.9, crop_mode="center"),
    }
    for name, config in configs.items():
        config = dict(input_size=[3, 32, 32], mean=[0.485, 0.456, 0.406], std=[0.229, 0.224, 0.225]) | config
        transform = create_transform(**config | dict(input_size=tuple(config["input_size"])))
        pixels = transform(SOURCE)
        mean, std = (torch.tensor(config[key]).view(3, 1, 1) for key in ("mean", "std"))
        pixels = ((pixels * std + mean) * 255).round().byte()
        save("timm", name, pixels.permute(1, 2, 0).numpy())
        (HERE / "timm" / f"{name}.json").write_text(json.dumps(config) + "\n")


if __name__ == "__main__":
    resampling()
    timm()
