"""Convolutional networks of transformers. Most take a picture of any size."""

from .kinds import Family
from .transformers_common import HALF, IMAGENET, config, lead, length, number, prepared

CONVNEXT = [
    # Widths, depths, patch, size, eps.
    ((24, 40, 72, 88), (2, 3, 4, 2), 4, 64, 1e-12), ((20, 44, 52, 104), (3, 2, 2, 3), 2, 96, 1e-6),
    ((28, 36, 68, 76), (2, 2, 3, 2), 4, 128, 1e-5), ((12, 60, 56, 92), (2, 4, 2, 3), 3, 96, 2e-5),
]
RESNET = [
    # Embedding, widths, depths, size.
    (24, (40, 72, 88, 136), (3, 4, 5, 3), 64), (20, (44, 52, 104, 120), (4, 3, 3, 4), 96),
    (28, (36, 68, 76, 148), (3, 3, 4, 3), 64), (12, (60, 84, 92, 132), (3, 5, 3, 4), 96),
]


def families():
    yield from convnexts()
    yield from resnets()
    yield from regnets()
    yield from mobilenets()
    yield from efficientnets()
    yield from poolformers()


def convnexts():
    for kind, module, said in (
        ("ConvNext", "convnext", {"layer_scale_init_value": True}), ("ConvNextV2", "convnextv2", {}),
    ):
        for stages in (4, 3, 2):
            def size(widths, depths, patch, size, eps=1e-12, kind=kind, stages=stages):
                return lead(
                    kind, size, dict(P=patch, eps=eps), hidden_sizes=widths[:stages], depths=depths[:stages],
                    num_stages=stages, patch_size=patch, layer_norm_eps=eps,
                )

            also = [
                ((96, 192, 384, 768), (3, 3, 9, 3), 4, 224), ((128, 256, 512, 1024), (3, 3, 4, 3), 4, 224),
                ((32, 64, 128, 256), (1, 1, 2, 1), 4, 224),
            ]
            yield Family(
                module if stages == 4 else f"{module}_{stages}_stages", "transformers",
                [size(*each) for each in CONVNEXT],
                {
                    "P": length(f"{module}.embeddings.patch_embeddings.weight", 2),
                    "eps": config("layer_norm_eps", number(1e-12)),
                },
                {f"transformers {kind}": prepared(224, IMAGENET, "bicubic" if module == "convnextv2" else "bicubic", crop_pct=0.875)},
                {"model_type": module, "hidden_act": "gelu"},
                [size(*each) for each in (also if stages == 4 else also[2:])],
            )


def resnets():
    half = (64, 128, 256, 512)
    tenth = {"downsample_in_bottleneck": True}
    for name, options, also in (
        ("resnet", {}, [(64, tuple(4 * n for n in half), (3, 4, 6, 3), 224), (64, tuple(4 * n for n in half), (3, 4, 23, 3), 224)]),
        ("resnet_downsample_in_bottleneck", tenth, []),
        ("resnet_downsample_in_first_stage", {"downsample_in_first_stage": True}, []),
        ("resnet_basic", {"layer_type": "basic"}, [(64, half, (2, 2, 2, 2), 224), (64, half, (3, 4, 6, 3), 224)]),
        ("resnet_basic_widening", {"layer_type": "basic"}, [(64, (96, 128, 256, 512), (2, 2, 2, 2), 224)]),
    ):
        def size(first, widths, depths, size, options=options, narrow=name == "resnet_basic"):
            if narrow:
                first = widths[0]
            return lead("ResNet", size, {}, embedding_size=first, hidden_sizes=widths, depths=depths, **options)

        said = {
            "model_type": "resnet", "hidden_act": "relu", "layer_type": "bottleneck",
            "downsample_in_first_stage": False, "downsample_in_bottleneck": False,
        }
        yield Family(
            name, "transformers", [size(*each) for each in RESNET], {},
            {"transformers ResNet": prepared(224, IMAGENET, "bicubic", crop_pct=0.875)},
            said | options, [size(*each) for each in also],
            hint="each block halves in its first convolution" if options == tenth else "", unusual=options == tenth,
        )


def regnets():
    sizes = [
        # Embedding, widths, depths, width of a group, size.
        (24, (40, 72, 88, 136), (3, 4, 5, 3), 8, 64), (20, (44, 52, 104, 120), (4, 3, 3, 4), 4, 96),
        (28, (36, 60, 84, 132), (3, 3, 4, 3), 12, 64), (12, (50, 80, 90, 140), (3, 5, 3, 4), 10, 96),
    ]
    published = {
        "y": [(32, (128, 192, 512, 1088), (2, 6, 12, 2), 64, 224), (32, (48, 104, 208, 440), (1, 3, 6, 6), 8, 224)],
        "x": [(32, (96, 192, 432, 1008), (2, 6, 15, 2), 48, 224), (32, (32, 64, 160, 400), (1, 2, 7, 12), 16, 224)],
    }
    for kind in ("y", "x"):
        def size(first, widths, depths, group, size, kind=kind):
            return lead(
                "RegNet", size, {}, embedding_size=first, hidden_sizes=widths, depths=depths, groups_width=group,
                layer_type=kind,
            )

        yield Family(
            f"regnet_{kind}", "transformers", [size(*each) for each in sizes], {},
            {"transformers RegNet": prepared(224, IMAGENET, "bicubic", crop_pct=0.875)},
            {"model_type": "regnet", "hidden_act": "relu", "layer_type": kind, "downsample_in_first_stage": True},
            [size(*each) for each in published[kind]],
        )


def mobilenets():
    for kind, module, more in (
        ("MobileNetV1", "mobilenet_v1", {}),
        ("MobileNetV2", "mobilenet_v2", {
            "output_stride": 32, "first_layer_is_expansion": True, "finegrained_output": True,
        }),
    ):
        def size(multiplier, size, eps=0.001, kind=kind, of=None):
            return lead(kind, size, dict(eps=eps), depth_multiplier=multiplier, image_size=size, layer_norm_eps=eps)

        how = {"crop_pct": 224 / 256.001}
        yield Family(
            module, "transformers", [size(*each) for each in ((1.3, 64, 0.001), (0.7, 96, 2e-3), (0.9, 128, 3e-5), (1.9, 64, 0.004))],
            {"eps": config("layer_norm_eps", number(0.001))},
            {f"transformers {kind}": prepared(224, HALF, "bilinear", **how)},
            {"model_type": module, "hidden_act": "relu6", "tf_padding": True} | more,
            [size(*each) for each in ((1.0, 224), (0.75, 192 if kind == "MobileNetV1" else 160), (1.4, 224))],
            multiple=32,
        )


def efficientnets():
    for name, width, depth, size, dropout, last in (
        ("b0", 1.0, 1.0, 224, 0.2, 1280), ("b1", 1.0, 1.1, 240, 0.2, 1280), ("b2", 1.1, 1.2, 260, 0.3, 1408),
        ("b3", 1.2, 1.4, 300, 0.3, 1536), ("b4", 1.4, 1.8, 380, 0.4, 1792), ("b5", 1.6, 2.2, 456, 0.4, 2048),
        ("b6", 1.8, 2.6, 528, 0.5, 2304), ("b7", 2.0, 3.1, 600, 0.5, 2560),
    ):
        skip = {"b0": (), "b1": (16,), "b2": (5, 8, 16), "b3": (5, 18), "b4": (6,), "b5": (13, 27), "b6": (31,), "b7": (18,)}
        yield Family(
            f"efficientnet_{name}", "transformers",
            [lead(
                "EfficientNet", size, {}, width_coefficient=width, depth_coefficient=depth, image_size=size,
                dropout_rate=dropout, hidden_dim=last, depthwise_padding=skip[name],
            )],
            {}, {f"transformers EfficientNet {name}": prepared(size, IMAGENET, "nearest")},
            {
                "model_type": "efficientnet", "hidden_act": "swish", "depthwise_padding": list(skip[name]),
                "pooling_type": "mean", "batch_norm_eps": 0.001, "strides": [1, 2, 2, 2, 1, 2, 1],
            },
        )


def poolformers():
    def size(widths, depths, size, **options):
        return lead("PoolFormer", size, {}, hidden_sizes=widths, depths=depths, **options)

    leads = [
        ((24, 40, 72, 88), (2, 3, 4, 2), 64), ((20, 44, 52, 104), (3, 2, 2, 3), 96),
        ((28, 36, 68, 76), (2, 2, 3, 2), 128), ((12, 60, 56, 92), (2, 4, 2, 3), 96),
    ]
    usual = ((64, 128, 320, 512), (2, 2, 6, 2), 224)
    yield Family(
        "poolformer", "transformers", [size(*each) for each in leads], {},
        {"transformers PoolFormer": prepared(224, IMAGENET, "bicubic", crop_pct=0.9)},
        {
            "model_type": "poolformer", "hidden_act": "gelu", "pool_size": 3, "strides": [4, 2, 2, 2],
            "padding": [2, 1, 1, 1], "use_layer_scale": True,
        },
        [size(*usual), size((96, 192, 384, 768), (6, 6, 18, 6), 224)],
    )
