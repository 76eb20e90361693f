"""Writes small networks as TorchScript, traced and scripted, and what PyTorch says about them.

    python tests/torchscript/make.py [NAME...]     (torch 2.13, torchvision, timm, ultralytics)

`networks.zip.gz` has NAME.pt and NAME.npz of each: `input`, `logits`, `output`, `class_index` and `gradient`, as
`tests/libraries/export.py` writes them. Weights are random. Downloads nothing.
"""

import gzip
import io
import pathlib
import sys
import warnings
import zipfile
from typing import NamedTuple

import numpy as np
import torch
from torch import nn

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "libraries"))
from export import goldens, liven  # noqa: E402

SIDE = 32
CLASSES = 5


class Plain(nn.Module):
    """What people write themselves: dropout, `view(-1, …)`, a functional pooling, a size that is asked for."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 8, 3, padding=1)
        self.drop = nn.Dropout(0.3)
        self.fc1 = nn.Linear(8 * 8 * 8, 16)
        self.fc2 = nn.Linear(16, CLASSES)

    def forward(self, x):
        x = nn.functional.max_pool2d(torch.relu(self.conv1(x)), 2)
        x = nn.functional.max_pool2d(torch.relu_(self.conv2(x)), 2)
        x = x.view(-1, 8 * 8 * 8)
        x = self.drop(torch.relu(self.fc1(x)))
        return self.fc2(x)


class Out(NamedTuple):
    logits: torch.Tensor
    features: torch.Tensor


class Written(nn.Module):
    """What only a script has: loops over modules, conditions, lists, optional values, a named tuple."""

    def __init__(self, deep: bool = True):
        super().__init__()
        self.blocks = nn.ModuleList([nn.Conv2d(3 if i == 0 else 6, 6, 3, padding=1) for i in range(3)])
        self.deep = deep
        self.sizes = [2, 1]
        self.scale = 0.5
        self.head = nn.Linear(6, CLASSES)
        self.register_buffer("shift", torch.linspace(-1, 1, 6).reshape(1, 6, 1, 1))

    def pooled(self, x, by: int = 2):
        if x.size(2) % by == 0:
            return nn.functional.avg_pool2d(x, by)
        return x

    def forward(self, x):
        kept = []
        for i, block in enumerate(self.blocks):
            x = torch.nn.functional.silu(block(x))
            if self.deep and i > 0:
                x = self.pooled(x, self.sizes[0])
            kept.append(x.mean([2, 3]))
        total = kept[0]
        for i in range(1, len(kept)):
            total = total + kept[i] * self.scale
        count = 0
        while count < 2:
            count += 1
        assert count == 2, "two"
        features = total * float(count) + self.shift.flatten(1).clamp(min=-0.5)
        return Out(self.head(features), features)


def resnet():
    from torchvision.models.resnet import BasicBlock

    class ResNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.conv1 = nn.Conv2d(3, 8, 7, 2, 3, bias=False)
            self.bn1 = nn.BatchNorm2d(8)
            self.relu = nn.ReLU(inplace=True)
            self.maxpool = nn.MaxPool2d(3, 2, 1)
            short = nn.Sequential(nn.Conv2d(8, 12, 1, 2, bias=False), nn.BatchNorm2d(12))
            self.layer1 = nn.Sequential(BasicBlock(8, 8), BasicBlock(8, 8))
            self.layer2 = nn.Sequential(BasicBlock(8, 12, 2, short))
            self.avgpool = nn.AdaptiveAvgPool2d(1)
            self.fc = nn.Linear(12, CLASSES)

        def forward(self, x):
            x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
            x = self.avgpool(self.layer2(self.layer1(x)))
            return self.fc(torch.flatten(x, 1))

    return ResNet()


def mobilenet():
    from torchvision.models import MobileNetV2

    settings = [[1, 8, 1, 1], [4, 12, 2, 2]]
    net = MobileNetV2(num_classes=CLASSES, width_mult=0.25, inverted_residual_setting=settings)
    net.features[-1] = nn.Conv2d(8, 12, 1)
    net.classifier[1] = nn.Linear(12, CLASSES)
    return net


def squeezenet():
    from torchvision.models.squeezenet import Fire

    class SqueezeNet(nn.Module):
        def __init__(self):
            super().__init__()
            self.features = nn.Sequential(
                nn.Conv2d(3, 8, 3, stride=2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, ceil_mode=True),
                Fire(8, 4, 8, 8), Fire(16, 4, 8, 8),
            )
            self.classifier = nn.Sequential(
                nn.Dropout(), nn.Conv2d(16, CLASSES, 1), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1)
            )

        def forward(self, x):
            return torch.flatten(self.classifier(self.features(x)), 1)

    return SqueezeNet()


def densenet():
    from torchvision.models import DenseNet

    return DenseNet(growth_rate=4, block_config=(2, 2), num_init_features=8, num_classes=CLASSES)


def vit():
    from torchvision.models import VisionTransformer

    return VisionTransformer(SIDE, 8, 2, 2, 16, 32, num_classes=CLASSES)


def swin():
    from torchvision.models import SwinTransformer

    return SwinTransformer([2, 2], 8, [2, 2], [2, 2], [4, 4], num_classes=CLASSES)


def timm_vit():
    import timm

    return timm.models.vision_transformer.VisionTransformer(
        img_size=SIDE, patch_size=8, embed_dim=16, depth=2, num_heads=2, num_classes=CLASSES
    )


def yolo():
    from ultralytics.nn.tasks import ClassificationModel

    backbone = [[-1, 1, "Conv", [8, 3, 2]], [-1, 1, "C3k2", [16, False, 0.25]]]
    return ClassificationModel(dict(nc=CLASSES, backbone=backbone, head=[[-1, 1, "Classify", [CLASSES]]]), ch=3)


NETWORKS = {
    "plain": Plain, "written": Written, "resnet": resnet, "mobilenet": mobilenet, "squeezenet": squeezenet,
    "densenet": densenet, "vit": vit, "swin": swin, "timm_vit": timm_vit, "yolo": yolo,
}
# How each is written.
HOW = {
    "plain": "trace script freeze", "written": "script", "resnet": "trace script freeze", "mobilenet": "trace script",
    "squeezenet": "trace script", "densenet": "trace script", "vit": "trace script", "swin": "trace script",
    "timm_vit": "trace", "yolo": "trace",
}


def written(model, x, how):
    if how == "trace":
        return torch.jit.trace(model, x, check_trace=False)
    scripted = torch.jit.script(model)
    return torch.jit.freeze(scripted) if how == "freeze" else scripted


def small(saved):
    """The archive without what only debuggers read."""
    made = io.BytesIO()
    with zipfile.ZipFile(saved) as old, zipfile.ZipFile(made, "w") as new:
        for entry in old.infolist():
            if not entry.filename.endswith(".debug_pkl"):
                info = zipfile.ZipInfo(entry.filename)
                info.compress_type = entry.compress_type
                new.writestr(info, old.read(entry))
    return made.getvalue()


def rounded(array):
    """Fewer digits, which pack better; still far more than are compared."""
    if array.dtype != np.float32:
        return array
    return (array.view(np.uint32) & np.uint32(0xFFFFFF00)).view(np.float32)


def main():
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name in sys.argv[1:] or NETWORKS:
            for how in HOW[name].split():
                torch.manual_seed(0)
                x = torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(1)).mul(8).round().div(8)
                model = liven(NETWORKS[name]().eval(), x, seed=3)
                for tensor in model.state_dict().values():
                    if tensor.is_floating_point():
                        tensor.copy_(tensor.bfloat16())
                saved = io.BytesIO()
                torch.jit.save(written(model, x, how), saved)
                arrays = io.BytesIO()
                np.savez(arrays, **{key: rounded(np.asarray(each)) for key, each in goldens(model, x).items()})
                # Files of one day, so that the archive is the same each time.
                for ending, data in (("pt", small(saved)), ("npz", arrays.getvalue())):
                    archive.writestr(zipfile.ZipInfo(f"{name}_{how}.{ending}"), data)
                print(name, how, len(saved.getvalue()), flush=True)
    data = gzip.compress(packed.getvalue(), 9, mtime=0)
    (HERE / "networks.zip.gz").write_bytes(data)
    print(len(data), "bytes")


if __name__ == "__main__":
    main()
