"""Writes small classifiers that return the names of classes, and what onnxruntime says about them.

    python tests/converted/labels.py tests/converted/labels.zip.gz

They are as Azure Custom Vision, Core ML's converter (`coreml.onnx` beside this file, see `coreml.py`), ML.NET and
scikit-learn's converter write them. What scikit-learn puts behind a network is fitted here to the network's features.

Needs numpy, onnx, onnxruntime, scikit-learn and skl2onnx.
"""

import gzip
import io
import json
import pathlib
import sys
import zipfile

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from skl2onnx import to_onnx
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import Normalizer, StandardScaler
from sklearn.tree import DecisionTreeClassifier

FLOAT, INT64, STRING = TensorProto.FLOAT, TensorProto.INT64, TensorProto.STRING
ML = "ai.onnx.ml"
NAMES = ["Zebra", "ant", "crème", "dog"]
SIZE = 32


def picture(channels_last=False):
    """Levels from 0 to 255."""
    shape = (1, SIZE, SIZE, 3) if channels_last else (1, 3, SIZE, SIZE)
    count = np.arange(np.prod(shape))
    return (count * 37 % 101 * 2.5).astype(np.float32).reshape(shape)


class Sketch:
    """A network as it grows: from `data` to four logits `z` and their softmax `p`."""

    def __init__(self, opset=12, ml=2, channels_last=False, crop=False):
        draw = np.random.default_rng(5)
        self.some = lambda *shape: draw.normal(size=shape).astype(np.float32)
        self.opset, self.ml, self.channels_last = opset, ml, channels_last
        self.nodes, self.weights, self.outputs, self.notes = [], [], [], {}
        x = "data"
        if channels_last:
            x = self.add("Transpose", x, made="first", perm=[0, 3, 1, 2])
        if crop:
            x = self.add("Crop", x, made="cropped", border=[2, 1, 3, 4])
        x = self.add("Sub", x, np.array([104, 117, 123], np.float32).reshape(3, 1, 1), made="centred")
        x = self.add("Mul", x, np.float32(1 / 64), made="scaled")
        x = self.add("Conv", x, self.some(8, 3, 3, 3), self.some(8), made="conv", kernel_shape=[3, 3], pads=[1, 1, 1, 1])
        x = self.add("Relu", x, made="relu")
        x = self.add("GlobalAveragePool", x, made="pool")
        x = self.add("Flatten", x, made="features")
        x = self.add("Gemm", x, self.some(4, 8), self.some(4), made="z", transB=1)
        self.add("Softmax", x, made="p", axis=1)

    def weight(self, values):
        self.weights.append(numpy_helper.from_array(np.asarray(values), f"w{len(self.weights)}"))
        return self.weights[-1].name

    def add(self, op, *inputs, made, domain="", **attributes):
        inputs = [i if isinstance(i, str) else self.weight(i) for i in inputs]
        self.nodes.append(helper.make_node(op, inputs, [made], domain=domain, name=made + ".node", **attributes))
        return made

    def texts(self, name, values):
        self.weights.append(helper.make_tensor(name, STRING, [len(values)], [v.encode() for v in values]))
        return name

    def returns(self, name, kind, shape):
        self.outputs.append(helper.make_tensor_value_info(name, kind, shape))

    def returns_map(self, name, key):
        scores = helper.make_tensor_type_proto(FLOAT, [])
        kind = helper.make_sequence_type_proto(helper.make_map_type_proto(key, scores))
        self.outputs.append(helper.make_value_info(name, kind))

    def model(self):
        shape = [None, SIZE, SIZE, 3] if self.channels_last else [None, 3, SIZE, SIZE]
        image = helper.make_tensor_value_info("data", FLOAT, shape)
        graph = helper.make_graph(self.nodes, "classifier", [image], self.outputs, self.weights)
        opsets = [helper.make_opsetid("", self.opset), helper.make_opsetid(ML, self.ml)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=8)
        helper.set_model_props(model, self.notes)
        return model


def custom_vision(**options):
    """As it has been exported since 2018: the name in `classLabel`, the probabilities by name in `loss`."""
    net = Sketch(opset=9, ml=1, **options)
    net.notes = {
        "Image.BitmapPixelFormat": "Bgr8",
        "Image.NominalPixelRange": "NominalRange_0_255",
        "Image.ColorSpaceGamma": "SRGB",
    }
    net.texts("ClassLabels", NAMES)
    net.add("ArgMax", "p", made="LabelId", axis=1, keepdims=1)
    net.add("ArrayFeatureExtractor", "ClassLabels", "LabelId", made="classLabel", domain=ML)
    net.add("ZipMap", "p", made="loss", domain=ML, classlabels_strings=NAMES)
    net.returns("classLabel", STRING, [None, 1])
    net.returns_map("loss", STRING)
    return net.model()


def numbered_names():
    """Names that are numbers, and not those from 0 on."""
    net = Sketch()
    net.add("ArgMax", "p", made="LabelId", axis=1, keepdims=1)
    net.add("ArrayFeatureExtractor", np.array([10, 20, 40, 30]), "LabelId", made="number", domain=ML)
    net.add("Cast", "number", made="classLabel", to=STRING)
    net.add("ZipMap", "p", made="loss", domain=ML, classlabels_int64s=[10, 20, 40, 30])
    net.returns("classLabel", STRING, [None, 1])
    net.returns_map("loss", INT64)
    return net.model()


def each_by_itself():
    """Custom Vision's tags where an image may have several: a sigmoid for each."""
    net = Sketch()
    net.add("Sigmoid", "z", made="each")
    net.add("ZipMap", "each", made="loss", domain=ML, classlabels_strings=NAMES)
    net.returns_map("loss", STRING)
    return net.model()


def ml_net():
    """Keys are counted from 1."""
    net = Sketch()
    net.add("ArgMax", "z", made="first", axis=1, keepdims=1)
    net.add("Add", "first", np.array([1]), made="key")
    net.add(
        "LabelEncoder", "key", made="PredictedLabel.output", domain=ML, keys_int64s=[2, 1, 3, 4],
        values_strings=[NAMES[1], NAMES[0], NAMES[2], NAMES[3]],
    )
    net.add("Identity", "p", made="Score.output")
    net.returns("PredictedLabel.output", STRING, [None, 1])
    net.returns("Score.output", FLOAT, [None, 4])
    return net.model()


def the_name_alone():
    """No scores are returned at all."""
    net = Sketch(opset=17)
    net.texts("names", NAMES)
    net.add("ArgMax", "z", made="LabelId", axis=1, keepdims=0)
    net.add("Gather", "names", "LabelId", made="label")
    net.returns("label", STRING, [None])
    return net.model()


def the_oldest_encoder():
    net = Sketch(opset=9, ml=1)
    net.add("ArgMax", "z", made="LabelId", axis=1, keepdims=0)
    net.add("LabelEncoder", "LabelId", made="label", domain=ML, classes_strings=NAMES)
    net.add("Identity", "p", made="scores")
    net.returns("scores", FLOAT, [None, 4])
    net.returns("label", STRING, [None])
    return net.model()


def features(net, pictures):
    net.outputs = []
    net.returns("features", FLOAT, [None, 8])
    session = onnxruntime.InferenceSession(net.model().SerializeToString())
    return session.run(None, {"data": pictures})[0]


def scikit_learn(steps, **options):
    """What scikit-learn has fitted to the network's features, behind the network."""
    net = Sketch(opset=17, ml=1)
    del net.nodes[-2:], net.weights[-2:]
    draw = np.random.default_rng(2)
    pictures = draw.uniform(0, 255, size=(80, 3, 1, 1)) + draw.uniform(-90, 90, size=(80, 3, SIZE, SIZE))
    rows = features(net, pictures.astype(np.float32))
    classes = np.array(NAMES)[np.argsort(np.argsort(rows[:, 0])) // 20]
    fitted = make_pipeline(*steps).fit(rows, classes)
    behind = to_onnx(fitted, rows[:1], target_opset={"": 17, ML: 1}, **options)
    net.outputs = []
    net.returns("features", FLOAT, [None, 8])
    merged = onnx.compose.merge_models(
        net.model(), onnx.compose.add_prefix(behind, "behind."), io_map=[("features", "behind.X")]
    )
    return merged


def logistic():
    return scikit_learn([StandardScaler(), LogisticRegression(C=20)])


def logistic_of_directions():
    return scikit_learn([Normalizer(), LogisticRegression(C=20)], options={"zipmap": False})


def trees():
    return scikit_learn([DecisionTreeClassifier(max_depth=3)])


def described(model, names, logits):
    """What is right: the names of the classes, their logits, their probabilities by name, the predicted name."""
    more = onnx.ModelProto()
    more.CopyFrom(model)
    if logits:
        more.graph.output.append(helper.make_tensor_value_info(logits, FLOAT, None))
    session = onnxruntime.InferenceSession(more.SerializeToString())
    last = session.get_inputs()[0].shape[-1] == 3
    found = dict(zip([o.name for o in session.get_outputs()], session.run(None, {"data": picture(last)})))
    facts = {"names": names, "values": {}, "predicted": None, "logits": []}
    if logits:
        facts["logits"] = found.pop(logits).ravel().tolist()
    for value in found.values():
        if isinstance(value, list):
            facts["values"] = {str(key): share for key, share in value[0].items()}
        elif value.dtype == object:
            facts["predicted"] = str(value.ravel()[0])
        else:
            facts["values"] = dict(zip(names, value.ravel().tolist()))
    return facts


def main(archive):
    coreml = onnx.load(pathlib.Path(__file__).with_name("coreml.onnx"))
    cases = {
        "custom_vision": (custom_vision(), NAMES, "z"),
        "custom_vision_cropped": (custom_vision(crop=True), NAMES, "z"),
        "channels_last": (custom_vision(channels_last=True), NAMES, "z"),
        "numbered_names": (numbered_names(), ["10", "20", "40", "30"], "z"),
        "each_by_itself": (each_by_itself(), NAMES, "z"),
        "ml_net": (ml_net(), NAMES, "z"),
        "the_name_alone": (the_name_alone(), NAMES, "z"),
        "the_oldest_encoder": (the_oldest_encoder(), NAMES, "z"),
        "coreml": (coreml, ["ant", "bee", "cat", "dog"], "z"),
        # These have no logits by themselves.
        "logistic": (logistic(), sorted(NAMES), None),
        "logistic_of_directions": (logistic_of_directions(), sorted(NAMES), None),
    }
    facts = {}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as out:
        def add(name, data):
            out.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
        for name, (model, names, logits) in cases.items():
            add(f"{name}.onnx", model.SerializeToString())
            facts[name] = described(model, names, logits)
        add("trees.onnx", trees().SerializeToString())
        add("facts.json", json.dumps(facts))
    with open(archive, "wb") as file:
        file.write(gzip.compress(packed.getvalue(), 9, mtime=0))


if __name__ == "__main__":
    main(sys.argv[1])
