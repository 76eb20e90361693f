"""Writes Keras' classifiers as ONNX, and what TensorFlow gives on them.

    python tests/torchvision/export_keras.py --list
    python tests/torchvision/export_keras.py FOLDER [NAME...]
    python tests/torchvision/export_keras.py --tiny tests/torchvision/onnx [NAME...]

A name says what wrote the file: `ResNet50.tf2onnx` is of keras.applications, by
`tf2onnx.convert.from_keras`; `.keras` by Keras' own `model.export`; `.saved` by `python -m
tf2onnx.convert` from what TensorFlow saves, and `.saved11` likewise in opset 11.

With `--tiny` the members are networks made here of Keras' layers, small enough to lie in the repository.

Weights are random. TensorFlow computes the numbers, with the gradients of its rectifiers overridden for
guided backpropagation. Writes NAME.onnx and NAME.npz, whose arrays are those of export.py, with channels
first. Needs what requirements_keras.txt lists, in an environment of its own; downloads nothing.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import warnings

os.environ |= dict(CUDA_VISIBLE_DEVICES="-1", TF_CPP_MIN_LOG_LEVEL="3", TF_ENABLE_ONEDNN_OPTS="0")
warnings.filterwarnings("ignore")

import keras
import numpy as np
import onnx
import tensorflow as tf
from keras import layers

CLASSES = 20
APPLICATIONS = """
DenseNet121 EfficientNetB0 EfficientNetV2B0 InceptionResNetV2 InceptionV3 MobileNet MobileNetV2
MobileNetV3Small NASNetMobile ResNet50 ResNet50V2 VGG16 Xception
""".split()
NAMES = [f"{name}.{way}" for name in APPLICATIONS for way in ("tf2onnx", "keras")]
# tf2onnx has neither their activation nor, as TensorFlow compiles it, their convolution.
NAMES += ["ConvNeXtTiny.tf2onnx"]
NAMES += ["MobileNetV2.saved", "ResNet50.saved11", "EfficientNetB0.saved11"]

TINY_CLASSES = 4
TINY_SIZE = 32


def tiny_mobile(x):
    """Padding by rule and by layer, ReLU6, convolutions channel by channel, a block that squeezes."""
    x = layers.Rescaling(0.5, 0.1, name="rescaling")(x)
    x = layers.Conv2D(8, 3, 2, "same", use_bias=False, name="conv1")(x)
    x = layers.BatchNormalization(name="conv1_bn")(x)
    x = kept = layers.ReLU(6.0, name="conv1_relu")(x)
    x = layers.DepthwiseConv2D(3, padding="same", use_bias=False, name="depthwise")(x)
    x = layers.BatchNormalization(name="depthwise_bn")(x)
    x = layers.Activation("relu6", name="depthwise_relu")(x)
    x = layers.Add(name="add")([kept, x])
    scale = layers.GlobalAveragePooling2D(name="squeeze")(x)
    scale = layers.Reshape((1, 1, 8), name="reshape")(scale)
    scale = layers.Conv2D(4, 1, activation="silu", name="reduce")(scale)
    scale = layers.Conv2D(8, 1, activation="hard_sigmoid", name="expand")(scale)
    x = layers.Multiply(name="excite")([x, scale])
    x = layers.ZeroPadding2D(((0, 1), (0, 1)), name="pad")(x)
    x = layers.SeparableConv2D(16, 3, 2, "valid", name="separable")(x)
    x = layers.BatchNormalization(name="separable_bn")(x)
    x = layers.LeakyReLU(0.1, name="leaky")(x)
    return layers.GlobalAveragePooling2D(name="pool")(x)


def tiny_branches(x):
    """Branches joined, pooling that pads, what is cropped and drawn large, a row of all values."""
    x = layers.Conv2D(8, 5, 2, "valid", activation="relu", name="stem")(x)
    x = layers.MaxPooling2D(3, 2, "same", name="stem_pool")(x)
    one = layers.Conv2D(4, 1, activation="relu", name="one")(x)
    three = layers.Conv2D(4, 3, padding="same", dilation_rate=2, activation="elu", name="three")(x)
    pool = layers.AveragePooling2D(3, 1, "same", name="pool")(x)
    pool = layers.Conv2D(4, 1, activation="relu", name="pool_one")(pool)
    x = layers.Concatenate(name="mixed")([one, three, pool])
    x = layers.PReLU(shared_axes=[1, 2], name="prelu")(x)
    small = layers.Cropping2D(((1, 2), (2, 1)), name="crop")(x)
    large = layers.UpSampling2D(2, interpolation="bilinear", name="bilinear")(small)
    near = layers.UpSampling2D(2, name="nearest")(small)
    x = layers.Average(name="average")([large, near])
    x = layers.MaxPooling2D(2, name="last_pool")(x)
    x = layers.Flatten(name="flatten")(x)
    return layers.Dense(8, activation="relu", name="fc")(x)


def tiny_tokens(x):
    """Channels last to the end: layers and attention over tokens, normalised in pieces."""
    x = layers.Conv2D(16, 8, 8, name="patches")(x)
    x = layers.Reshape((16, 16), name="tokens")(x)
    a = layers.LayerNormalization(epsilon=1e-6, name="norm1")(x)
    a = layers.MultiHeadAttention(2, 8, name="attention")(a, a)
    x = layers.Add(name="add1")([x, a])
    m = layers.LayerNormalization(epsilon=1e-6, name="norm2")(x)
    m = layers.Dense(32, name="mlp1")(m)
    m = layers.Activation(lambda t: keras.activations.gelu(t, approximate=True), name="gelu")(m)
    m = layers.Dense(16, name="mlp2")(m)
    x = layers.Add(name="add2")([x, m])
    x = layers.LayerNormalization(epsilon=1e-6, name="norm")(x)
    return layers.GlobalAveragePooling1D(name="pool")(x)


# Each with the layer whose map is compared.
TINY = {
    "keras_mobile": (tiny_mobile, "leaky"),
    "keras_branches": (tiny_branches, "last_pool"),
    "keras_tokens": (tiny_tokens, "norm"),
}
TINY_NAMES = ["keras_mobile.tf2onnx", "keras_mobile.saved11", "keras_branches.keras", "keras_tokens.keras"]


def tiny(name):
    picture = keras.Input((TINY_SIZE, TINY_SIZE, 3), name="picture")
    body, layer = TINY[name]
    scores = layers.Dense(TINY_CLASSES, activation="softmax", name="predictions")(body(picture))
    return keras.Model(picture, scores, name="tiny"), layer


def application(name):
    model = getattr(keras.applications, name)(weights=None, classes=CLASSES)
    maps = [layer.name for layer in model.layers if is_map(layer.output.shape)]
    return model, maps[-1]


def is_map(shape):
    return len(shape) == 4 and shape[1] > 1


def randomise(model):
    """Weights after which no value fades: what a batch of noise gives is what batch norms expect."""
    draw = np.random.default_rng(sum(map(ord, model.name)))
    norms = []
    for layer in model._flatten_layers(include_self=False, recursive=True):
        for weight in layer.weights:
            kind, shape = weight.path.rsplit("/", 1)[-1], tuple(weight.shape)
            if "kernel" in kind:
                inputs = shape[0] * shape[1] if "depthwise" in kind else np.prod(shape[:-1])
                weight.assign(draw.normal(size=shape) * (2 / inputs) ** 0.5)
            elif kind in ("gamma", "alpha"):
                weight.assign(draw.uniform(0.6, 1.4, shape) * (0.2 if kind == "alpha" else 1))
            elif kind in ("beta", "bias"):
                weight.assign(draw.normal(size=shape) * 0.1)
        if isinstance(layer, layers.BatchNormalization):
            norms.append((layer, layer.momentum))
            layer.momentum = 0.0
    noise = draw.normal(size=(4, *model.input_shape[1:])).astype(np.float32)
    model(noise, training=True)
    for layer, momentum in norms:
        layer.momentum = momentum


def write(model, path, way):
    if way == "keras":
        model.export(str(path), format="onnx", verbose=False)
    elif way == "tf2onnx":
        import tf2onnx

        tf2onnx.convert.from_keras(model, output_path=str(path))
    else:
        with tempfile.TemporaryDirectory() as folder:
            model.export(folder, verbose=False)
            asked = ["--opset", way.removeprefix("saved")] if way != "saved" else []
            command = [sys.executable, "-m", "tf2onnx.convert", "--saved-model", folder]
            subprocess.run([*command, "--output", str(path), *asked], check=True, capture_output=True)
    written = onnx.load(path)
    # It names a folder of this machine.
    written.doc_string = written.graph.doc_string = ""
    onnx.save(written, path)
    unknown = {node.op_type for node in written.graph.node if not onnx.defs.has(node.op_type)}
    if unknown:
        path.unlink()
        raise ValueError(f"tf2onnx leaves {sorted(unknown)} as they are")


@tf.RegisterGradient("GuidedRelu")
def guided_relu(op, upstream):
    passes = (op.outputs[0] > 0) & (upstream > 0)
    return tf.where(passes, upstream, tf.zeros_like(upstream))


@tf.RegisterGradient("GuidedRelu6")
def guided_relu6(op, upstream):
    passes = (op.outputs[0] > 0) & (op.outputs[0] < 6) & (upstream > 0)
    return tf.where(passes, upstream, tf.zeros_like(upstream))


def computed(model, layer, x, index=None, guided=False):
    """The logits, what the layer gives, and the gradients of a class there and at the picture."""
    overridden = {"Relu": "GuidedRelu", "Relu6": "GuidedRelu6"} if guided else {}
    inner = keras.Model(model.input, [model.get_layer(layer).output, model.output])

    @tf.function
    def run(x):
        with tf.compat.v1.get_default_graph().gradient_override_map(overridden):
            there, logits = inner(x, training=False)
        best = tf.argmax(logits[0]) if index is None else index
        return logits[0], there[0], *(g[0] for g in tf.gradients(logits[0][best], [there, x]))

    return [result.numpy() for result in run(x)]


def planes(values):
    """Channels last, or tokens in a row, as `[C, H, W]`."""
    if values.ndim == 2:
        side = int(len(values) ** 0.5)
        values = values.reshape(side, side, -1)
    return values.transpose(2, 0, 1)


def export(name, folder, make):
    network, way = name.rsplit(".", 1)
    keras.utils.clear_session()
    keras.utils.set_random_seed(0)
    model, layer = make(network)
    randomise(model)
    write(model, folder / f"{name}.onnx", way)
    # A softmax is stepped over.
    model.layers[-1].activation = keras.activations.linear
    draw = np.random.default_rng(1)
    x = tf.constant(draw.normal(size=(1, *model.input_shape[1:])).astype(np.float32))
    logits, activation, there, gradient = computed(model, layer, x)
    index = int(logits.argmax())
    *_, guided_backprop = computed(model, layer, x, index, guided=True)
    activation, there = planes(activation), planes(there)
    weights = there.mean((1, 2), keepdims=True)
    arrays = dict(
        input=x.numpy().transpose(0, 3, 1, 2),
        logits=logits,
        class_index=np.int64(index),
        layer=np.frombuffer(layer.encode(), dtype=np.uint8),
        activation=activation,
        grad_cam=np.maximum((weights * activation).sum(0), 0),
        gradient=planes(gradient),
        guided_backprop=planes(guided_backprop),
    )
    np.savez(folder / f"{name}.npz", **arrays)
    parts = (np.abs(arrays[part]).max() for part in ("grad_cam", "gradient", "guided_backprop"))
    print(name, layer, f"logits' spread {logits.std():.3g},", "maxima", *(f"{part:.3g}" for part in parts))


def main():
    if sys.argv[1] == "--list":
        print("\n".join(NAMES))
        return
    small = sys.argv[1] == "--tiny"
    folder, *names = sys.argv[2:] if small else sys.argv[1:]
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or (TINY_NAMES if small else NAMES):
        try:
            export(name, folder, tiny if small else application)
        except Exception as error:
            print("NOT", name, str(error)[:300])


if __name__ == "__main__":
    main()
