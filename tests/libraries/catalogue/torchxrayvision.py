"""torchxrayvision: its classifiers of chest X-rays, on pictures of one channel."""

import copy
from functools import partial

import torch
from torch import nn

from .common import CLASSES

THRESHOLDS = torch.linspace(0.1, 0.6, CLASSES)


def densenet(**options):
    import torchxrayvision as xrv

    return xrv.models.DenseNet(num_classes=CLASSES, in_channels=1, **options)


def shallow(**options):
    return densenet(growth_rate=8, block_config=(2, 2, 2, 2), num_init_features=16, **options)


def calibrated():
    """As with downloaded weights: resized to 224, a warning for other ranges, and what is above a threshold."""
    model = shallow()
    model.op_threshs = THRESHOLDS
    model.weights = "densenet121-res224-all"
    return model


def resnet(name, **options):
    """Its constructor downloads weights."""
    import torchvision
    import torchxrayvision as xrv

    model = xrv.models.ResNet.__new__(xrv.models.ResNet)
    nn.Module.__init__(model)
    model.weights, model.apply_sigmoid, model.input_resolution = "resnet50-res512-all", False, 512
    model.targets = model.pathologies = [str(index) for index in range(CLASSES)]
    model.model = getattr(torchvision.models, name)(num_classes=CLASSES, weights=None)
    model.model.conv1 = nn.Conv2d(1, 64, kernel_size=7, stride=2, padding=3, bias=False)
    for name, value in options.items():
        setattr(model, name, value)
    return model


def model(make, size):
    made = make()
    if made.apply_sigmoid:
        # What is explained, is before it.
        object.__setattr__(made, "explained", copy.copy(made))
        made.explained.apply_sigmoid = False
    return made, torch.randn(1, 1, size, size, generator=torch.Generator().manual_seed(1))


def models():
    return {
        "DenseNet": partial(model, densenet, 224),
        "DenseNet_sigmoid": partial(model, lambda: shallow(apply_sigmoid=True), 224),
        "DenseNet_thresholds": partial(model, calibrated, 224),
        "ResNet50": partial(model, lambda: resnet("resnet50"), 512),
        "ResNet50_other_size": partial(model, lambda: resnet("resnet50"), 224),
        "ResNet101": partial(model, lambda: resnet("resnet101"), 512),
        "ResNet50_sigmoid": partial(model, lambda: resnet("resnet50", apply_sigmoid=True), 512),
    }
