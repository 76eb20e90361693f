"""torchvision: classifiers, segmentation networks, and the backbones of detectors."""

from functools import partial

import torch
from torch import nn

from .common import CLASSES, Pick, both, over_map

SPECIAL = {
    "googlenet": dict(init_weights=False, transform_input=True, aux_logits=True),
    "inception_v3": dict(init_weights=False, transform_input=True, aux_logits=True),
}
FIXED_SIZE = ("vit", "swin", "maxvit")
# Of each family its smallest; every one of them is in ../torchvision/agreement.md.
CLASSIFIERS = """
alexnet convnext_tiny densenet121 efficientnet_b0 efficientnet_v2_s googlenet inception_v3 maxvit_t mnasnet0_5 mobilenet_v2
mobilenet_v3_small regnet_x_400mf regnet_y_400mf resnet18 resnext50_32x4d shufflenet_v2_x0_5 squeezenet1_1 swin_t
swin_v2_t vgg11 vgg11_bn vit_b_32 wide_resnet50_2
""".split()
SEGMENTATION = """
deeplabv3_mobilenet_v3_large deeplabv3_resnet50 deeplabv3_resnet101 fcn_resnet50 fcn_resnet101 lraspp_mobilenet_v3_large
""".split()
DETECTION = """
fasterrcnn_mobilenet_v3_large_320_fpn fasterrcnn_resnet50_fpn_v2 fcos_resnet50_fpn retinanet_resnet50_fpn ssd300_vgg16
ssdlite320_mobilenet_v3_large
""".split()
VIDEO = "r3d_18 mc3_18 r2plus1d_18 s3d mvit_v2_s swin3d_t".split()


def torchvision_model(name):
    from torchvision import models

    model = models.get_model(name, weights=None, num_classes=CLASSES, **SPECIAL.get(name, {}))
    return model, 224 if name.startswith(FIXED_SIZE) else 299 if name == "inception_v3" else 128


def torchvision_segmentation(name, raw):
    from torchvision import models

    options = {} if name.startswith("lraspp") else dict(aux_loss=True)
    model = models.get_model(name, weights=None, weights_backbone=None, num_classes=CLASSES, **options)
    return (model if raw else Pick(model, lambda out: over_map(out["out"]))), 64


class Backbone(nn.Module):
    """A detector's backbone with a linear layer on the mean of its coarsest map but the last."""

    def __init__(self, backbone, channels):
        super().__init__()
        self.backbone = backbone
        self.head = nn.Linear(channels, CLASSES)

    def forward(self, x):
        maps = list(self.backbone(x).values())
        return self.head(sum(each.mean((2, 3))[:, : self.head.in_features] for each in maps))


def torchvision_backbone(name):
    from torchvision import models

    model = models.get_model(name, weights=None, weights_backbone=None, num_classes=CLASSES)
    with torch.no_grad():
        channels = min(m.shape[1] for m in model.backbone.eval()(torch.rand(1, 3, 320, 320)).values())
    return Backbone(model.backbone, channels), 320 if "ssd" in name else 128


def torchvision_detector(name):
    from torchvision import models

    return models.get_model(name, weights=None, weights_backbone=None, num_classes=CLASSES), 320


def models():
    found = {}
    for name in SEGMENTATION:
        found |= both(name, torchvision_segmentation)
    found |= {f"{name}.backbone": partial(torchvision_backbone, name) for name in DETECTION}
    return found | {name: partial(torchvision_model, name) for name in CLASSIFIERS}
