"""Writes one small ONNX model for each rule of each operator, with the answer it has to give.

    python tests/torchvision/operators.py tests/torchvision/operators.zip.gz

A model takes a picture, which the test counts up by the same rule as `picture` below, and hands back
one row. What it has to answer is a weight called `answer` that no node reads. Answers are onnxruntime's
where ONNX's own reference evaluator gives the same; where it does not, the reason is told below. All
models lie in one archive, which is packed as a whole: they are much alike.

Needs numpy, onnx and onnxruntime.
"""

import gzip
import io
import sys
import zipfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

onnxruntime.set_default_logger_severity(4)

FLOAT, INT64, BOOL = TensorProto.FLOAT, TensorProto.INT64, TensorProto.BOOL
CASES = {}


def picture(shape):
    """Values of both signs, with halves among them, that floats hold exactly."""
    count = np.arange(np.prod(shape))
    return ((count * 37 % 101 - 50) / 16).astype(np.float32).reshape(shape)


def some(*shape):
    """Weights."""
    count = np.arange(np.prod(shape))
    return ((count * 29 % 47 - 20) / 16).astype(np.float32).reshape(shape)


def ints(*values):
    return np.array(values, dtype=np.int64)


def floats(*values):
    return np.array(values, dtype=np.float32)


class Sketch:
    """A model as it grows."""

    def __init__(self, shape, opset):
        self.shape, self.opset = shape, opset
        self.nodes, self.weights = [], []

    def weight(self, values):
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.asarray(values), name))
        return name

    def add(self, op, *inputs, outputs=1, **attributes):
        inputs = ["" if i is None else i if isinstance(i, str) else self.weight(i) for i in inputs]
        made = [f"v{len(self.nodes)}_{index}" for index in range(outputs)]
        self.nodes.append(helper.make_node(op, inputs, made, **attributes))
        return made[0] if outputs == 1 else made

    def flat(self, value):
        shape = ints(1, -1)
        return self.add("Reshape", value, shape)

    def model(self, row):
        self.nodes[-1].output[0] = "y"
        assert row == f"v{len(self.nodes) - 1}_0"
        graph = helper.make_graph(
            self.nodes,
            "case",
            [helper.make_tensor_value_info("x", FLOAT, self.shape)],
            [helper.make_tensor_value_info("y", FLOAT, [1, None])],
            self.weights,
        )
        opset = [helper.make_opsetid("", self.opset)]
        return helper.make_model(graph, opset_imports=opset, ir_version=8)


def case(name, build, shape=(1, 3, 4, 5), opset=17):
    """`build` takes a sketch and hands back the names of the values that count."""
    assert name not in CASES, name
    sketch = Sketch(list(shape), opset)
    values = build(sketch)
    values = values if isinstance(values, (list, tuple)) else [values]
    rows = [sketch.flat(sketch.add("Cast", value, to=FLOAT)) for value in values]
    row = rows[0] if len(rows) == 1 else sketch.add("Concat", *rows, axis=1)
    # A softmax that ended it would be stepped over.
    CASES[name] = sketch.model(sketch.add("Add", row, floats(0)))


def on_picture(name, op, *more, shape=(1, 3, 4, 5), opset=17, of=None, outputs=1, read=None,
               positive=False, **attributes):
    """One operator on the picture, in another shape `of`, and on weights and numbers."""

    def build(sketch):
        x = "x"
        if positive:
            x = sketch.add("Add", sketch.add("Mul", x, x), floats(0.5))
        if of is not None:
            x = sketch.add("Reshape", x, ints(*of))
        made = sketch.add(op, *[x if m is X else m for m in (X, *more)], outputs=outputs, **attributes)
        made = [made] if outputs == 1 else made
        return [made[index] for index in (range(outputs) if read is None else read)]

    case(name, build, shape, opset)


def on_constants(name, op, *inputs, opset=17, outputs=1, read=None, **attributes):
    """One operator on numbers that do not come from the picture."""

    def build(sketch):
        made = sketch.add(op, *inputs, outputs=outputs, **attributes)
        made = [made] if outputs == 1 else made
        return beside(sketch, *[made[index] for index in (range(outputs) if read is None else read)])

    case(name, build, (1, 3, 2, 2), opset)


def beside(sketch, *values):
    """Constants, and the picture's mean added to them, lest they be the answer by themselves."""
    mean = sketch.add("GlobalAveragePool", sketch.add("Reshape", "x", ints(1, 1, -1, 1)))
    mean = sketch.add("Reshape", mean, ints(1, 1))
    made = []
    for value in values:
        row = sketch.flat(sketch.add("Cast", value, to=FLOAT))
        made.append(sketch.add("Add", row, mean))
    return made


X = object()


def both(name, op, *more, opset=17, **attributes):
    on_picture(name, op, *more, opset=opset, **attributes)
    on_constants(f"{name}, of constants", op, some(2, 7), *more, opset=opset, **attributes)


def activations():
    for op, opset, attributes in [
        ("Relu", 14, {}),
        ("LeakyRelu", 16, {}),
        ("LeakyRelu", 16, {"alpha": 0.25}),
        ("Elu", 6, {}),
        ("Elu", 6, {"alpha": 0.5}),
        ("Selu", 6, {}),
        ("Selu", 6, {"alpha": 1.5, "gamma": 2.0}),
        ("Celu", 12, {}),
        ("Celu", 12, {"alpha": 0.5}),
        ("Sigmoid", 13, {}),
        ("Tanh", 13, {}),
        ("HardSigmoid", 6, {}),
        ("HardSigmoid", 6, {"alpha": 1 / 6}),
        ("HardSigmoid", 6, {"alpha": 0.3, "beta": 0.4}),
        ("HardSwish", 14, {}),
        ("Swish", 24, {}),
        ("Swish", 24, {"alpha": 0.7}),
        ("Mish", 18, {}),
        ("Gelu", 20, {}),
        ("Gelu", 20, {"approximate": "tanh"}),
        ("Softplus", 1, {}),
        ("Softsign", 1, {}),
    ]:
        said = "".join(f", {key} {value if isinstance(value, str) else round(value, 2)}" for key, value in attributes.items())
        both(f"{op}{said}", op, opset=max(opset, 13), **attributes)
    for slopes, shape in [("one", (1,)), ("a channel", (3, 1, 1)), ("a column", (5,))]:
        on_picture(f"PRelu, a slope for {slopes}", "PRelu", some(*shape))
    on_picture("PRelu, opset 7", "PRelu", some(3, 1, 1), opset=7)
    low, high = np.float32(-1), np.float32(1.5)
    for name, bounds in [("both", (low, high)), ("min", (low,)), ("max", (None, high)), ("neither", ())]:
        both(f"Clip, {name}", "Clip", *bounds)
    both("Clip, crossed", "Clip", high, low)
    both("Clip, attributes", "Clip", opset=10, min=-1.0, max=1.5)
    on_picture("Clip, of half a picture to one number", "Clip", np.float32(0), np.float32(0))
    for opset, axes in [(13, (-1, 1, 0)), (11, (1, 2, 3, -1))]:
        for axis in axes:
            for op in ["Softmax", "LogSoftmax"]:
                on_picture(f"{op}, opset {opset}, axis {axis}", op, opset=opset, axis=axis)
        on_picture(f"Softmax, opset {opset}, no axis", "Softmax", opset=opset)


def arithmetic():
    for op in ["Erf", "Exp", "Neg", "Abs", "Sin", "Cos"]:
        both(op, op)
    for op in ["Sqrt", "Log", "Reciprocal"]:
        on_picture(op, op, positive=True)
        on_constants(f"{op}, of constants", op, np.abs(some(2, 7)) + np.float32(0.1))
    for op in ["Floor", "Ceil", "Round", "Sign"]:
        on_constants(op, op, floats(-2.5, -1.5, -0.7, -0.5, 0, 0.5, 1.5, 2.2, 2.5))
    for op in ["Add", "Sub", "Mul"]:
        for name, other in [("a number", np.float32(1.5)), ("a channel", some(3, 1, 1)), ("more axes", some(2, 1, 1, 1, 5))]:
            on_picture(f"{op}, {name}", op, other)
        case(f"{op}, the picture second", lambda s, op=op: s.add(op, some(3, 1, 1), "x"))
        on_constants(f"{op}, whole", op, ints(-7, 7, 5), ints(2, 2, -3))
    case("Sub, of itself turned", lambda s: s.add("Sub", "x", s.add("Transpose", "x", perm=[0, 1, 3, 2])), (1, 3, 4, 4))
    divisors = np.abs(some(3, 1, 1)) + np.float32(0.5)
    on_picture("Div", "Div", divisors)
    case("Div, by the picture", lambda s: s.add("Div", floats(2), s.add("Add", s.add("Abs", "x"), floats(1))))
    on_constants("Div, whole", "Div", ints(7, -7, 7, -7, 6, 0), ints(2, 2, -2, -2, 3, 5))
    small = np.array([7, -7, 9], dtype=np.int32)
    on_constants("Div, whole of 32 bits", "Div", small, np.array([2, 2, -2], dtype=np.int32))
    on_constants("Div, floats", "Div", floats(7, -7), floats(2, 2))
    on_constants("Mod", "Mod", ints(7, -7, 7, -7), ints(3, 3, -3, -3))
    on_constants("Mod, fmod of whole", "Mod", ints(7, -7, 7, -7), ints(3, 3, -3, -3), fmod=1)
    on_constants("Mod, fmod", "Mod", floats(7.5, -7.5, 7.5), floats(3, 3, -3), fmod=1)

    def rounded_up(s):
        return beside(s, s.add("Neg", s.add("Div", s.add("Neg", ints(7, 8, -7)), ints(2, 2, 2))))

    case("Div, between two Neg", rounded_up)

    def halved_twice(s):
        half = s.add("Div", s.add("Clip", ints(7, 9), np.int64(1)), ints(2))
        return beside(s, s.add("Mul", half, ints(2)))

    case("Clip, of whole numbers that are halved", halved_twice)
    for name, bounds in [("both", (np.int64(2), np.int64(5))), ("max", (None, np.int64(5)))]:
        on_constants(f"Clip, whole, {name}", "Clip", ints(-3, 3, 9), *bounds)
        case(f"Clip, whole, {name}, halved", lambda s, b=bounds: beside(
            s, s.add("Div", s.add("Clip", ints(-3, 3, 9), *b), ints(2))))
    for op in ["Max", "Min"]:
        case(f"{op}, of whole numbers that are halved", lambda s, op=op: beside(
            s, s.add("Div", s.add(op, ints(7, -9, 3), np.int64(1)), ints(2))))
    case("Pow, of whole numbers that are halved", lambda s: beside(
        s, s.add("Div", s.add("Pow", ints(3, 5), ints(2)), ints(2))))
    case("Pow, two to whole numbers that is halved", lambda s: beside(
        s, s.add("Div", s.add("Pow", np.int64(2), ints(3, 0)), ints(2))))
    case("Neg and Abs, of whole numbers that are halved", lambda s: beside(
        s, s.add("Div", s.add("Abs", s.add("Neg", ints(7, 5))), ints(2))))
    case("ReduceSum, of whole numbers that are halved", lambda s: beside(
        s, s.add("Div", s.add("ReduceSum", ints(4, 3)), ints(2))))
    case("ReduceMin, of whole numbers that are halved", lambda s: beside(
        s, s.add("Div", s.add("ReduceMin", ints(9, 7)), ints(2))))
    case("ReduceProd, of a shape that is halved", lambda s: beside(
        s, s.add("Div", s.add("ReduceProd", s.add("Shape", "x")), ints(8))))
    case("Where, of whole numbers that are halved", lambda s: beside(
        s, s.add("Div", s.add("Where", np.array([True, False]), ints(7, 7), ints(9, 9)), ints(2))))
    case("Cast, a size by a factor", lambda s: beside(s, s.add("Cast", s.add("Floor", s.add(
        "Mul", s.add("Cast", s.add("Shape", "x"), to=FLOAT), floats(1.5))), to=INT64)), (1, 3, 5, 7))
    for name, exponent in [("square", 2), ("root", 0.5), ("cube", 3), ("below one", -1)]:
        on_picture(f"Pow, {name}", "Pow", np.float32(exponent), positive=True)
    on_picture("Pow, square of both signs", "Pow", np.float32(2))
    on_picture("Pow, whole exponent", "Pow", np.int64(2))
    case("Pow, of a number", lambda s: s.add("Pow", np.float32(2), "x"))
    on_constants("Pow, tables", "Pow", floats(1, 2, 3, 4), floats(2, 3, 0.5, -1))
    on_constants("Pow, of whole numbers", "Pow", ints(2, 3), ints(3, 2))

    for op in ["Max", "Min", "Sum", "Mean"]:
        on_picture(f"{op}, of one", op)
        on_picture(f"{op}, with a number", op, np.float32(0.5))
        on_picture(f"{op}, with a channel", op, some(3, 1, 1))
        on_picture(f"{op}, of three", op, some(3, 1, 1), np.float32(0.25))
        on_picture(f"{op}, with more axes", op, floats(0.25).reshape(1, 1, 1, 1, 1))
        case(f"{op}, the picture last", lambda s, op=op: s.add(op, some(3, 1, 1), np.float32(0.5), "x"))
        case(f"{op}, of two pictures", lambda s, op=op: s.add(op, "x", s.add("Neg", "x")))
        on_constants(f"{op}, of constants", op, some(2, 3), some(3), np.float32(0.25))
    for op in ["Max", "Min"]:
        on_constants(f"{op}, whole", op, ints(1, 5, -3), ints(2, 2, 2))
    places = np.array([True, False, True, False, True])
    on_constants("Where, of constants", "Where", places, floats(1, 2, 3, 4, 5), np.float32(-1))
    case("Where", lambda s: s.add("Where", places, "x", np.float32(-1)))
    case("Where, the picture last", lambda s: s.add("Where", places, some(3, 1, 1), "x"))
    for op in ["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"]:
        on_constants(op, op, ints(1, 2, 3), ints(3, 2, 1))
        on_constants(f"{op}, floats", op, floats(1, 2, 3).reshape(3, 1), floats(3, 2))
    truth = np.array([[True], [False]]), np.array([True, False])
    for op in ["And", "Or", "Xor"]:
        on_constants(op, op, *truth)
    on_constants("Not", "Not", truth[0])


def reductions():
    for op in ["ReduceMean", "ReduceSum", "ReduceMax", "ReduceMin", "ReduceL1", "ReduceL2", "ReduceSumSquare"]:
        both(op, op, opset=18)
        both(f"{op}, last axis", op, ints(-1), opset=18, keepdims=0)
        on_picture(f"{op}, axes", op, ints(3, 2), opset=18)
        summed = op == "ReduceSum"
        if not summed:
            on_picture(f"{op}, axes as an attribute", op, opset=13, axes=[1, -1], keepdims=0)
        else:
            on_picture(f"{op}, axes as an attribute", op, opset=11, axes=[1, -1], keepdims=0)
        on_picture(f"{op}, no axes", op, opset=18, keepdims=0)
        on_picture(f"{op}, an empty list", op, ints(), opset=18)
        on_picture(f"{op}, nothing to do", op, ints(), opset=18, noop_with_empty_axes=1)
        on_picture(f"{op}, nothing to do and no list", op, opset=18, noop_with_empty_axes=1)
        on_picture(f"{op}, all axes at once", op, ints(0, 1, 2, 3), opset=18, keepdims=0)
    on_constants("ReduceProd", "ReduceProd", some(2, 7), opset=18)
    on_constants("ReduceProd, an axis", "ReduceProd", some(2, 7), ints(0), opset=18, keepdims=0)
    on_constants("ReduceProd, whole", "ReduceProd", ints(2, 3, 7), opset=13, keepdims=0)
    on_constants("ReduceMax, whole", "ReduceMax", ints(2, 9, 7), opset=13)
    on_constants("ReduceMean, whole", "ReduceMean", ints(2, 9, 10, 8), opset=13)


def norms():
    mean, variance = some(3), np.abs(some(3)) + np.float32(0.5)
    scale, shift = some(3) + np.float32(2), some(3)
    for opset in [7, 9, 15]:
        on_picture(f"BatchNormalization, opset {opset}", "BatchNormalization", scale, shift, mean, variance, opset=opset)
    on_picture("BatchNormalization, epsilon", "BatchNormalization", scale, shift, mean, variance, epsilon=0.1)
    on_picture("BatchNormalization, a row", "BatchNormalization", scale, shift, mean, variance, of=(20, 3))
    on_picture("InstanceNormalization", "InstanceNormalization", scale, shift)
    on_picture("InstanceNormalization, epsilon", "InstanceNormalization", scale, shift, epsilon=0.5)
    of = (1, 6, 2, 5)
    on_picture("GroupNormalization, opset 21", "GroupNormalization", some(6), some(6), of=of, opset=21, num_groups=2)
    on_picture("GroupNormalization, opset 18", "GroupNormalization", some(2), some(2), of=of, opset=18, num_groups=2,
               epsilon=0.1)
    on_picture("GroupNormalization, opset 18, a group a channel", "GroupNormalization", some(6), some(6), of=of, opset=18,
               num_groups=6)
    on_picture("LayerNormalization", "LayerNormalization", some(5), some(5))
    on_picture("LayerNormalization, no shift", "LayerNormalization", some(5))
    on_picture("LayerNormalization, axis", "LayerNormalization", some(4, 5), some(4, 5), axis=2, epsilon=0.1)
    on_picture("LayerNormalization, all axes behind", "LayerNormalization", some(3, 4, 5), some(3, 4, 5), axis=-3)
    on_picture("LayerNormalization, one scale for rows", "LayerNormalization", some(5), some(4, 1), axis=2)
    on_picture("LayerNormalization, with what it does not need", "LayerNormalization", some(5), some(5), outputs=3, read=[0])
    for more in [{}, {"axis": 1}, {"epsilon": 0.5}]:
        shape = (5,) if more.get("axis") is None else (3, 4, 5)
        said = "".join(f", {key} {value}" for key, value in more.items())
        on_picture(f"RMSNormalization{said}", "RMSNormalization", some(*shape), opset=23, **more)
    for p in [1, 2]:
        both(f"LpNormalization, p {p}", "LpNormalization", opset=13, p=p)
        on_picture(f"LpNormalization, p {p}, axis 1", "LpNormalization", opset=13, p=p, axis=1)
        noughts = floats(3, 4, 0, 0).reshape(2, 2)
        on_constants(f"LpNormalization, p {p}, of noughts", "LpNormalization", noughts, opset=22, p=p)
    for size in [1, 3, 5]:
        on_picture(f"LRN, size {size}", "LRN", of=(1, 5, 3, 4), size=size, alpha=0.5, beta=0.6, bias=1.5)
    on_picture("LRN, by default", "LRN", size=3)


def windows():
    sizes = dict(kernel_shape=[3, 2])
    for name, more in [
        ("plain", {}),
        ("strides", dict(strides=[2, 1])),
        ("pads", dict(pads=[1, 1, 1, 1], strides=[2, 2])),
        ("pads beyond half", dict(pads=[2, 1, 2, 1], strides=[2, 2])),
        ("unlike pads", dict(pads=[0, 1, 2, 0], strides=[2, 2])),
        ("rounded up", dict(strides=[2, 2], ceil_mode=1)),
        ("rounded up with pads", dict(strides=[2, 3], pads=[1, 1, 1, 1], ceil_mode=1)),
        ("same, more below", dict(auto_pad="SAME_UPPER", strides=[2, 2])),
        ("same, more above", dict(auto_pad="SAME_LOWER", strides=[2, 2])),
        ("valid", dict(auto_pad="VALID", strides=[2, 2])),
    ]:
        shape = (1, 3, 6, 7)
        on_picture(f"MaxPool, {name}", "MaxPool", shape=shape, **sizes, **more)
        for counts in [0, 1]:
            on_picture(f"AveragePool, {name}, {'padding counts' if counts else 'padding left out'}", "AveragePool",
                       shape=shape, opset=19, count_include_pad=counts, **sizes, **more)
        if "ceil_mode" not in more:
            on_picture(f"Conv, {name}", "Conv", some(4, 3, 3, 2), some(4), shape=shape, **more)
    on_picture("MaxPool, gaps", "MaxPool", shape=(1, 3, 6, 7), dilations=[2, 3], **sizes)
    on_picture("MaxPool, gaps and unlike pads", "MaxPool", shape=(1, 3, 6, 7), dilations=[2, 2], pads=[0, 0, 1, 1], **sizes)
    on_picture("MaxPool, with places nobody reads", "MaxPool", outputs=2, read=[0], **sizes)
    for name, side, pads, kernel, stride in [
        ("a window that would begin behind", 4, [0, 0, 1, 1], 2, 2),
        ("a window over the end", 5, [0, 0, 1, 0], 2, 2),
        ("pads above", 6, [1, 1, 0, 0], 3, 2),
        ("pads of two below", 7, [0, 0, 2, 2], 3, 2),
        ("a window that hangs over all", 3, [0, 0, 0, 0], 4, 2),
        ("wide steps", 7, [0, 1, 1, 1], 2, 3),
    ]:
        shape = (1, 3, side, side)
        more = dict(kernel_shape=[kernel, kernel], strides=[stride, stride], pads=pads, ceil_mode=1)
        on_picture(f"MaxPool, rounded up, {name}", "MaxPool", shape=shape, opset=22, **more)
        for counts in [0, 1]:
            said = "padding counts" if counts else "padding left out"
            on_picture(f"AveragePool, rounded up, {name}, {said}", "AveragePool", shape=shape, opset=22,
                       count_include_pad=counts, **more)
    on_picture("GlobalAveragePool", "GlobalAveragePool")
    on_picture("GlobalAveragePool, one axis", "GlobalAveragePool", of=(1, 6, 10))
    on_picture("GlobalMaxPool", "GlobalMaxPool")
    on_picture("Conv, groups", "Conv", some(6, 1, 2, 2), group=3)
    on_picture("Conv, gaps", "Conv", some(2, 3, 2, 2), dilations=[2, 3])
    on_picture("Conv, kernel told", "Conv", some(2, 3, 2, 2), kernel_shape=[2, 2])


def matrices():
    for name, c in [
        ("none", None),
        ("a number", np.float32(2)),
        ("one", some(1)),
        ("a row", some(3)),
        ("a row of two axes", some(1, 3)),
        ("a column", some(4, 1) + np.float32(1)),
        ("whole", some(4, 3)),
    ]:
        more = () if c is None else (c,)
        on_picture(f"Gemm, {name}", "Gemm", some(15, 3), *more, of=(4, 15))
        on_picture(f"Gemm, {name}, scaled", "Gemm", some(3, 15), *more, of=(4, 15), transB=1, alpha=0.5, beta=1.5)
    on_picture("Gemm, a column of as many as classes", "Gemm", some(20, 3), some(3, 1), of=(3, 20))
    on_picture("Gemm, a column of as many as classes, turned", "Gemm", some(3, 20), some(3, 1), of=(20, 3), transA=1, transB=1)
    on_picture("Gemm, turned", "Gemm", some(15, 3), some(3), of=(15, 4), transA=1)
    case("Gemm, two of the picture", lambda s: s.add(
        "Gemm", s.add("Reshape", "x", ints(4, 15)), s.add("Reshape", "x", ints(4, 15)), some(4), transB=1, alpha=0.5))
    case("Gemm, by the picture", lambda s: s.add("Gemm", some(2, 4), s.add("Reshape", "x", ints(4, 15)), some(2, 1)))
    on_constants("Gemm, of constants", "Gemm", some(2, 4), some(4, 3), some(3), beta=0.5)
    for name, of, weight in [
        ("a matrix", (4, 15), (15, 3)),
        ("a matrix behind axes", (2, 2, 15), (15, 3)),
        ("a stack", (2, 2, 15), (2, 15, 3)),
        ("a stack over one", (4, 15), (2, 15, 3)),
        ("a row", (60,), (60, 3)),
        ("by a row", (4, 15), (15,)),
        ("two rows", (60,), (60,)),
        ("a row by a stack", (15,), (2, 15, 3)),
    ]:
        def build(s, of=of, weight=weight):
            x = "x"
            if np.prod(of) != 60:
                x = s.add("Slice", s.flat(x), ints(0), ints(np.prod(of)), ints(1))
            return s.add("MatMul", s.add("Reshape", x, ints(*of)), some(*weight))

        case(f"MatMul, {name}", build)
    case("MatMul, by the picture", lambda s: s.add("MatMul", some(2, 4), "x"))
    case("MatMul, of the picture by itself", lambda s: s.add("MatMul", "x", s.add("Transpose", "x", perm=[0, 1, 3, 2])))
    on_constants("MatMul, of constants", "MatMul", some(2, 3), some(3, 4))
    for equation, shape in [
        ("bchw,co->bohw", (3, 2)),
        ("bchw , hk -> bckw", (4, 6)),
        ("bchw,b->chw", (1,)),
        ("abcd,efgd->abcefg", (1, 2, 2, 5)),
        ("bchw,xcw->bhx", (2, 3, 5)),
    ]:
        on_picture(f"Einsum, {equation}", "Einsum", some(*shape), equation=equation)
    on_picture("Einsum, a turn", "Einsum", equation="bchw->whcb")
    on_picture("Einsum, a sum", "Einsum", equation="bchw->cw")
    case("Einsum, a diagonal", lambda s: s.add("Einsum", "x", equation="bcii->bci"), (1, 3, 4, 4))

    def attention(s, mask=None, **more):
        q = s.add("Reshape", "x", ints(1, 2, 5, 6))
        k = s.add("Reshape", s.add("Neg", "x"), ints(1, 2, 5, 6))
        v = s.add("Reshape", s.add("Sigmoid", "x"), ints(1, 2, 5, 6))
        return s.add("Attention", q, k, v, *([] if mask is None else [mask]), **more)

    for name, more in [
        ("plain", {}),
        ("scale", dict(scale=0.25)),
        ("causal", dict(is_causal=1)),
        ("mask", dict(mask=some(5, 5))),
        ("truth values", dict(mask=some(5, 5) > -0.3)),
        ("mask of heads", dict(mask=some(1, 2, 5, 5))),
    ]:
        case(f"Attention, {name}", lambda s, more=more: attention(s, **more), opset=23)


def places():
    for axis in [0, 1, 2, 4, -1]:
        on_picture(f"Flatten, axis {axis}", "Flatten", axis=axis)
    for name, shape in [("open", (1, -1, 5)), ("kept", (0, 0, -1)), ("plain", (5, 12)), ("kept last", (1, 3, 4, 0))]:
        case(f"Reshape, {name}", lambda s, shape=shape: s.add(
            "Transpose", s.add("Reshape", "x", ints(*shape))))
    on_picture("Squeeze", "Squeeze", of=(1, 3, 1, 20))
    on_picture("Squeeze, an axis", "Squeeze", ints(-2), of=(1, 3, 1, 20))
    on_picture("Squeeze, opset 11", "Squeeze", of=(1, 3, 1, 20), opset=11, axes=[2])
    case("Unsqueeze", lambda s: s.add("Transpose", s.add("Unsqueeze", "x", ints(0, -1))))
    case("Unsqueeze, opset 11", lambda s: s.add("Transpose", s.add("Unsqueeze", "x", axes=[2])), opset=11)
    on_picture("Transpose, by default", "Transpose")
    on_picture("Transpose", "Transpose", perm=[0, 2, 3, 1])
    for name, shape in [("one more axis", (2, 1, 3, 4, 5)), ("ones", (1,)), ("an axis", (1, 3, 4, 5))]:
        on_picture(f"Expand, {name}", "Expand", ints(*shape), of=(3, 4, 5))
    case("Expand, a column", lambda s: s.add("Expand", s.add("GlobalAveragePool", "x"), ints(2, 1, 2, 3)))
    on_picture("Tile", "Tile", ints(1, 1, 2, 3))
    case("Tile, an axis of one", lambda s: s.add("Tile", s.add("GlobalAveragePool", "x"), ints(2, 1, 2, 3)))
    on_constants("Tile, of constants", "Tile", ints(1, 2, 3), ints(2))
    pads = ints(0, 1, 2, 0, 0, 0, 1, 3)
    on_picture("Pad", "Pad", pads)
    on_picture("Pad, a value", "Pad", pads, np.float32(-1.5))
    on_picture("Pad, negative", "Pad", ints(0, 0, -1, 1, 0, 0, 2, -2))
    on_picture("Pad, axes", "Pad", ints(1, 2, 0, 1), None, ints(-1, 2), opset=18)
    on_picture("Pad, attributes", "Pad", opset=10, pads=[0, 0, 1, 2, 0, 0, 0, 1], value=0.5)
    sides = ints(0, 0, 1, 2, 0, 0, 2, 1)
    for mode in ["reflect", "edge"]:
        on_picture(f"Pad, {mode}", "Pad", sides, mode=mode)
    on_picture("Pad, reflect, columns", "Pad", ints(0, 0, 0, 2, 0, 0, 0, 1), mode="reflect")
    on_picture("Pad, wrap", "Pad", sides, mode="wrap", opset=19)
    on_constants("Pad, of whole numbers", "Pad", ints(1, 2), ints(1, 2), np.int64(7))
    for mode in ["DCR", "CRD"]:
        on_picture(f"DepthToSpace, {mode}", "DepthToSpace", of=(1, 12, 1, 5), mode=mode, blocksize=2)
    # Patches of 2 × 2.
    size, patch = ints(2, 6), ints(2, 2)
    on_picture("Col2Im", "Col2Im", size, patch, of=(1, 12, 5), opset=18)
    on_picture("Col2Im, pads", "Col2Im", ints(4, 4), patch, of=(1, 4, 15), opset=18, pads=[0, 1, 0, 1])
    on_picture("Col2Im, unlike pads", "Col2Im", ints(3, 5), patch, of=(1, 4, 15), opset=18, pads=[1, 0, 0, 1])
    on_picture("Col2Im, strides and gaps", "Col2Im", ints(5, 7), patch, of=(1, 12, 5), opset=18, strides=[3, 1],
               dilations=[4, 2])
    on_picture("SpaceToDepth", "SpaceToDepth", shape=(1, 3, 4, 6), blocksize=2)
    on_picture("Identity", "Identity")
    on_picture("Dropout", "Dropout")
    on_picture("Dropout, with a mask nobody reads", "Dropout", outputs=2, read=[0])
    on_picture("Dropout, ratio", "Dropout", np.float32(0.5), np.array(False))
    on_picture("Dropout, opset 7", "Dropout", opset=7, ratio=0.5)


def parts():
    for axis in [0, 1, -1]:
        case(f"Concat, axis {axis}", lambda s, axis=axis: s.add("Concat", "x", s.add("Neg", "x"), some(1, 3, 4, 5), axis=axis))
    on_constants("Concat, of constants", "Concat", ints(1, 2), ints(3), axis=0)
    on_picture("Split", "Split", ints(1, 3), axis=2, outputs=2)
    on_picture("Split, into parts alike", "Split", axis=2, outputs=2)
    on_picture("Split, into parts unlike", "Split", axis=3, outputs=3, opset=18, num_outputs=3)
    on_picture("Split, one read", "Split", ints(2, 1, 2), axis=-1, outputs=3, read=[1])
    on_picture("Split, opset 11", "Split", opset=11, axis=1, split=[1, 2], outputs=2)
    last = np.iinfo(np.int64).max
    for name, arguments in [
        ("forwards", (ints(1), ints(4), ints(3))),
        ("from the end", (ints(-3), ints(-1), ints(-1))),
        ("beyond the end", (ints(2), ints(last), ints(3), ints(2))),
        ("backwards", (ints(-1), ints(-last - 1), ints(3), ints(-1))),
        ("backwards in steps", (ints(4), ints(0), ints(3), ints(-2))),
        ("backwards from before the first", (ints(-9), ints(-9), ints(3), ints(-1))),
        ("backwards to the largest number", (ints(3), ints(last), ints(3), ints(-1))),
        ("backwards from beyond", (ints(last), ints(1), ints(2), ints(-1))),
        ("two axes", (ints(1, 0), ints(3, 2), ints(2, 1))),
        ("no axes told", (ints(0, 1), ints(1, 3))),
    ]:
        on_picture(f"Slice, {name}", "Slice", *arguments)
    on_picture("Slice, opset 9", "Slice", opset=9, starts=[1], ends=[3], axes=[2])
    on_constants("Slice, of constants", "Slice", ints(1, 2, 3, 4), ints(-1), ints(-4), ints(0), ints(-2))
    for axis in [0, 2, -1]:
        on_picture(f"Gather, axis {axis}", "Gather", ints(0, -1, 0), axis=axis)
    on_picture("Gather, one", "Gather", np.int64(-1), axis=2)
    on_picture("Gather, a table", "Gather", ints(0, 1, -1, 2).reshape(2, 2), axis=1)
    case("Gather, of a shape", lambda s: beside(s, s.add("Gather", s.add("Shape", "x"), ints(2, 3))))
    on_picture("GatherND", "GatherND", ints(0, 2, 0, 0, 1, 3).reshape(2, 3))
    on_picture("GatherND, from the end", "GatherND", ints(-1, -1, 0, 1).reshape(2, 1, 2))
    on_constants("GatherND, of constants", "GatherND", some(3, 4), ints(0, 1, 2, 3).reshape(2, 2))
    table = some(4, 5)
    for upper in [0, 1]:
        on_constants(f"Trilu, upper {upper}", "Trilu", table, upper=upper)
        on_constants(f"Trilu, upper {upper}, above", "Trilu", table, np.int64(1), upper=upper)
        on_constants(f"Trilu, upper {upper}, below", "Trilu", some(2, 4, 5), np.int64(-2), upper=upper)
    on_constants("NonZero", "NonZero", ints(0, 3, 0, 4, 5, 0).reshape(2, 3))
    on_constants("NonZero, truth values", "NonZero", np.array([True, False, True]))
    on_constants("ScatterND", "ScatterND", table, ints(0, 3).reshape(2, 1), some(2, 5))
    on_constants("ScatterND, single places", "ScatterND", table, ints(0, 3, -1, 0).reshape(2, 2), floats(7, 8))


def numbers():
    case("Size", lambda s: beside(s, s.add("Size", "x")))
    case("Shape", lambda s: beside(s, s.add("Shape", "x")))
    case("Shape, a part", lambda s: beside(s, s.add("Shape", "x", start=1, end=-1)))
    case("Shape, from the end", lambda s: beside(s, s.add("Shape", "x", start=-2)))
    case("Shape, an empty part", lambda s: beside(s, s.add("Concat", s.add("Shape", "x", start=3, end=2), ints(7), axis=0)))
    for name, value in [("float", floats(1.5)), ("whole", ints(-3)), ("truth", np.array([True]))]:
        tensor = numpy_helper.from_array(value)
        on_constants(f"ConstantOfShape, {name}", "ConstantOfShape", ints(2, 3), value=tensor)
    on_constants("ConstantOfShape", "ConstantOfShape", ints(2, 3))
    case("ConstantOfShape, whole that is halved", lambda s: beside(s, s.add("Div", s.add(
        "ConstantOfShape", ints(2), value=numpy_helper.from_array(ints(7))), ints(2))))
    for name, bounds in [
        ("up", (0, 7, 2)),
        ("down", (5, -3, -2)),
        ("exact", (0, 6, 3)),
    ]:
        on_constants(f"Range, {name}", "Range", *[np.int64(bound) for bound in bounds])
    on_constants("Range, floats", "Range", np.float32(0), np.float32(1), np.float32(0.25))
    for key, value in [
        ("value", numpy_helper.from_array(some(2, 2))),
        ("value_float", 1.5),
        ("value_floats", [1.5, 2.5]),
        ("value_int", 3),
        ("value_ints", [3, 4]),
    ]:
        on_constants(f"Constant, {key}", "Constant", **{key: value})
    case("Constant, as a weight", lambda s: s.add("Conv", "x", s.add(
        "Constant", value=numpy_helper.from_array(some(4, 3, 2, 2)))))
    row = floats(-2.7, -0.5, 0, 0.4, 2.7)
    for name, to in [("whole", INT64), ("32 bits", TensorProto.INT32), ("truth", BOOL), ("float", FLOAT)]:
        on_constants(f"Cast, {name}", "Cast", row, to=to)
    on_constants("Cast, truth to whole", "Cast", np.array([True, False]), to=INT64)
    on_picture("Cast, the picture to what it is", "Cast", to=FLOAT)
    on_constants("CastLike", "CastLike", row, ints(1), opset=15)
    on_constants("CastLike, truth", "CastLike", row, np.array(True), opset=15)
    case("CastLike, the picture", lambda s: s.add("CastLike", "x", floats(1)), opset=15)


def sizes():
    shape = (1, 3, 4, 5)
    resize = dict(shape=shape, opset=18)
    for rule in ["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]:
        for rounding in ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]:
            on_picture(f"Resize, nearest, {rule}, {rounding}", "Resize", None, None, ints(1, 3, 7, 3),
                       coordinate_transformation_mode=rule, nearest_mode=rounding, **resize)
    on_picture("Resize, nearest, twice", "Resize", None, floats(1, 1, 2, 2), **resize)
    on_picture("Resize, nearest, by default", "Resize", None, floats(1, 1, 1.7, 0.6), **resize)
    on_picture("Resize, nearest, asymmetric, factors", "Resize", None, floats(1, 1, 1.7, 0.6),
               coordinate_transformation_mode="asymmetric", nearest_mode="floor", **resize)
    for mode in ["linear", "cubic"]:
        for rule in ["half_pixel", "align_corners", "pytorch_half_pixel"]:
            on_picture(f"Resize, {mode}, {rule}, sizes", "Resize", None, None, ints(1, 3, 7, 3), mode=mode,
                       coordinate_transformation_mode=rule, **resize)
            on_picture(f"Resize, {mode}, {rule}, factors", "Resize", None, floats(1, 1, 2.0, 0.6), mode=mode,
                       coordinate_transformation_mode=rule, **resize)
            on_picture(f"Resize, {mode}, {rule}, odd factors", "Resize", None, floats(1, 1, 1.7, 2.3), mode=mode,
                       coordinate_transformation_mode=rule, **resize)
        on_picture(f"Resize, {mode}, to one", "Resize", None, None, ints(1, 3, 1, 5), mode=mode, **resize)
        for long, size in [(7, 61), (13, 15), (3, 14)]:
            on_picture(f"Resize, {mode}, {long} to {size}", "Resize", None, None, ints(1, 3, 1, size), mode=mode,
                       shape=(1, 3, 1, long), opset=18)
        on_picture(f"Resize, {mode}, five thirds", "Resize", None, floats(1, 1, 5 / 3, 1), mode=mode, shape=(1, 3, 3, 2),
                   opset=18)
    on_picture("Resize, nearest, five thirds", "Resize", None, floats(1, 1, 5 / 3, 5 / 3), shape=(1, 3, 3, 3), opset=18)
    on_picture("Resize, axes, sizes", "Resize", None, None, ints(3, 7), axes=[3, 2], **resize)
    on_picture("Resize, axes, factors", "Resize", None, floats(2, 3), axes=[2, 3], mode="linear", **resize)
    on_picture("Resize, linear, asymmetric, the same size", "Resize", None, floats(1, 1, 1, 1), mode="linear",
               coordinate_transformation_mode="asymmetric", **resize)
    on_picture("Resize, opset 10", "Resize", floats(1, 1, 2, 3), shape=shape, opset=10)
    on_picture("Resize, opset 11", "Resize", floats(), floats(1, 1, 2, 3), shape=shape, opset=11)
    on_picture("Resize, opset 11, sizes", "Resize", floats(), floats(), ints(1, 3, 8, 4), shape=shape, opset=11, mode="linear")
    on_picture("Upsample, opset 9", "Upsample", floats(1, 1, 2, 3), shape=shape, opset=9)
    on_picture("Upsample, opset 7", "Upsample", shape=shape, opset=7, scales=[1.0, 1.0, 2.0, 3.0])


def positions():
    row, block = (1, 3, 20), (1, 3, 2, 2, 5)
    for name, of, kernel, more in [
        ("one axis", row, [3], {}),
        ("one axis, options", row, [3], dict(strides=[2], pads=[1, 1], dilations=[2])),
        ("one axis, unlike pads", row, [2], dict(strides=[3], pads=[0, 1])),
        ("one axis, same", row, [4], dict(strides=[2], auto_pad="SAME_LOWER")),
        ("three axes", block, [2, 2, 3], {}),
        ("three axes, options", block, [2, 1, 2], dict(strides=[1, 2, 2], pads=[1, 0, 1, 1, 0, 1])),
        ("three axes, unlike pads", block, [2, 1, 2], dict(pads=[0, 0, 0, 1, 0, 1])),
    ]:
        on_picture(f"Conv, {name}", "Conv", some(4, 3, *kernel), some(4), of=of, **more)
        on_picture(f"MaxPool, {name}", "MaxPool", of=of, kernel_shape=kernel, **more)
        if "dilations" not in more:
            for counts in [0, 1]:
                on_picture(f"AveragePool, {name}, {'padding counts' if counts else 'padding left out'}", "AveragePool",
                           of=of, opset=19, count_include_pad=counts, kernel_shape=kernel, **more)
            on_picture(f"LpPool, {name}", "LpPool", of=of, opset=18, kernel_shape=kernel, p=2, **more)
    on_picture("LpPool", "LpPool", kernel_shape=[2, 2], p=3, opset=18)
    for of in [row, (1, 3, 4, 5), block]:
        on_picture(f"GlobalMaxPool, {len(of) - 2} axes", "GlobalMaxPool", of=of)
        on_picture(f"GlobalLpPool, {len(of) - 2} axes", "GlobalLpPool", of=of, opset=18)

    for name, of, weight, more in [
        ("plain", (1, 3, 4, 5), (3, 2, 2, 3), {}),
        ("strides", (1, 3, 4, 5), (3, 2, 3, 2), dict(strides=[2, 3], pads=[1, 0, 1, 0], output_padding=[1, 2])),
        ("unlike pads", (1, 3, 4, 5), (3, 2, 3, 2), dict(strides=[2, 2], pads=[0, 1, 2, 0])),
        ("groups", (1, 3, 4, 5), (3, 2, 2, 2), dict(strides=[2, 2], group=3)),
        ("gaps", (1, 3, 4, 5), (3, 2, 2, 2), dict(dilations=[2, 3])),
        ("same, more above", (1, 3, 4, 5), (3, 2, 3, 3), dict(strides=[2, 2], auto_pad="SAME_LOWER")),
        ("same, more below", (1, 3, 4, 5), (3, 2, 3, 3), dict(strides=[2, 2], auto_pad="SAME_UPPER")),
        ("size told", (1, 3, 4, 5), (3, 2, 3, 3), dict(strides=[2, 2], output_shape=[8, 9])),
        ("one axis", row, (3, 2, 3), dict(strides=[2], pads=[1, 1])),
        ("three axes", block, (3, 2, 2, 1, 3), dict(strides=[1, 2, 2], output_padding=[0, 1, 1])),
    ]:
        on_picture(f"ConvTranspose, {name}", "ConvTranspose", some(*weight), of=of, **more)
    on_picture("ConvTranspose, bias", "ConvTranspose", some(3, 2, 2, 2), some(2))

    grid = np.sin(np.arange(30, dtype=np.float32) * 1.7).reshape(1, 3, 5, 2) * np.float32(1.3)
    for mode in ["bilinear", "nearest", "bicubic"]:
        for padding in ["zeros", "border", "reflection"]:
            for corners in [0, 1]:
                on_picture(f"GridSample, {mode}, {padding}, {corners}", "GridSample", grid, mode=mode,
                           padding_mode=padding, align_corners=corners, opset=16)
    for corners in [0, 1]:
        case(f"AffineGrid, {corners}", lambda s, c=corners: s.add(
            "AffineGrid", s.add("Slice", s.add("Reshape", "x", ints(10, 2, 3)), ints(0), ints(1), ints(0)),
            ints(1, 3, 3, 4), align_corners=c), opset=20)

    for of, size in [(row, (1, 3, 33)), (block, (1, 3, 3, 1, 7))]:
        axes = len(of) - 2
        for mode in ["nearest", "linear"]:
            for rule in ["half_pixel", "align_corners"]:
                on_picture(f"Resize, {axes} axes, {mode}, {rule}", "Resize", None, None, ints(*size), of=of, opset=18,
                           mode=mode, coordinate_transformation_mode=rule)
    on_picture("Resize, antialiased, larger", "Resize", None, None, ints(1, 3, 9, 11), opset=18, mode="linear",
               antialias=1)
    for mode in ["reflect", "edge", "wrap"]:
        on_picture(f"Pad, one axis, {mode}", "Pad", ints(0, 0, 2, 0, 0, 3), of=row, mode=mode, opset=19)
        on_picture(f"Pad, three axes, {mode}", "Pad", ints(0, 0, 1, 0, 2, 0, 0, 0, 1, 1), of=block, mode=mode, opset=19)
    on_picture("MeanVarianceNormalization", "MeanVarianceNormalization", opset=13)
    on_picture("MeanVarianceNormalization, one axis", "MeanVarianceNormalization", axes=[-1], opset=13)


def sequences():
    steps = (4, 1, 15)
    for op, gates in [("LSTM", 4), ("GRU", 3), ("RNN", 1)]:
        fixed = dict(linear_before_reset=1) if op == "GRU" else {}
        for name, directions, states, biases, more in [
            ("plain", 1, False, False, {}),
            ("biases", 1, False, True, {}),
            ("states", 1, True, True, {}),
            ("backwards", 1, False, True, dict(direction="reverse")),
            ("both ways", 2, True, True, dict(direction="bidirectional")),
            ("usual activations", 1, False, True,
             dict(activations={"LSTM": ["Sigmoid", "Tanh", "Tanh"], "GRU": ["Sigmoid", "Tanh"], "RNN": ["Tanh"]}[op])),
        ]:
            hidden = 4
            weights = [some(directions, gates * hidden, 15) / 8, some(directions, gates * hidden, hidden) / 4,
                       some(directions, 2 * gates * hidden) if biases else None]
            state = [None, some(directions, 1, hidden)] if states else []
            if states and op == "LSTM":
                state.append(some(directions, 1, hidden))
            on_picture(f"{op}, {name}", op, *[w.astype(np.float32) if w is not None else None for w in weights], *state,
                       of=steps, outputs=3 if op == "LSTM" else 2, hidden_size=hidden, **fixed, **more)
    for name, inputs, more in [
        ("forward", (), {}), ("inverse", (), dict(inverse=1)), ("half", (), dict(onesided=1)),
    ]:
        on_picture(f"DFT, {name}", "DFT", *inputs, of=(1, 12, 5, 1), axis=1, opset=17, **more)
        if "onesided" not in more:
            on_picture(f"DFT, complex, {name}", "DFT", *inputs, of=(1, 6, 5, 2), axis=2, opset=17, **more)


# Where the reference evaluator is not followed: the beginnings of the cases' names.
NOT_FOLLOWED = {
    "Softmax, opset 11": "it normalises one axis in every opset",
    "LogSoftmax, opset 11": "the same",
    "Mean, with more axes": "it adds up in place",
    "Mean, the picture last": "the same",
    "BatchNormalization, opset 7": "it fails",
    "BatchNormalization, opset 9": "it takes the picture's own statistics",
    "LpNormalization, p 1": "it adds up without taking magnitudes",
    "LRN": "it takes the batch's size for the number of channels",
    "MaxPool, same, more above": "it makes too few places",
    "Pad, negative": "it fails",
    "Slice, backwards from before the first": "it starts there, and takes nothing",
    "Slice, backwards to the largest number": "it takes nothing; the runtime takes all",
    "Resize, linear, align_corners, odd factors": "its last place is none of the result's",
    "Resize, cubic, align_corners, odd factors": "the same",
    "Resize, linear, 7 to 61": "where a place is whole but for rounding, it takes the one beside",
    "Resize, cubic, 7 to 61": "the same",
    "Resize, cubic, 13 to 15": "the same",
    "Resize, linear, five thirds": "it multiplies a factor of 32 bits in 64",
    "Resize, cubic, five thirds": "the same",
    "Resize, nearest, five thirds": "the same",
    "MaxPool, three axes, unlike pads": "it makes too few places",
    "GlobalMaxPool, 1": "it pools all axes but the last two",
    "GlobalMaxPool, 3": "the same",
    "GlobalLpPool": "it fails",
    "ConvTranspose, groups": "it fails",
    "ConvTranspose, size told": "it fails",
    "GridSample, b": "it knows only the names of newer opsets",
    "DFT, forward": "it transforms in 64 bits",
    "DFT, half": "the same",
    "Resize, opset 10": "it fails",
    "Upsample, opset 7": "it fails",
}


def answer(name, model):
    shape = [size.dim_value for size in model.graph.input[0].type.tensor_type.shape.dim]
    x = {"x": picture(shape)}
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    (answer,) = session.run(None, x)
    try:
        (other,) = ReferenceEvaluator(model).run(None, x)
        alike = answer.shape == other.shape and np.allclose(answer, other, rtol=1e-4, atol=1e-5)
    except Exception:
        alike = False
    followed = not any(name.startswith(start) for start in NOT_FOLLOWED)
    if followed and not alike:
        sys.exit(f"{name}: {answer} and {other}")
    return answer.ravel().astype(np.float32)


def main(path):
    for family in [activations, arithmetic, reductions, norms, windows, matrices, places, parts, numbers, sizes, positions, sequences]:
        family()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, model in CASES.items():
            model.graph.initializer.append(numpy_helper.from_array(answer(name, model), "answer"))
            # Without a date: always the same bytes.
            archive.writestr(zipfile.ZipInfo(f"{name}.onnx"), model.SerializeToString())
    with open(path, "wb") as file:
        file.write(gzip.compress(packed.getvalue(), mtime=0))
    print(f"{len(CASES)} cases")


if __name__ == "__main__":
    main(sys.argv[1])
