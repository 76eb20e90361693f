"""Writes a classifier of Core ML's as ONNX, by the converter that Azure Custom Vision's first exports came from.

    python tests/converted/coreml.py tests/converted/coreml.onnx

Needs what that converter was last made for: Python 3.11, numpy below 2, coremltools 7.2, onnx 1.15, onnxmltools 1.11.2
and onnxconverter-common 1.14, in whose `find_type_conversion` `isinstance(source_type, target_type)` has to become
`isinstance(source_type, type(target_type))`.
"""

import sys

import numpy as np
import onnx
import onnxmltools
from coremltools.models import datatypes
from coremltools.models.neural_network import NeuralNetworkBuilder

NAMES = ["ant", "bee", "cat", "dog"]


def network():
    draw = np.random.default_rng(7)
    some = lambda *shape: draw.normal(size=shape).astype(np.float32)
    returned = [("loss", datatypes.Array(len(NAMES)))]
    net = NeuralNetworkBuilder([("data", datatypes.Array(3, 32, 32))], returned, mode="classifier")
    net.add_convolution("conv", 3, 8, 3, 3, 1, 1, "same", 1, 0.01 * some(3, 3, 3, 8), some(8), True, input_name="data", output_name="c")
    net.add_activation("relu", "RELU", "c", "r")
    net.add_pooling("pool", 1, 1, 1, 1, "AVERAGE", "VALID", "r", "p", is_global=True)
    net.add_flatten("flat", 0, "p", "f")
    net.add_inner_product("fc", some(len(NAMES), 8), None, 8, len(NAMES), False, "f", "z")
    net.add_softmax("softmax", "z", "loss")
    net.set_class_labels(NAMES, predicted_feature_name="classLabel", prediction_blob="loss")
    net.set_pre_processing_parameters(
        image_input_names=["data"], is_bgr=True, red_bias=-123.0, green_bias=-117.0, blue_bias=-104.0
    )
    return net.spec


if __name__ == "__main__":
    onnx.save(onnxmltools.convert_coreml(network(), "classifier"), sys.argv[1])
