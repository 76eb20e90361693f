"""The networks of torchvision."""

from torchvision import models

from .kinds import Network

# Beyond these a network is as large as anybody's memory: its graph would never be asked for.
LEFT_OUT = {"regnet_y_128gf", "vit_h_14"}
# Networks that keep branches for training, which no answer needs, and that were trained by others on
# pictures normalised in another way. With torchvision's weights the input is shifted to that way;
# built anew, it is not. The tensors are the same.
SHIFTED = {"googlenet": "googlenet_unshifted", "inception_v3": "inception_v3_unshifted"}
HINTS = {
    True: "begun from torchvision's weights, or timm's: shifts what comes in (transform_input=True)",
    False: "trained anew: takes what comes in as it is (transform_input=False)",
}
# Tensors that begin so belong to such branches.
AUXILIARY = ["aux1.", "aux2.", "AuxLogits."]


def torchvision_networks():
    found = []
    listed = [name for name in models.list_models(module=models) if name not in LEFT_OUT]
    for name in sorted(listed + list(SHIFTED.values())):
        of = {unshifted: name for name, unshifted in SHIFTED.items()}.get(name, name)
        options = {}
        if of in SHIFTED:
            options = dict(init_weights=False, aux_logits=False, transform_input=name == of)

        def make(classes, of=of, options=options):
            return models.get_model(of, weights=None, num_classes=classes, **options)

        weights = models.get_model_weights(of)
        usual = [weights.DEFAULT, *(one for one in weights if one != weights.DEFAULT)]
        preprocess = {}
        for one in usual:
            try:
                transforms = one.transforms()
            except TypeError:
                continue
            given = torchvision_preprocess(transforms)
            if given not in preprocess.values() and given["input_size"] == torchvision_preprocess(usual[0].transforms())["input_size"]:
                preprocess[f"torchvision {one.name}"] = given
        [first, *_] = preprocess.values()
        hint = HINTS[name in SHIFTED] if of in SHIFTED else ""
        found.append(Network(name, "torchvision", make, first["input_size"][-1], preprocess, hint))
    return found


def torchvision_preprocess(transforms):
    """In timm's keys."""
    [crop], [resize] = transforms.crop_size, transforms.resize_size
    return {
        "input_size": [3, crop, crop],
        "interpolation": transforms.interpolation.value,
        # A little less than the quotient, so that the size worked out of it is rounded down to itself.
        "crop_pct": crop / (resize + 1e-6) if crop < resize else 1,
        "mean": transforms.mean,
        "std": transforms.std,
    }
