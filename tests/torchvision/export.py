"""Exports one member of each family of networks with random weights, and what Grad-CAM and guided
backpropagation give on it, computed with plain autograd and hooks.

    python tests/torchvision/export.py FOLDER [NAME...]

Writes NAME.pt2 and NAME.npz. The arrays: `input` [1, 3, H, W], `logits` [classes], `class_index`,
`layer` (the path of the last module with a spatial map), `activation` [C, h, w] and `grad_cam`
[h, w] there, `gradient` and `guided_backprop` [3, H, W]; all raw. Needs torch 2.13, torchvision
and timm; downloads nothing.
"""

import pathlib
import sys
import warnings

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn
from torchvision import models

SIZES = {"inception_v3": 299, "alexnet": 224}
TRANSFORM = dict(weights=None, init_weights=False, transform_input=True, aux_logits=True)
MODELS = {
    "alexnet": lambda: models.alexnet(num_classes=20),
    "vgg11": lambda: models.vgg11(num_classes=20),
    "vgg11_bn": lambda: models.vgg11_bn(num_classes=20),
    "resnet18": lambda: models.resnet18(),
    "resnet50": lambda: models.resnet50(num_classes=20),
    "wide_resnet50_2": lambda: models.wide_resnet50_2(num_classes=20),
    "resnext50_32x4d": lambda: models.resnext50_32x4d(num_classes=20),
    "squeezenet1_0": lambda: models.squeezenet1_0(),
    "squeezenet1_1": lambda: models.squeezenet1_1(),
    "densenet121": lambda: models.densenet121(num_classes=20),
    "googlenet": lambda: models.googlenet(num_classes=20, **TRANSFORM),
    "inception_v3": lambda: models.inception_v3(num_classes=20, **TRANSFORM),
    "mobilenet_v2": lambda: models.mobilenet_v2(),
    "mobilenet_v3_small": lambda: models.mobilenet_v3_small(),
    "mobilenet_v3_large": lambda: models.mobilenet_v3_large(num_classes=20),
    "mnasnet0_5": lambda: models.mnasnet0_5(),
    "shufflenet_v2_x0_5": lambda: models.shufflenet_v2_x0_5(),
    "regnet_x_400mf": lambda: models.regnet_x_400mf(num_classes=20),
    "regnet_y_400mf": lambda: models.regnet_y_400mf(num_classes=20),
    "efficientnet_b0": lambda: models.efficientnet_b0(num_classes=20),
    "efficientnet_v2_s": lambda: models.efficientnet_v2_s(num_classes=20),
    "efficientnet_lite0": lambda: timm("tf_efficientnet_lite0"),
}


def timm(name):
    import timm

    return timm.create_model(name, pretrained=False, exportable=True)


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


def last_spatial_module(model, x):
    """The leaf module that runs last of those whose output is a map of more than one place."""
    found = []

    def look(path):
        def hook(module, args, output):
            if isinstance(output, torch.Tensor) and output.dim() == 4 and output.shape[2:].numel() > 1:
                found.append(path)
        return hook

    leaves = [(path, m) for path, m in model.named_modules() if not list(m.children())]
    handles = [m.register_forward_hook(look(path)) for path, m in leaves]
    with torch.no_grad():
        model(x)
    for handle in handles:
        handle.remove()
    path = found[-1]
    calls = found.count(path)
    return path, calls


def grad_cam(model, x, index):
    path, calls = last_spatial_module(model, x)
    kept = []

    def keep(module, args, output):
        # A copy goes on, lest an operation in place overwrites what is kept.
        kept.append(output)
        return output.clone()

    handle = model.get_submodule(path).register_forward_hook(keep)
    logits = model(x.clone().requires_grad_())
    handle.remove()
    activation = kept[-1]
    (gradient,) = torch.autograd.grad(logits[0, index], activation)
    weights = gradient.mean(dim=(2, 3), keepdim=True)
    cam = (weights * activation).sum(1).relu()[0]
    return path if calls == 1 else f"{path}@{calls}", activation[0].detach(), cam.detach()


def export(name, folder):
    torch.manual_seed(0)
    model = MODELS[name]()
    size = SIZES.get(name, 128)
    model = randomise(model, size, seed=sum(map(ord, name)))
    for parameter in model.parameters():
        parameter.requires_grad_(False)
    x = torch.randn(1, 3, size, size, generator=torch.Generator().manual_seed(1))
    program = torch.export.export(model, (x,))
    torch.export.save(program, folder / f"{name}.pt2")

    with torch.no_grad():
        logits = model(x)[0]
    index = int(logits.argmax())
    layer, activation, cam = grad_cam(model, x, index)
    gradient = input_gradient(model, x, index)
    with guided():
        guided_backprop = input_gradient(model, x, index)
    np.savez(
        folder / f"{name}.npz",
        input=x.numpy(),
        logits=logits.numpy(),
        class_index=np.int64(index),
        layer=np.frombuffer(layer.encode(), dtype=np.uint8),
        activation=activation.numpy(),
        grad_cam=cam.numpy(),
        gradient=gradient.numpy(),
        guided_backprop=guided_backprop.numpy(),
    )
    spread = float(logits.std())
    parts = (float(array.abs().max()) for array in (cam, gradient, guided_backprop))
    print(name, layer, f"logits' spread {spread:.3g},", "maxima", *(f"{part:.3g}" for part in parts))


def main():
    warnings.filterwarnings("ignore")
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or MODELS:
        export(name, folder)


main()
