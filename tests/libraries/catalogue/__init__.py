"""The models of each library: how one is built, small, and what it takes in.

`LIBRARIES[library]()[name]()` gives a module and the size of its pictures (or the whole input). A
name with `.raw` at its end is the model as the library has it where it returns more than a tensor
(a ModelOutput, a dict, a tuple) or a map; without, it is wrapped so that only the logits come out.
`.grey` takes pictures of one channel.
"""

import importlib

MODULES = ["timm", "transformers", "torchvision", "ultralytics", "monai", "torchxrayvision", "segmentation_models", "open_clip"]


def models(library):
    return importlib.import_module(f".{library}", __name__).models()


LIBRARIES = {library: (lambda library=library: models(library)) for library in MODULES}
