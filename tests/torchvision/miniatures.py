"""Miniatures of the families of networks, for export.py and its companions."""

from collections import OrderedDict

import torch
from torch import nn
from torchvision import models
from torchvision.models.convnext import CNBlockConfig, ConvNeXt
from torchvision.models.googlenet import GoogLeNet, Inception
from torchvision.models.maxvit import MaxVit
from torchvision.models.mobilenetv3 import InvertedResidualConfig, MobileNetV3
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.models.regnet import BlockParams, RegNet
from torchvision.models.resnet import BasicBlock, Bottleneck
from torchvision.models.segmentation.fcn import FCN, FCNHead
from torchvision.models.squeezenet import Fire
from torchvision.models.swin_transformer import SwinTransformer
from torchvision.models.vgg import make_layers
from torchvision.models.vision_transformer import VisionTransformer
from torchvision.ops.misc import Conv2dNormActivation

TINY_SIZE = 32
TINY_CLASSES = 4


def sequence(**modules):
    return nn.Sequential(OrderedDict(modules))


def tiny_vgg_bn():
    """Rectifiers in place, pooling windows that overlap (8 places to 7), two linear layers."""
    return sequence(
        features=make_layers([4, "M", 8, "M"], batch_norm=True),
        avgpool=nn.AdaptiveAvgPool2d(7),
        flatten=nn.Flatten(),
        classifier=nn.Sequential(
            nn.Linear(8 * 7 * 7, 12), nn.ReLU(True), nn.Dropout(), nn.Linear(12, TINY_CLASSES)
        ),
    )


def tiny_resnet():
    """One rectifier called two and three times, in place, where a block's ways meet."""
    downsample = nn.Sequential(nn.Conv2d(8, 16, 1, 2, bias=False), nn.BatchNorm2d(16))
    return sequence(
        conv1=nn.Conv2d(3, 8, 7, 2, 3, bias=False),
        bn1=nn.BatchNorm2d(8),
        relu=nn.ReLU(inplace=True),
        maxpool=nn.MaxPool2d(3, 2, 1),
        layer1=BasicBlock(8, 8),
        layer2=BasicBlock(8, 16, 2, downsample),
        layer3=Bottleneck(16, 4),
        avgpool=nn.AdaptiveAvgPool2d(1),
        flatten=nn.Flatten(),
        fc=nn.Linear(16, TINY_CLASSES),
    )


def tiny_densenet():
    """Every layer reads all those before it, joined anew."""
    return models.DenseNet(4, (2, 2), 8, num_classes=TINY_CLASSES)


def tiny_shufflenet_v2():
    """Channels cut in two, one half passed by, the whole shuffled by a transposition."""
    model = models.ShuffleNetV2([2, 1, 1], [8, 8, 8, 8, 16], TINY_CLASSES)
    # Each halves the map: nothing but one place would be left.
    model.stage3 = model.stage4 = nn.Identity()
    return model


def tiny_regnet_y():
    """Convolutions in groups, and a map scaled by a number of its own for every channel."""
    return RegNet(BlockParams([2], [8], [4], [1.0], [2], 0.25), TINY_CLASSES, 8)


def tiny_mobilenet_v2():
    """ReLU6, convolutions channel by channel, blocks that end without a rectifier."""
    setting = [[1, 32, 1, 1], [2, 32, 2, 2]]
    model = models.MobileNetV2(TINY_CLASSES, 0.25, setting)
    # torchvision makes no fewer than 1280 channels here.
    model.features[-1] = Conv2dNormActivation(8, 16, 1, activation_layer=nn.ReLU6)
    model.classifier[1] = nn.Linear(16, TINY_CLASSES)
    return model


def tiny_mobilenet_v3():
    """Hardswish and hardsigmoid, neither of which guided backpropagation touches."""
    setting = [
        InvertedResidualConfig(8, 3, 8, 8, True, "RE", 2, 1, 1),
        InvertedResidualConfig(8, 5, 16, 8, True, "HS", 1, 1, 1),
    ]
    return MobileNetV3(setting, 16, TINY_CLASSES)


class tiny_inception(nn.Module):
    """The input's channels taken apart and scaled; four branches joined, then two; pooling that
    rounds up; a map for every class in place of a linear layer."""

    def __init__(self):
        super().__init__()
        self.transform_input = True
        self.conv1 = Conv2dNormActivation(3, 8, 3, 2)
        self.maxpool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.inception = Inception(8, 4, 4, 4, 4, 4, 4)
        self.fire = Fire(16, 4, 4, 4)
        self.classifier = sequence(
            dropout=nn.Dropout(),
            conv=nn.Conv2d(8, TINY_CLASSES, 1),
            relu=nn.ReLU(inplace=True),
            avgpool=nn.AdaptiveAvgPool2d(1),
        )

    def forward(self, x):
        x = GoogLeNet._transform_input(self, x)
        x = self.inception(self.maxpool(self.conv1(x)))
        return torch.flatten(self.classifier(self.fire(x)), 1)


def tiny_vit():
    """A class token before the tokens of the picture; attention in one operation."""
    return VisionTransformer(32, 8, 2, 2, 16, 32, num_classes=TINY_CLASSES)


def tiny_swin():
    """Channels last, windows rolled, a mask written part by part, a table of positions."""
    return SwinTransformer([4, 4], 8, [2], [2], [4, 4], num_classes=TINY_CLASSES)


def tiny_maxvit():
    """Attention within windows and across them, by sums over letters."""
    return MaxVit((32, 32), 8, 4, [8], [1], 4, 0.0, num_classes=TINY_CLASSES)


def tiny_convnext():
    """Normalisation over channels, channels last inside each block."""
    blocks = [CNBlockConfig(8, 16, 1), CNBlockConfig(16, None, 1)]
    return ConvNeXt(blocks, layer_scale=0.5, num_classes=TINY_CLASSES)


def tiny_cait():
    """Attention of the class token alone, after the layers of the image's tokens."""
    from timm.models.cait import Cait

    return Cait(32, 8, embed_dim=16, depth=1, num_heads=2, depth_token_only=2, init_values=0.5, num_classes=TINY_CLASSES)


class Scores(nn.Module):
    """How much of each class there is: the mean of its map."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, x):
        return self.model(x)["out"].mean((2, 3))


def tiny_fcn():
    """A map of classes, drawn by a head on a backbone and enlarged."""
    layers = sequence(
        conv1=nn.Conv2d(3, 8, 3, 2, 1), relu=nn.ReLU(inplace=True), layer1=BasicBlock(8, 8),
        layer2=BasicBlock(8, 16, 2, nn.Sequential(nn.Conv2d(8, 16, 1, 2, bias=False), nn.BatchNorm2d(16))),
    )
    backbone = IntermediateLayerGetter(layers, {"layer2": "out"})
    return Scores(FCN(backbone, FCNHead(16, TINY_CLASSES)))


class GeM(nn.Module):
    """Generalised-mean pooling (Radenović et al.)."""

    def forward(self, x):
        return x.clamp(min=1e-6).pow(3).mean((2, 3)).pow(1 / 3)


def tiny_gem():
    """GeM pooling behind a rectifier, which exporters merge with its clamp, and behind one in place."""
    return sequence(
        features=sequence(conv1=nn.Conv2d(3, 8, 3, 2, 1), relu=nn.ReLU(inplace=True), layer1=BasicBlock(8, 8)),
        pool=GeM(),
        fc=nn.Linear(8, TINY_CLASSES),
    )


def tiny_gem_capped():
    """The same behind a ReLU6, and two rectifiers one after the other."""
    return sequence(
        stem=nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.BatchNorm2d(8), nn.ReLU()),
        again=nn.Sequential(nn.ReLU(), nn.Conv2d(8, 8, 3, 1, 1)),
        features=nn.Sequential(nn.Conv2d(8, 12, 3, 2, 1), nn.BatchNorm2d(12), nn.ReLU6()),
        pool=GeM(),
        fc=nn.Linear(12, TINY_CLASSES),
    )


TINY = {
    make.__name__.removeprefix("tiny_"): make
    for make in (
        tiny_vgg_bn,
        tiny_resnet,
        tiny_densenet,
        tiny_shufflenet_v2,
        tiny_regnet_y,
        tiny_mobilenet_v2,
        tiny_mobilenet_v3,
        tiny_inception,
        tiny_vit,
        tiny_swin,
        tiny_maxvit,
        tiny_convnext,
        tiny_cait,
        tiny_fcn,
        tiny_gem,
        tiny_gem_capped,
    )
}
# The same network in torch's smaller set of operations, as `run_decompositions()` writes it.
DECOMPOSED = {"vit_decomposed": "vit", "convnext_decomposed": "convnext"}
# Left open for any number of pictures at once.
OPEN_BATCH = {"shufflenet_v2_open_batch": "shufflenet_v2"}
# With weights of less precision; what they give is computed in single precision all the same.
SHORT = {"resnet_half": ("resnet", torch.float16), "mobilenet_v2_bfloat16": ("mobilenet_v2", torch.bfloat16)}
TINY |= {name: TINY[of] for name, of in (DECOMPOSED | OPEN_BATCH).items()}
TINY |= {name: TINY[of] for name, (of, _) in SHORT.items()}
