"""What the tools make of one picture, as references for the tests of preprocessing.

Run from the project's root: python tests/preprocessing/make.py
Made with Pillow 13.0, torch 2.13, torchvision 0.28, OpenCV 5.0, timm 1.0.31, transformers 5.24.
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


class Begins(torch.nn.Module):
    """A network that begins with a function of the image."""

    def __init__(self, first):
        super().__init__()
        self.first = first if isinstance(first, torch.nn.Module) else None
        self.function = first
        self.conv = torch.nn.Conv2d(3, 4, 3, stride=2)
        self.fc = torch.nn.Linear(4, 3)

    def forward(self, x):
        return self.fc(torch.relu(self.conv(self.function(x))).mean((2, 3)))


def batch_norm(images):
    """A batch normalisation that has seen images of these levels."""
    layer = torch.nn.BatchNorm2d(3, momentum=None)
    for _ in range(3):
        layer(images)
    with torch.no_grad():
        layer.weight.uniform_(0.5, 1.5)
        layer.bias.uniform_(-0.5, 0.5)
    return layer.eval()


# Written as .pt2 as well, where the same beginning has other operations than as .onnx.
AS_PT2 = [
    "imagenet_swapped", "caffe_swapped", "imagenet_bytes", "rescaled_signed", "clamped", "imagenet_padded",
    "padded_imagenet", "reflected_imagenet",
]


def beginnings():
    """Networks that normalise the image themselves, and the levels that they take, none where they tell nothing, with
    their logits for a part of the picture of 24 × 24 pixels in these levels."""
    torch.manual_seed(7)
    pad = torch.nn.functional.pad
    of = lambda *numbers: torch.tensor(numbers).view(1, 3, 1, 1)
    mean, std = of(0.485, 0.456, 0.406), of(0.229, 0.224, 0.225)
    caffe = of(103.939, 116.779, 123.68)
    photo = torch.tensor(np.asarray(SOURCE)).permute(2, 0, 1)[None].float()
    inception = lambda x: torch.cat(
        [x[:, c : c + 1] * (std[0, c] / 0.5) + (mean[0, c] - 0.5) / 0.5 for c in range(3)], 1
    )
    cifar = of(0.4914, 0.4822, 0.4465), of(0.2470, 0.2435, 0.2616)
    resized = lambda x: torch.nn.functional.interpolate(x, size=(12, 12), mode="nearest")
    grey = lambda x: (x * of(0.299, 0.587, 0.114)).sum(1, keepdim=True).repeat(1, 3, 1, 1)
    networks = {
        "imagenet": ("unit", "rgb", lambda x: (x - mean) / std),
        "imagenet_multiplied": ("unit", "rgb", lambda x: x * (1 / std) + (-mean / std)),
        "imagenet_bytes": ("bytes", "rgb", lambda x: (x / 255 - mean) / std),
        "imagenet_bgr": ("unit", "bgr", lambda x: (x - mean.flip(1)) / std.flip(1)),
        "imagenet_swapped": ("unit", "bgr", lambda x: (x.flip(1) - mean) / std),
        "imagenet_padded": ("unit", "rgb", lambda x: pad((x - mean) / std, (1, 1, 1, 1))),
        "padded_imagenet": ("unit", "rgb", lambda x: (pad(x, (3, 1, 2, 0), value=0.5) - mean) / std),
        "reflected_imagenet": ("bytes", "rgb", lambda x: (pad(x, (3, 1, 2, 0), mode="reflect") / 255 - mean) / std),
        "imagenet_resized": ("unit", "rgb", lambda x: resized((x - mean) / std)),
        "clip": ("unit", "rgb", lambda x: (x - of(0.4815, 0.4578, 0.4082)) / of(0.2686, 0.2613, 0.2758)),
        "cifar": ("unit", None, lambda x: (x - cifar[0]) / cifar[1]),
        "half": ("unit", None, lambda x: x * 2 - 1),
        "scaled_up": ("unit", None, lambda x: x * 255),
        "signed": ("signed", None, lambda x: (x + 1) / 2),
        "imagenet_signed": ("signed", "rgb", lambda x: ((x + 1) / 2 - mean) / std),
        "caffe_scaled_up": ("unit", None, lambda x: x.flip(1) * 255 - caffe),
        "rescaled": ("bytes", None, lambda x: x / 255),
        "rescaled_signed": ("bytes", None, lambda x: x / 127.5 - 1),
        "caffe": ("bytes", "bgr", lambda x: x - caffe),
        "caffe_swapped": ("bytes", "rgb", lambda x: x[:, [2, 1, 0]] - caffe),
        "caffe_split": ("bytes", "rgb", lambda x: torch.cat([x[:, 2:], x[:, 1:2], x[:, :1]], 1) - caffe),
        "norm_unit": ("unit", None, batch_norm(photo / 255)),
        "norm_bytes": ("bytes", None, batch_norm(photo)),
        "norm_signed": ("signed", None, batch_norm(photo / 127.5 - 1)),
        "norm_rescaled": ("bytes", None, torch.nn.Sequential(Scale(1 / 255), batch_norm(photo / 255))),
        "norm_normalised": (None, None, batch_norm((photo / 255 - mean) / std)),
        "clamped": ("bytes", "rgb", lambda x: (x.clamp(0, 255) / 255 - mean) / std),
        "plain": (None, None, lambda x: x),
        "transform_input": (None, None, inception),
        "gamma": (None, None, lambda x: x**2),
        "greyed": (None, None, grey),
        "doubled": (None, None, lambda x: x * 2),
    }
    (HERE / "begins").mkdir(exist_ok=True)
    expected = {}
    for name, (levels, channels, first) in networks.items():
        torch.manual_seed(1)
        network = Begins(first).eval().requires_grad_(False)
        file = str(HERE / "begins" / f"{name}.onnx")
        torch.onnx.export(network, (torch.rand(1, 3, 24, 24),), file, dynamo=False, opset_version=17)
        if name in AS_PT2:
            program = torch.export.export(network, (torch.rand(1, 3, 24, 24),))
            torch.export.save(program, file.replace(".onnx", ".pt2"))
        if name in ("padded_imagenet", "reflected_imagenet"):
            # constant_pad_nd, and a reflection by indices.
            torch.export.save(program.run_decompositions(), file.replace(".onnx", ".core.pt2"))
        expected[name] = dict(levels=levels, channels=channels)
        if levels:
            x = photo[:, :, 10:34, 20:44].flip(1) if channels == "bgr" else photo[:, :, 10:34, 20:44]
            x = {"unit": x / 255, "bytes": x, "signed": x / 127.5 - 1}[levels]
            expected[name]["logits"] = network(x)[0].tolist()
    (HERE / "begins" / "expected.json").write_text(json.dumps(expected, indent=1) + "\n")


def hints():
    """Networks whose beginning suggests the levels that they take: it clips the image, or normalises it by itself."""
    positions, all_ = (2, 3), (1, 2, 3)
    networks = {
        "clipped": ("unit", lambda x: x.clamp(0, 1)),
        "clipped_bytes": ("bytes", lambda x: x.clamp(0, 255).sqrt()),
        "standardised": ("unit", lambda x: (x - x.mean(all_, keepdim=True)) / x.std(all_, keepdim=True)),
        "standardised_channels": (
            "unit", lambda x: (x - x.mean(positions, keepdim=True)) / (x.var(positions, keepdim=True) + 1e-5).sqrt()
        ),
        "by_maximum": ("unit", lambda x: x / x.amax(all_, keepdim=True)),
        "instance": ("unit", torch.nn.InstanceNorm2d(3)),
        "mean_grey": (None, lambda x: x.mean(1, keepdim=True).repeat(1, 3, 1, 1)),
        "gated": (None, lambda x: x * torch.sigmoid(x.mean(positions, keepdim=True))),
        "clipped_features": (None, lambda x: (x * x).clamp(0, 6)),
    }
    torch.manual_seed(1)
    expected = {}
    for name, (levels, first) in networks.items():
        network = Begins(first).eval().requires_grad_(False)
        file = str(HERE / "begins" / f"hint_{name}.onnx")
        torch.onnx.export(network, (torch.rand(1, 3, 24, 24),), file, dynamo=False, opset_version=18)
        torch.export.save(torch.export.export(network, (torch.rand(1, 3, 24, 24),)), file.replace(".onnx", ".pt2"))
        expected[name] = levels
    (HERE / "begins" / "hints.json").write_text(json.dumps(expected, indent=1) + "\n")



class Scale(torch.nn.Module):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def forward(self, x):
        return x * self.factor


def transformers():
    """transformers' own image processors, of both kinds, for the forms that their files have."""
    from transformers.models.auto.image_processing_auto import get_image_processor_class_from_name

    half = dict(image_mean=[0.5] * 3, image_std=[0.5] * 3)
    imagenet = dict(image_mean=[0.485, 0.456, 0.406], image_std=[0.229, 0.224, 0.225])
    side = lambda n: dict(height=n, width=n)
    processors = {
        "vit": ("ViTImageProcessor", dict(size=side(32), resample=2, **half)),
        "deit": ("DeiTImageProcessor", dict(size=side(40), crop_size=side(32), resample=3, **imagenet)),
        "beit": ("BeitImageProcessor", dict(size=side(32), do_center_crop=False, resample=3, **half)),
        "bit": ("BitImageProcessor", dict(size=dict(shortest_edge=37), crop_size=side(32), resample=3, **imagenet)),
        "convnext": ("ConvNextImageProcessor", dict(size=dict(shortest_edge=32), crop_pct=0.875, resample=3, **imagenet)),
        "clip": ("CLIPImageProcessor", dict(size=dict(shortest_edge=32), crop_size=side(32), resample=3, **half)),
        "levit": ("LevitImageProcessor", dict(size=dict(shortest_edge=32), crop_size=side(32), resample=3, **imagenet)),
        "poolformer": ("PoolFormerImageProcessor", dict(size=dict(shortest_edge=32), crop_size=side(32), crop_pct=0.9, resample=3, **imagenet)),
        "mobilenet": ("MobileNetV2ImageProcessor", dict(size=dict(shortest_edge=36), crop_size=side(32), resample=2, **half)),
        "mobilevit": ("MobileViTImageProcessor", dict(size=dict(shortest_edge=36), crop_size=side(32), resample=2, do_flip_channel_order=True)),
        "efficientnet": ("EfficientNetImageProcessor", dict(size=side(32), do_center_crop=False, resample=0, include_top=True, **imagenet)),
        "bytes": ("ViTImageProcessor", dict(size=side(32), resample=2, do_rescale=False, do_normalize=False)),
        "unit": ("ViTImageProcessor", dict(size=side(32), resample=2, do_normalize=False)),
        "factor": ("ViTImageProcessor", dict(size=side(32), resample=2, rescale_factor=1 / 127.5, image_mean=[1.0] * 3, image_std=[1.0] * 3)),
        # Of a picture that is not resized, the centre stays as it is.
        "unresized_crop": ("CLIPImageProcessor", dict(do_resize=False, size=dict(shortest_edge=32), crop_size=side(32), **half)),
        "unresized": ("ViTImageProcessor", dict(do_resize=False, size=side(32), resample=2, **imagenet)),
    }
    folder = HERE / "transformers"
    folder.mkdir(exist_ok=True)
    for name, (kind, options) in processors.items():
        processor = get_image_processor_class_from_name(kind + "Pil")(**options)
        source = SOURCE.crop((32, 14, 64, 46)) if name == "unresized" else SOURCE
        pixels = np.asarray(processor(source, return_tensors="np")["pixel_values"][0], np.float32)
        config = json.loads(processor.to_json_string())
        config["image_processor_type"] = kind
        config = {key: value for key, value in config.items() if value is not None}
        (folder / f"{name}.json").write_text(json.dumps(config, indent=1) + "\n")
        pixels.astype("<f4").tofile(folder / f"{name}.f32")


if __name__ == "__main__":
    resampling()
    timm()
    beginnings()
    hints()
    transformers()
