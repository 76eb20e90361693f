"""Writes one tiny ONNX model for each case of onnxruntime's own operators and of resizing, with onnxruntime's answers.

    python tests/torchvision/runtime.py tests/torchvision/runtime.zip.gz

As `operators.py` does, whose rules hold here too; the reference evaluator of ONNX lacks these operators, and what it
makes of resizing is the same. The last models are those that onnxruntime and its script for transformers write when they
optimise small networks.

Needs numpy, onnx, onnxruntime and torch.
"""

import gzip
import io
import pathlib
import sys
import tempfile
import zipfile

import numpy as np
import onnx
import onnxruntime
import torch
from onnx import helper, numpy_helper
from torch import nn

import operators
from operators import CASES, X, floats, ints, on_constants, on_picture, picture, some

MICROSOFT = "com.microsoft"


def own(name, op, *more, **options):
    on_picture(name, op, *more, domain=MICROSOFT, **options)


def fused():
    kernel = some(2, 3, 3, 3)
    for activation, numbers in [
        ("Relu", None), ("Sigmoid", None), ("Tanh", None), ("LeakyRelu", [0.3]), ("Clip", [-1.0, 2.0]), ("HardSigmoid", [0.3, 0.4]),
    ]:
        more = dict(activation_params=numbers) if numbers else {}
        own(f"FusedConv, {activation}", "FusedConv", kernel, some(2), activation=activation, pads=[1, 1, 1, 1], **more)
    own("FusedConv, and a sum", "FusedConv", kernel, some(2), some(1, 2, 2, 3), activation="Relu")
    row = dict(of=(3, 20))
    own("FusedGemm", "FusedGemm", some(20, 4), some(4), activation="Relu", **row)
    own("FusedGemm, LeakyRelu", "FusedGemm", some(4, 20), some(4), activation="LeakyRelu", activation_alpha=0.2, transB=1, alpha=0.5,
        beta=2.0, **row)
    own("FusedMatMul", "FusedMatMul", some(5, 2), alpha=0.5)
    own("FusedMatMul, turned", "FusedMatMul", some(2, 4), transA=1, transB=1)
    own("FusedMatMul, batch behind", "FusedMatMul", some(3, 5, 2), of=(4, 3, 5), transBatchA=1)
    own("FusedMatMul, batch behind and turned", "FusedMatMul", some(2, 5, 3), of=(3, 5, 4), transBatchA=1, transA=1, transBatchB=1,
        transB=1)
    own("Gelu of the runtime", "Gelu")
    own("BiasGelu", "BiasGelu", some(5))
    own("FastGelu", "FastGelu")
    own("FastGelu, and a bias", "FastGelu", some(5))
    own("QuickGelu", "QuickGelu")
    own("QuickGelu, alpha 1", "QuickGelu", alpha=1.0)
    own("QuickGelu, alpha", "QuickGelu", alpha=0.6)


def norms():
    rows = dict(of=(1, 12, 5))
    own("SkipLayerNormalization", "SkipLayerNormalization", some(1, 12, 5), some(5), some(5), **rows)
    own("SkipLayerNormalization, bias and sum", "SkipLayerNormalization", some(12, 5), some(5), some(5), some(5), epsilon=0.1,
        outputs=4, read=[0, 3], **rows)
    own("SkipLayerNormalization, no shift", "SkipLayerNormalization", some(1, 12, 5), some(5), **rows)
    own("SkipSimplifiedLayerNormalization", "SkipSimplifiedLayerNormalization", some(1, 12, 5), some(5), some(5), epsilon=0.1,
        outputs=4, read=[0, 3], **rows)
    on_picture("SimplifiedLayerNormalization", "SimplifiedLayerNormalization", some(5), axis=-1, epsilon=0.1, **rows)


def attention():
    rows = dict(of=(1, 10, 6))
    weight, bias = some(6, 18) / np.float32(4), some(18)
    own("Attention of the runtime", "Attention", weight, bias, num_heads=2, **rows)
    own("Attention of the runtime, added", "Attention", weight, bias, None, None, some(1, 2, 10, 10), num_heads=2, scale=0.3, **rows)
    own("Attention of the runtime, one direction", "Attention", weight, bias, num_heads=3, unidirectional=1, **rows)
    own("Attention of the runtime, other sizes", "Attention", some(6, 16), some(16), num_heads=2, qkv_hidden_sizes=[6, 6, 4], **rows)
    own("MultiHeadAttention", "MultiHeadAttention", some(1, 7, 6), some(1, 7, 4), num_heads=2, **rows)
    own("MultiHeadAttention, bias and added", "MultiHeadAttention", some(1, 7, 6), some(1, 7, 6), some(18), None, some(1, 2, 10, 7),
        num_heads=2, scale=0.3, **rows)



RULES = ["half_pixel", "pytorch_half_pixel", "half_pixel_symmetric", "asymmetric", "align_corners"]


def resizing():
    def resize(name, shape, to=None, by=None, **attributes):
        last = (None, None, ints(*() if "axes" in attributes else shape[:2], *to)) if to else (None, floats(1, 1, *by))
        on_picture(f"Resize, {name}", "Resize", *last, shape=shape, opset=18, **attributes)

    image = (1, 2, 9, 7)
    for mode in ["linear", "cubic"]:
        for rule in RULES:
            resize(f"{mode}, {rule}, smaller", image, to=(4, 5), mode=mode, coordinate_transformation_mode=rule)
            resize(f"{mode}, {rule}, filtered", image, to=(4, 3), mode=mode, coordinate_transformation_mode=rule, antialias=1)
            resize(f"{mode}, {rule}, by factors", image, by=(0.7, 1.6), mode=mode, coordinate_transformation_mode=rule)
        resize(f"{mode}, filtered by factors", image, by=(0.45, 0.45), mode=mode, antialias=1)
        resize(f"{mode}, filtered, excluded", image, to=(4, 12), mode=mode, antialias=1, exclude_outside=1)
        resize(f"{mode}, filtered to one", image, to=(1, 1), mode=mode, antialias=1)
        for policy in ["not_larger", "not_smaller"]:
            resize(f"{mode}, {policy}", image, to=(5, 12), mode=mode, axes=[2, 3], keep_aspect_ratio_policy=policy)
    resize("cubic, excluded", image, to=(12, 5), mode="cubic", exclude_outside=1)
    resize("cubic, another slope", image, to=(5, 11), mode="cubic", cubic_coeff_a=-0.5)
    resize("cubic, another slope, filtered", image, to=(5, 3), mode="cubic", cubic_coeff_a=-0.5, antialias=1)


def others():
    for name, sizes in [("smaller", (3, 2)), ("larger", (7, 8)), ("both", (2, 8))]:
        on_picture(f"CenterCropPad, {name}", "CenterCropPad", ints(*sizes), axes=[2, 3], opset=18)
    on_picture("CenterCropPad, all axes", "CenterCropPad", ints(1, 2, 5, 4), opset=18)
    on_picture("Compress", "Compress", np.array([True, False, True]), axis=1)
    on_picture("Compress, a short list", "Compress", np.array([False, True]), axis=-1)
    on_picture("Compress, of all in a row", "Compress", np.array([False, True, True, False, True]))
    for diagonal in [0, 2, -1]:
        on_constants(f"EyeLike, {diagonal}", "EyeLike", some(4, 6), k=diagonal)
    on_picture("CumProd", "CumProd", np.int64(1), opset=26)


class Tokens(nn.Module):
    """A Vision Transformer of one block and a bit, with the activations that the runtime knows."""

    def __init__(self, activation):
        super().__init__()
        self.conv = nn.Conv2d(3, 8, 2, 2)
        self.first, self.second, self.last = nn.LayerNorm(8), nn.LayerNorm(8), nn.LayerNorm(8)
        self.both, self.out = nn.Linear(8, 24), nn.Linear(8, 8)
        self.up, self.down, self.activation = nn.Linear(8, 16), nn.Linear(16, 8), activation
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = self.conv(x).flatten(2).transpose(1, 2)
        q, k, v = (part.reshape(1, -1, 2, 4).transpose(1, 2) for part in self.both(self.first(x)).chunk(3, -1))
        mixed = (q @ k.transpose(-1, -2) * 0.5).softmax(-1) @ v
        x = x + self.out(mixed.transpose(1, 2).reshape(1, -1, 8))
        x = x + self.down(self.activation(self.up(self.second(x))))
        return self.head(self.last(x).mean(1)) + 0


class Blocks(nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two, self.three = nn.Conv2d(3, 8, 3, padding=1), nn.Conv2d(8, 8, 3, padding=1), nn.Conv2d(8, 8, 1)
        self.head = nn.Linear(8, 3)

    def forward(self, x):
        x = self.one(x).relu()
        x = (x + self.two(x)).relu()
        x = nn.functional.hardswish(nn.functional.leaky_relu(self.three(x), 0.2))
        return self.head(x.mean((2, 3))) + 0


def optimised(net):
    """The network as onnxruntime writes it, and as its script for transformers does."""
    from onnxruntime.transformers import optimizer

    torch.manual_seed(0)
    for parameter in net.parameters():
        parameter.data.normal_(0, 0.4)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "plain.onnx"
        torch.onnx.export(net.eval(), (picture_of((1, 3, 8, 8)),), path, dynamo=False, opset_version=17, input_names=["x"])
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(path.with_name("runtime.onnx"))
        onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        yield onnx.load(options.optimized_model_filepath)
        yield optimizer.optimize_model(str(path), model_type="vit", num_heads=2, hidden_size=8, opt_level=0).model


def picture_of(shape):
    return torch.from_numpy(picture(shape))


def whole():
    nets = {"tokens, GELU": Tokens(nn.GELU()), "tokens, quick GELU": Tokens(lambda x: x * torch.sigmoid(1.702 * x)), "blocks": Blocks()}
    seen = set()
    for name, net in nets.items():
        for by, model in zip(["the runtime", "the script"], optimised(net)):
            seen |= {node.op_type for node in model.graph.node if node.domain == MICROSOFT}
            CASES[f"{name}, by {by}"] = model
    print("in whole networks:", *sorted(seen))


def answered(model):
    if not any(opset.domain == MICROSOFT for opset in model.opset_import):
        model.opset_import.append(helper.make_opsetid(MICROSOFT, 1))
    shape = [size.dim_value for size in model.graph.input[0].type.tensor_type.shape.dim]
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": picture(shape)})[0].ravel().astype(np.float32)


def main(path):
    assert not CASES and operators.X is X
    for family in [fused, norms, attention, resizing, others, whole]:
        family()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, model in CASES.items():
            try:
                answer = answered(model)
            except Exception as error:
                sys.exit(f"{name}: {error}")
            model.graph.initializer.append(numpy_helper.from_array(answer, "answer"))
            archive.writestr(zipfile.ZipInfo(f"{name}.onnx"), model.SerializeToString())
    with open(path, "wb") as file:
        file.write(gzip.compress(packed.getvalue(), mtime=0))
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main(sys.argv[1])
