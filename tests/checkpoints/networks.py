"""Writes networks.zip.gz: weights alone as scripts and hubs save them, with what PyTorch gives on them.

    python tests/checkpoints/networks.py [NAME...]

Each NAME is a file or a folder of weights, with NAME.npz beside it: see tests/libraries/export.py. Weights are a short row
of random numbers over and over, so that whole networks pack into little; batch norms are calibrated on noise.
With NAMEs only those are made, into target/checkpoints, for trying. Downloads nothing.
"""

import gzip
import io
import json
import pathlib
import sys
import tempfile
import warnings
import zipfile

import numpy as np
import timm
import torch
import transformers
from safetensors.torch import save_file
from torch import nn
from torchvision import models

HERE = pathlib.Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "libraries"))

from export import goldens, liven  # noqa: E402

CLASSES = 5
SIDE = 64
# Takes images of any size, and its last layer is called fc.
SMALL = "regnet_y_400mf"
# A prime number, so that rows of weights differ.
PERIOD = 1021


def repeated(model):
    """A short row of numbers in place of all of its weights, each tensor at a scale of its own."""
    for tensor in model.state_dict().values():
        if tensor.is_floating_point() and tensor.numel() > PERIOD:
            values = tensor.flatten()
            mean, deviation = values.mean(), values.std()
            row = values[:PERIOD]
            row = (row - row.mean()) / row.std() * deviation + mean
            values = row.bfloat16().float().repeat(-(-values.numel() // PERIOD))[: values.numel()]
            tensor.copy_(values.view_as(tensor))
    return model


def lively(model, x, seed=3):
    torch.manual_seed(seed)
    liven(model.eval(), x, seed)
    repeated(model)
    # Once more, for the statistics of batch norms.
    norms = [module for module in model.modules() if isinstance(module, (nn.BatchNorm1d, nn.BatchNorm2d))]
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    with torch.no_grad():
        model(torch.randn(4, *x.shape[1:], generator=torch.Generator().manual_seed(seed)))
    return model.eval()


def tensors(model):
    """The state dict, with tensors of their own."""
    return {name: tensor.clone().contiguous() for name, tensor in model.state_dict().items()}


def vision(name, classes=CLASSES):
    return models.get_model(name, weights=None, num_classes=classes)


# Heads of one's own


class FastaiPool(nn.Module):
    def forward(self, x):
        return torch.cat([x.amax((2, 3)), x.mean((2, 3))], 1)


def with_head(name, head, at="fc"):
    model = vision(name)
    old = getattr(model, at)
    width = old.in_features if isinstance(old, nn.Linear) else [m for m in old.modules() if isinstance(m, nn.Linear)][0].in_features
    setattr(model, at, head(width))
    return model


class Wrapped(nn.Module):
    """A network within another, which has the layers of the head."""

    def __init__(self):
        super().__init__()
        self.backbone = vision(SMALL)
        self.backbone.fc = nn.Identity()
        self.fc1, self.fc2 = nn.Linear(440, 32), nn.Linear(32, CLASSES)

    def forward(self, x):
        return self.fc2(self.fc1(self.backbone(x)).relu())


class Children(nn.Module):
    def __init__(self):
        super().__init__()
        self.features = nn.Sequential(*list(vision("resnet18").children())[:-1])
        self.classifier = nn.Linear(512, CLASSES)

    def forward(self, x):
        return self.classifier(self.features(x).flatten(1))


def fastai():
    body = nn.Sequential(*list(vision("resnet18").children())[:-2])
    head = nn.Sequential(
        FastaiPool(), nn.Flatten(), nn.BatchNorm1d(1024), nn.Dropout(0.25), nn.Linear(1024, 64, bias=False),
        nn.ReLU(inplace=True), nn.BatchNorm1d(64), nn.Dropout(0.5), nn.Linear(64, CLASSES, bias=False),
    )
    return nn.Sequential(body, head)


def trunk():
    model = vision(SMALL)
    model.fc = nn.Identity()
    return model


HEADS = {
    "head_sequential": lambda: with_head(SMALL, lambda width: nn.Sequential(nn.Dropout(0.5), nn.Linear(width, CLASSES))),
    "head_mlp": lambda: with_head(SMALL, lambda width: nn.Sequential(
        nn.Linear(width, 32), nn.BatchNorm1d(32), nn.ReLU(), nn.Dropout(0.2), nn.Linear(32, CLASSES))),
    "head_gelu": lambda: with_head(SMALL, lambda width: nn.Sequential(nn.Linear(width, 32), nn.GELU(), nn.Linear(32, CLASSES))),
    "head_one_linear": lambda: with_head("mobilenet_v3_small", lambda width: nn.Linear(width, CLASSES), "classifier"),
    "head_wrapped": Wrapped,
    "head_of_children": Children,
    "head_fastai": fastai,
    "head_none": trunk,
}


# Files


def plain(model, path):
    save_file(tensors(model), path)


def lightning(model, path):
    """As Lightning keeps a module with a weighted loss and a metric."""
    state = {f"model.{name}": tensor for name, tensor in tensors(model).items()}
    state |= {"criterion.weight": torch.ones(CLASSES), "val_acc.tp": torch.zeros(CLASSES)}
    names = [f"kind {at}" for at in range(CLASSES)]
    torch.save({
        "epoch": 3, "global_step": 10, "pytorch-lightning_version": "2.5.0", "state_dict": state, "loops": {},
        "optimizer_states": [{"state": {0: {"exp_avg": torch.zeros(3)}}}],
        "hyper_parameters": {"lr": 0.1, "class_names": names},
    }, path)


def trained(model, path):
    """As timm's training script keeps it, with an average beside it that answers otherwise."""
    average = {name: tensor * 0.5 if tensor.is_floating_point() else tensor for name, tensor in tensors(model).items()}
    torch.save({
        "arch": "lcnet_050", "epoch": 3, "state_dict": tensors(model), "state_dict_ema": average,
        "class_to_idx": {f"kind {at}": at for at in range(CLASSES)},
    }, path)


def timm_folder(name):
    def save(model, path):
        path.mkdir()
        save_file(tensors(model), path / "model.safetensors")
        about = {
            "architecture": name, "num_classes": CLASSES, "pretrained_cfg": dict(model.pretrained_cfg) | {"num_classes": CLASSES},
            "label_names": [f"kind {at}" for at in range(CLASSES)],
        }
        (path / "config.json").write_text(json.dumps(about, default=str))

    return save


def hub_folder(side):
    def save(model, path):
        model.save_pretrained(path)
        processor = {"do_resize": True, "size": {"height": side, "width": side}, "image_mean": [0.5] * 3, "image_std": [0.5] * 3,
                     "do_normalize": True, "do_rescale": True, "image_processor_type": "ViTImageProcessor", "resample": 2}
        (path / "preprocessor_config.json").write_text(json.dumps(processor))

    return save


def in_shards(model, path):
    model.save_pretrained(path, max_shard_size="60KB")
    assert (path / "model.safetensors.index.json").is_file()


# Networks


def hub(kind, **options):
    config = getattr(transformers, f"{kind}Config")
    labels = {at: f"kind {at}" for at in range(CLASSES)}
    return getattr(transformers, f"{kind}ForImageClassification")(config(id2label=labels, label2id={v: k for k, v in labels.items()}, **options))


VIT = dict(hidden_size=60, num_attention_heads=5, intermediate_size=96, image_size=48, patch_size=12, num_hidden_layers=3)
HUBS = {
    "hub_vit": (lambda: hub("ViT", **VIT), 48),
    "hub_vit_shards": (lambda: hub("ViT", **VIT), 48, in_shards),
    "hub_deit": (lambda: hub("DeiT", **VIT), 48),
    "hub_beit": (lambda: hub("Beit", **VIT, use_relative_position_bias=True), 48),
    "hub_dinov2": (lambda: hub("Dinov2", hidden_size=60, num_attention_heads=5, image_size=42, patch_size=14, num_hidden_layers=3), 42),
    "hub_dinov2_registers": (lambda: hub("Dinov2WithRegisters", hidden_size=60, num_attention_heads=5, image_size=42, patch_size=14,
                                         num_hidden_layers=3), 42),
    "hub_swin": (lambda: hub("Swin", embed_dim=24, depths=[2, 4], num_heads=[2, 3], image_size=SIDE, window_size=2), SIDE),
    "hub_convnext": (lambda: hub("ConvNext", hidden_sizes=[12, 20, 28, 44], depths=[2, 1, 3, 2]), SIDE),
    "hub_convnextv2": (lambda: hub("ConvNextV2", hidden_sizes=[12, 20, 28, 44], depths=[2, 1, 3, 2]), SIDE),
    "hub_resnet": (lambda: hub("ResNet", embedding_size=12, hidden_sizes=[16, 24, 32, 48], depths=[2, 1, 3, 2]), SIDE),
    "hub_resnet_basic": (lambda: hub("ResNet", embedding_size=12, hidden_sizes=[12, 24, 32, 48], depths=[2, 1, 3, 2], layer_type="basic"),
                         SIDE),
    "hub_regnet": (lambda: hub("RegNet", embedding_size=12, hidden_sizes=[16, 24, 32, 48], depths=[1, 2, 2, 1], groups_width=8), SIDE),
    "hub_mobilenet_v2": (lambda: hub("MobileNetV2", depth_multiplier=0.5), SIDE),
    "hub_poolformer": (lambda: hub("PoolFormer", hidden_sizes=[12, 20, 28, 44], depths=[1, 2, 2, 1]), SIDE),
    "hub_segformer": (lambda: hub("Segformer", hidden_sizes=[8, 16, 40, 64], num_attention_heads=[1, 2, 5, 8], depths=[1, 2, 1, 1]), SIDE),
    "hub_pvt_v2": (lambda: hub("PvtV2", hidden_sizes=[8, 16, 40, 64], num_attention_heads=[1, 2, 5, 8], depths=[1, 2, 1, 1]), SIDE),
    "hub_cvt": (lambda: hub("Cvt", embed_dim=[16, 32, 48], num_heads=[1, 2, 3], depth=[1, 2, 4]), SIDE),
    "hub_mobilevit": (lambda: hub("MobileViT", image_size=SIDE, hidden_sizes=[24, 32, 40], neck_hidden_sizes=[8, 12, 16, 24, 32, 40, 80],
                                  ), SIDE),
}
# The tensors of the first are those of tf_efficientnet_lite0 as well: the name of the file decides.
TIMM = "efficientnet_lite0 mobilenetv3_small_050 convnext_atto regnety_002".split()
VITS = {
    "timm_vit": dict(img_size=48, patch_size=12, embed_dim=128, num_heads=2, depth=3),
}


def cases():
    for name, make in HEADS.items():
        yield name, make, SIDE, plain, ".safetensors"
    yield "small_lightning", lambda: vision(SMALL), SIDE, lightning, ".ckpt"
    yield "trained", lambda: timm.create_model("lcnet_050", num_classes=CLASSES), SIDE, trained, ".pth.tar"
    for name, (make, side, *save) in HUBS.items():
        yield name, make, side, *(save or [hub_folder(side)]), ""
    for name in TIMM:
        yield name, lambda name=name: timm.create_model(name, num_classes=CLASSES), SIDE, plain, ".safetensors"
    yield "hub_timm", lambda: timm.create_model("mobilenetv3_small_075", num_classes=CLASSES), SIDE, \
        timm_folder("mobilenetv3_small_075"), ""
    for name, options in VITS.items():
        yield name, lambda options=options: timm.create_model("vit_tiny_patch16_224", num_classes=CLASSES, **options), \
            options["img_size"], plain, ".safetensors"


class Logits(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        out = self.model(x)
        return out if isinstance(out, torch.Tensor) else out.logits


def rounded(array):
    """Fewer digits, which pack better; still far more than are compared."""
    if array.dtype != np.float32:
        return array
    return (array.view(np.uint32) & np.uint32(0xFFFFFF00)).view(np.float32)


def made(case, folder):
    name, make, side, save, ending = case
    torch.manual_seed(0)
    x = torch.randn(1, 3, side, side, generator=torch.Generator().manual_seed(1)).mul(8).round().div(8)
    model = make()
    lively(Logits(model), x)
    path = folder / f"{name}{ending}"
    save(model, path)
    arrays = goldens(Logits(model), x)
    np.savez(folder / f"{name}.npz", **{key: rounded(np.asarray(each)) for key, each in arrays.items()})
    return float(arrays["logits"].std())


def main():
    warnings.filterwarnings("ignore")
    torch.set_num_threads(1)
    names = sys.argv[1:]
    with tempfile.TemporaryDirectory() as temporary:
        folder = pathlib.Path("target/checkpoints" if names else temporary)
        folder.mkdir(parents=True, exist_ok=True)
        for case in cases():
            if names and case[0] not in names:
                continue
            try:
                print(case[0], f"spread {made(case, folder):.3f}", flush=True)
            except Exception as error:
                print(case[0], "FAILED", repr(error)[:300], flush=True)
                if not names:
                    raise
        if names:
            return
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(folder.rglob("*")):
                if path.is_file():
                    entry = zipfile.ZipInfo(str(path.relative_to(folder)))
                    entry.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(entry, path.read_bytes(), compresslevel=9)
        data = gzip.compress(packed.getvalue(), 9, mtime=0)
        (HERE / "networks.zip.gz").write_bytes(data)
        print(len(data), "bytes")


main()
