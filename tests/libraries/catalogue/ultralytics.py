"""ultralytics: the classifiers."""

from torch import nn

from .common import CLASSES, Pick, both

def ultralytics_model(yaml):
    from ultralytics import YOLO

    model = YOLO(yaml).model
    if yaml.endswith("-cls.yaml") or "-cls-" in yaml:
        model.model[-1].linear = nn.Linear(model.model[-1].linear.in_features, CLASSES)
    return model.float()


def ultralytics_classifier(yaml, raw):
    model = ultralytics_model(yaml)
    # In evaluation it returns the probabilities and the logits.
    return (model if raw else Pick(model, lambda out: out[1] if isinstance(out, (tuple, list)) else out)), 64


def models():
    found = {}
    for yaml in ["yolov8n-cls.yaml", "yolo11n-cls.yaml", "yolo12-cls.yaml", "yolo26n-cls.yaml", "yolov8-cls-resnet50.yaml",
                 "yolov8-cls-resnet101.yaml"]:
        found |= both(yaml.removesuffix(".yaml"), lambda name, raw, yaml=yaml: ultralytics_classifier(yaml, raw))
    return found
