"""Small networks as tools export them, to see that the tool is recognised.

Run from the project's root, once with ultralytics and transformers and once with Keras:
python tests/preprocessing/exports.py
Made with torch 2.13, ultralytics 8.4, transformers 5.24; and with Keras 3.15, tensorflow-cpu, tf2onnx 1.17.
"""

import gzip
import importlib.util
import os
import tempfile
from pathlib import Path

HERE = Path(__file__).parent / "exports"


def keep(path, name):
    HERE.mkdir(exist_ok=True)
    with open(HERE / f"{name}.gz", "wb") as file:
        file.write(gzip.compress(Path(path).read_bytes(), 9, mtime=0))


def ultralytics():
    import torch
    import ultralytics
    import yaml

    torch.manual_seed(0)
    base = yaml.safe_load((Path(ultralytics.__path__[0]) / "cfg/models/11/yolo11-cls.yaml").read_text())
    base |= {"nc": 5, "scales": {"n": [0.1, 0.05, 64]}}
    Path("yolo11n-cls.yaml").write_text(yaml.safe_dump(base))
    keep(ultralytics.YOLO("yolo11n-cls.yaml").export(format="onnx", imgsz=32), "yolo.onnx")


def transformers():
    import torch
    from transformers import ViTConfig, ViTForImageClassification

    class Own(torch.nn.Module):
        """A module of one's own around the network."""

        def __init__(self, network):
            super().__init__()
            self.backbone = network

        def forward(self, x):
            return self.backbone(x).logits

    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16, image_size=32, patch_size=8, num_labels=4
    )
    network = ViTForImageClassification(config).eval().requires_grad_(False)
    x = torch.rand(1, 3, 32, 32)
    torch.export.save(torch.export.export(network, (x,)), "vit.pt2")
    keep("vit.pt2", "vit.pt2")
    # Without the classes of its modules, and without a graph of operators.
    torch.onnx.export(Own(network), (x,), "vit.onnx", dynamo=False, opset_version=17)
    keep("vit.onnx", "vit.onnx")


def keras():
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    import keras
    import numpy as np

    network = keras.applications.MobileNetV2(weights=None, alpha=0.35, input_shape=(32, 32, 3), classes=5)
    # Zeros take no room.
    network.set_weights([np.zeros_like(weight) if weight.ndim > 1 else weight for weight in network.get_weights()])
    network(np.zeros((1, 32, 32, 3), "float32"))
    network.export("mobilenet.onnx", format="onnx", verbose=False)
    keep("mobilenet.onnx", "keras_mobilenet.onnx")


def main():
    os.chdir(tempfile.mkdtemp())
    for make, needed in ((ultralytics, "torch"), (transformers, "torch"), (keras, "tensorflow")):
        if importlib.util.find_spec(needed):
            make()


if __name__ == "__main__":
    HERE = HERE.resolve()
    main()
