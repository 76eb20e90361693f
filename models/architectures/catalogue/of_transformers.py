"""The classifiers of transformers, as families of sizes."""

from . import transformers_convolutions, transformers_flat, transformers_stages


def transformers_families():
    return [
        *transformers_flat.families(),
        *transformers_stages.families(),
        *transformers_convolutions.families(),
    ]
