"""Exports torchvision's classifiers and a part of timm's with random weights, and what Grad-CAM and
guided backpropagation give on them, computed with plain autograd and hooks.

    python tests/torchvision/export.py --list
    python tests/torchvision/export.py FOLDER [NAME...]
    python tests/torchvision/export.py --tiny tests/torchvision/tiny [NAME...]

With `--tiny` the members are miniatures, put together from torchvision's own blocks, that hold
what is hard in the graph of their family and are small enough to lie in the repository. PyTorch's
stack traces (which name places on the machine) and the sample input are left out of their files,
and the archive is written anew with its JSON closely packed and its entries stored, unaligned.

`resnet_torch_2_5`, `_2_7` and `_2_8` are `resnet`, written by those versions of PyTorch (with
torchvision 0.20, 0.22 and 0.23) and renamed: their archives are laid out otherwise.

Writes NAME.pt2 and NAME.npz. The arrays: `input` [1, 3, H, W], `logits` [classes], `class_index`,
`layer` (the path of the last module with a spatial map), `activation` [C, h, w] and `grad_cam`
[h, w] there, `gradient` and `guided_backprop` [3, H, W]; all raw. Needs torch 2.13, torchvision
and timm; downloads nothing.
"""

import json
import math
import pathlib
import sys
import warnings
import zipfile
from functools import partial

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models

from miniatures import DECOMPOSED, OPEN_BATCH, SHORT, TINY, TINY_CLASSES, TINY_SIZE

CLASSES = 20
SPECIAL = {
    "googlenet": dict(init_weights=False, transform_input=True, aux_logits=True),
    "inception_v3": dict(init_weights=False, transform_input=True, aux_logits=True),
}
# Small members of timm's families.
TIMM = """
resnet18 resnetv2_50 resnext50_32x4d seresnext26d_32x4d res2net50_14w_8s resnest14d regnety_002
efficientnet_b0 tf_efficientnet_lite0 tf_efficientnetv2_b0 efficientnetv2_rw_t mobilenetv3_small_050
mobilenetv4_conv_small ghostnet_050 mnasnet_small densenet121 dla34 hrnet_w18_small vgg11_bn
inception_v4 xception41 convnext_atto convnextv2_atto mixer_s32_224 vit_tiny_patch16_224
deit_tiny_patch16_224 beit_base_patch16_224 swin_tiny_patch4_window7_224 mobilevit_xxs fastvit_t8
repvgg_a0 poolformer_s12 coatnet_nano_rw_224 edgenext_xx_small efficientformer_l1 nfnet_l0
cspdarknet53 eva02_tiny_patch14_224 volo_d1_224
""".split()
# These know positions for one size of picture alone.
FIXED_SIZE = ("vit", "swin", "maxvit")


def from_torchvision(name):
    return models.get_model(name, weights=None, num_classes=CLASSES, **SPECIAL.get(name, {}))


def from_timm(name):
    import timm

    return timm.create_model(name, pretrained=False, num_classes=CLASSES, exportable=True)


MODELS = {name: partial(from_torchvision, name) for name in models.list_models(module=models)}
MODELS |= {f"timm_{name}": partial(from_timm, name) for name in TIMM}


def size_of(name, model):
    if name.startswith("timm_"):
        return model.default_cfg["input_size"][-1]
    return 224 if name.startswith(FIXED_SIZE) else 299 if name == "inception_v3" else 128


def randomise(model, size, seed):
    """Weights at He's scale and running statistics taken from noise, a little off: without them
    the signal of a deep network dies out or explodes."""
    generator = torch.Generator().manual_seed(seed)
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            fan_in = module.weight[0].numel()
            module.weight.data.normal_(0, (2 / fan_in) ** 0.5, generator=generator)
            if module.bias is not None:
                module.bias.data.normal_(0, 0.05, generator=generator)
        elif isinstance(module, nn.BatchNorm2d):
            module.weight.data.uniform_(0.7, 1.3, generator=generator)
            module.bias.data.normal_(0, 0.1, generator=generator)
            module.reset_running_stats()
            module.momentum = None
    # In training mode each module sees its inputs normalised, so the first pass settles them all.
    for module in model.modules():
        module.train(isinstance(module, nn.BatchNorm2d))
    with torch.no_grad():
        model(torch.randn(4, 3, size, size, generator=generator))
    for module in model.modules():
        if isinstance(module, nn.BatchNorm2d):
            noise = torch.empty_like(module.running_var).uniform_(0.8, 1.25, generator=generator)
            module.running_var.mul_(noise)
    return model.eval()


class GuidedReLU(torch.autograd.Function):
    """ReLU (ReLU6 with a ceiling) that lets only positive gradients back through."""

    @staticmethod
    def forward(ctx, x, ceiling):
        ctx.save_for_backward(x)
        ctx.ceiling = ceiling
        return x.clamp(0, ceiling)

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        passes = (x > 0) & (upstream > 0)
        if ctx.ceiling is not None:
            passes &= x < ctx.ceiling
        return upstream * passes, None


class guided:
    """While it lasts, every rectifier of torch.nn.functional is a guided one."""

    def __enter__(self):
        self.kept = {name: getattr(F, name) for name in ("relu", "hardtanh", "relu6")}
        self.torch_relu = torch.relu

        def hardtanh(x, min_val=-1.0, max_val=1.0, inplace=False):
            assert min_val == 0
            return GuidedReLU.apply(x, max_val)

        F.relu = torch.relu = lambda x, inplace=False: GuidedReLU.apply(x, None)
        F.relu6 = lambda x, inplace=False: GuidedReLU.apply(x, 6.0)
        F.hardtanh = hardtanh

    def __exit__(self, *_):
        for name, function in self.kept.items():
            setattr(F, name, function)
        torch.relu = self.torch_relu


def input_gradient(model, x, index):
    x = x.clone().requires_grad_()
    model(x)[0, index].backward()
    return x.grad[0]


def as_planes(shape, prefix):
    """How an output of this shape becomes `[1, C, H, W]`, after `prefix` tokens that belong to no
    place; None where it is no map."""
    if len(shape) == 4 and shape[0] == 1 and shape[1] == shape[2] != shape[3] and shape[1] > 1:
        return lambda t: t.permute(0, 3, 1, 2)
    if len(shape) == 4 and shape[0] == 1 and shape[2:].numel() > 1:
        return lambda t: t
    if len(shape) == 3 and shape[0] == 1:
        side = math.isqrt(max(shape[1] - prefix, 0))
        if side > 1 and side * side == shape[1] - prefix:
            return lambda t: t[:, prefix:].transpose(1, 2).unflatten(2, (side, side))
    return None


# Modules that hand on what they get are no nodes of the graph, and what attention keeps of its
# tokens is no map. volo's auxiliary head answers for each token: a layer of answers, not of features.
PASSED_OVER = (nn.Dropout, nn.Identity)
NO_MAPS = ("attn_drop", "softmax", "rel_pos", "q_norm", "k_norm", "aux_head")


def grad_cam(model, x, index):
    """At the module that runs last of those with a map in which something has a gradient."""
    prefix = getattr(model, "num_prefix_tokens", 1 if hasattr(model, "class_token") else 0)
    kept = []

    def keep(path):
        def hook(module, args, output):
            same = args and isinstance(args[0], torch.Tensor) and output is args[0]
            if isinstance(output, torch.Tensor) and output.requires_grad and not same:
                planes = as_planes(output.shape, prefix)
                if planes:
                    kept.append((path, output, planes))
                    # A copy goes on, lest an operation in place overwrites what is kept.
                    return output.clone()
        return hook

    named = [
        (path, module)
        for path, module in model.named_modules()
        if path and not isinstance(module, PASSED_OVER) and not any(n in path for n in NO_MAPS)
        and type(module).__name__ not in ("StochasticDepth", "DropPath")
    ]
    handles = [module.register_forward_hook(keep(path)) for path, module in named]
    logits = model(x.clone().requires_grad_())
    for handle in handles:
        handle.remove()
    outputs = [output for _, output, _ in kept]
    gradients = torch.autograd.grad(logits[0, index], outputs, allow_unused=True)
    for at in range(len(kept) - 1, -1, -1):
        path, output, planes = kept[at]
        if gradients[at] is None or not planes(gradients[at]).any():
            continue
        activation, gradient = planes(output), planes(gradients[at])
        weights = gradient.mean(dim=(2, 3), keepdim=True)
        cam = (weights * activation).sum(1).relu()[0]
        if not cam.any():
            continue
        calls = sum(name == path for name, _, _ in kept[: at + 1])
        return path if calls == 1 else f"{path}@{calls}", activation[0].detach(), cam.detach()


def slim(written):
    """Without what torch writes down about where each node came from, save its module."""
    graph = written.get("graph_module", {}).get("graph", {})
    for node in graph.get("nodes", []):
        kept = node["metadata"].get("nn_module_stack")
        node["metadata"] = {"nn_module_stack": kept} if kept else {}
    return written


def save_small(program, path):
    for node in program.graph.nodes:
        node.meta.pop("stack_trace", None)
    # Before PyTorch 2.7 it cannot be set by its own name.
    settable = type(program).example_inputs.fset is not None
    setattr(program, "example_inputs" if settable else "_example_inputs", None)
    torch.export.save(program, path)
    with zipfile.ZipFile(path) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in entries.items():
            if name.endswith(".json"):
                data = json.dumps(slim(json.loads(data)), separators=(",", ":")).encode()
            archive.writestr(zipfile.ZipInfo(name), data)


def export(name, folder, tiny):
    torch.manual_seed(0)
    model = TINY[name]() if tiny else MODELS[name]()
    size = TINY_SIZE if tiny else size_of(name, model)
    model = randomise(model, size, seed=sum(map(ord, name)))
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    x = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    if name in SHORT:
        short = SHORT[name][1]
        program = torch.export.export(model.to(short), (x.to(short),))
        model = model.float()
    elif name in OPEN_BATCH:
        batch = torch.export.Dim("batch", min=1, max=64)
        program = torch.export.export(model, (x.repeat(2, 1, 1, 1),), dynamic_shapes=({0: batch},))
    else:
        program = torch.export.export(model, (x,))
    if name in DECOMPOSED:
        program = program.run_decompositions()
    save = save_small if tiny else torch.export.save
    save(program, folder / f"{name}.pt2")

    arrays = goldens(model, x)
    np.savez(folder / f"{name}.npz", **arrays)
    layer, spread = bytes(arrays["layer"]).decode(), float(arrays["logits"].std())
    parts = (np.abs(arrays[part]).max() for part in ("grad_cam", "gradient", "guided_backprop"))
    print(name, layer, f"logits' spread {spread:.3g},", "maxima", *(f"{part:.3g}" for part in parts))


def goldens(model, x):
    """What PyTorch makes of one picture, for its best class."""
    with torch.no_grad():
        logits = model(x)[0]
    index = int(logits.argmax())
    layer, activation, cam = grad_cam(model, x, index)
    gradient = input_gradient(model, x, index)
    with guided():
        guided_backprop = input_gradient(model, x, index)
    return dict(
        input=x.numpy(),
        logits=logits.numpy(),
        class_index=np.int64(index),
        layer=np.frombuffer(layer.encode(), dtype=np.uint8),
        activation=activation.numpy(),
        grad_cam=cam.numpy(),
        gradient=gradient.numpy(),
        guided_backprop=guided_backprop.numpy(),
    )


def main():
    warnings.filterwarnings("ignore")
    if sys.argv[1] == "--list":
        print("\n".join(MODELS))
        return
    tiny = sys.argv[1] == "--tiny"
    folder, *names = sys.argv[2:] if tiny else sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or (TINY if tiny else MODELS):
        export(name, folder, tiny)


if __name__ == "__main__":
    main()
