"""Writes one small network quantised in every way that onnxruntime quantises, and what it says about pictures.

    python tests/converted/quantised.py tests/converted/quantised.zip.gz

The network has what quantisers treat differently: convolutions whose ReLU or ReLU6 the quantiser leaves out, a depthwise
one, a sum, a pooling, a gate, a reshaping and products of matrices. For each picture there are the logits of the float
network and of each quantised one.

Needs numpy, onnx and onnxruntime.
"""

import gzip
import io
import json
import pathlib
import sys
import tempfile
import zipfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static,
)

onnxruntime.set_default_logger_severity(4)

SIZE, CLASSES, PICTURES = 16, 6, 6


def pictures(count, of):
    """Smooth patterns, as `picture` in the test makes the first ones."""
    row, column = np.mgrid[0:SIZE, 0:SIZE] / SIZE
    made = []
    for number in range(of, of + count):
        a, b = 1 + number % 5, 1 + number * 3 % 7
        planes = [np.sin(6 * (a * row + b * column) + c + number) * (0.6 + 0.4 * c) + 0.3 * np.cos(number + 2 * c) for c in range(3)]
        made.append(np.stack(planes).astype(np.float32)[None])
    return made


class Network:
    def __init__(self):
        self.draw = np.random.default_rng(3)
        self.nodes, self.weights = [], []

    def weight(self, *shape, scale=1.0):
        fan = np.prod(shape[1:]) if len(shape) > 1 else 1
        values = self.draw.normal(size=shape) * scale * (2 / fan) ** 0.5
        return self.given(values)

    def given(self, values, dtype=np.float32):
        self.weights.append(numpy_helper.from_array(np.asarray(values, dtype), f"w{len(self.weights)}"))
        return self.weights[-1].name

    def add(self, op, *inputs, **attributes):
        made = f"{op.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(op, list(inputs), [made], name=made + ".node", **attributes))
        return made

    def convolution(self, x, into, out, kernel=3, stride=1, groups=1):
        pads = [kernel // 2] * 4
        weight = self.weight(out, into // groups, kernel, kernel)
        bias = self.given(self.draw.normal(size=out) * 0.2)
        return self.add("Conv", x, weight, bias, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pads, group=groups)

    def model(self):
        x = self.add("Relu", self.convolution("x", 3, 12))
        x = self.add("MaxPool", x, kernel_shape=[2, 2], strides=[2, 2])
        bounds = self.given(0.0), self.given(2.0)
        y = self.add("Clip", self.convolution(x, 12, 12, groups=12), *bounds)
        y = self.convolution(y, 12, 12, kernel=1)
        x = self.add("Relu", self.add("Add", x, y))
        y = self.add("LeakyRelu", self.convolution(x, 12, 16, stride=2), alpha=0.1)
        gate = self.add("Sigmoid", self.convolution(self.add("GlobalAveragePool", y), 16, 16, kernel=1))
        x = self.add("Mul", y, gate)
        x = self.add("Concat", x, self.add("AveragePool", self.convolution(x, 16, 4, kernel=1), kernel_shape=[3, 3], pads=[1] * 4), axis=1)
        x = self.add("Reshape", self.add("GlobalAveragePool", x), self.given([0, -1], np.int64))
        x = self.add("Relu", self.add("MatMul", x, self.weight(20, 24, scale=2.0)))
        x = self.add("Gemm", x, self.weight(CLASSES, 24, scale=4.0), self.given(self.draw.normal(size=CLASSES)), transB=1)
        self.nodes[-1].output[0] = "logits"
        image = helper.make_tensor_value_info("x", TensorProto.FLOAT, ["batch", 3, SIZE, SIZE])
        row = helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["batch", CLASSES])
        graph = helper.make_graph(self.nodes, "network", [image], [row], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        return model

    def alive(self):
        """With the mean of each class taken off, so that pictures are predicted as different classes."""
        model = self.model()
        session = onnxruntime.InferenceSession(model.SerializeToString())
        mean = np.mean([session.run(None, {"x": picture})[0][0] for picture in pictures(40, 0)], 0)
        bias = model.graph.initializer[-1]
        bias.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(bias) - mean, bias.name))
        return model


class Calibration(CalibrationDataReader):
    def __init__(self):
        self.left = pictures(24, 100) + pictures(PICTURES, 0)

    def get_next(self):
        return {"x": self.left.pop()} if self.left else None


def static(form, activations, weights, **options):
    def write(path, out):
        quantize_static(
            path, out, Calibration(), quant_format=form, activation_type=activations, weight_type=weights, **options
        )
    return write


def dynamic(weights, **options):
    return lambda path, out: quantize_dynamic(path, out, weight_type=weights, **options)


QDQ, OPERATORS = QuantFormat.QDQ, QuantFormat.QOperator
U8, S8, U16, S16 = QuantType.QUInt8, QuantType.QInt8, QuantType.QUInt16, QuantType.QInt16
WAYS = {
    "pairs_u8_s8": static(QDQ, U8, S8),
    "pairs_u8_u8": static(QDQ, U8, U8),
    "pairs_s8_s8": static(QDQ, S8, S8),
    "pairs_s8_s8_by_channel": static(QDQ, S8, S8, per_channel=True),
    "pairs_u16_s8": static(QDQ, U16, S8),
    "pairs_s16_s16": static(QDQ, S16, S16),
    "pairs_symmetric": static(QDQ, S8, S8, extra_options={"ActivationSymmetric": True}),
    "pairs_around_weights": static(QDQ, U8, S8, extra_options={"AddQDQPairToWeight": True}),
    "operators_u8_s8": static(OPERATORS, U8, S8),
    "operators_u8_u8": static(OPERATORS, U8, U8),
    "operators_s8_s8_by_channel": static(OPERATORS, S8, S8, per_channel=True),
    "dynamic_u8": dynamic(U8),
    "dynamic_s8_products": dynamic(S8, op_types_to_quantize=["MatMul"]),
    "dynamic_u8_by_channel": dynamic(U8, per_channel=True),
}
# What onnxruntime makes of these when it optimises them.
OPTIMISED = ["pairs_u8_u8", "operators_u8_s8", "dynamic_u8", "dynamic_s8_products"]


def optimised(path, out):
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(out)
    onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def answers(path):
    # As the file says it, without what optimisers do.
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return [session.run(None, {"x": picture})[0][0].tolist() for picture in pictures(PICTURES, 0)]


def main(archive):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out, tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        facts = {"float": None, "quantised": {}}
        def add(name, data):
            out.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
        plain = folder / "float.onnx"
        onnx.save(Network().alive(), plain)
        facts["float"] = answers(plain)
        add(plain.name, plain.read_bytes())
        for name, write in WAYS.items():
            path = folder / f"{name}.onnx"
            write(plain, path)
            paths = [path]
            if name in OPTIMISED:
                paths.append(folder / f"{name}_optimised.onnx")
                optimised(path, paths[-1])
            for path in paths:
                add(path.name, path.read_bytes())
                facts["quantised"][path.stem] = answers(path)
                ops = sorted({node.op_type for node in onnx.load(path).graph.node})
                apart = np.abs(np.subtract(facts["quantised"][path.stem], facts["float"])).max()
                print(f"{path.stem}: {apart:.3f} from the float network; {', '.join(ops)}")
        add("facts.json", json.dumps(facts))
        print(np.round(facts["float"], 2))
    with open(archive, "wb") as file:
        file.write(gzip.compress(packed.getvalue(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
