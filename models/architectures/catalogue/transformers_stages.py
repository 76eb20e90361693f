"""Transformers whose maps get smaller from stage to stage."""

from .kinds import Family
from .transformers_common import IMAGENET, computed, config, heads, lead, length, number, prepared, window_index, window_table


def families():
    yield from swins()
    yield from swinv2s()
    yield from pyramids()
    yield from cvts()
    yield from focalnets()
    yield from mobilevits()
    yield from levits()


def edges(share=8):
    """Where the rows begin that come from the other side when a stage is shifted."""
    return {
        f"E{at}": {"value": [[float(share >> at), {"p:W": 1}], [-1.0, {"p:shift": 1}]]}
        for at in range(3 if share == 8 else 2)
    }


def with_index(model):
    return computed(model, "SwinRelativePositionBias", relative_position_index=window_index)


def with_table(model):
    return computed(
        model, "Swinv2SelfAttention", relative_position_index=window_index, relative_coords_table=window_table,
    )


def swins():
    sizes = [
        # Width, depths, heads, window, patch, eps. Pairs of blocks, one of them shifted, but in the last stage.
        (24, (4, 4, 6, 2), (3, 6, 2, 8), 5, 2, 1e-5, 3), (20, (6, 4, 4, 3), (5, 4, 10, 4), 4, 4, 1e-6, 2),
        (28, (4, 6, 4, 2), (2, 7, 14, 16), 3, 3, 1e-4, 4), (36, (4, 4, 4, 4), (4, 3, 9, 12), 6, 2, 2e-5, 2.5),
    ]
    for stages in (4, 3, 2):
        def size(width, depths, many, window, patch, eps, ratio, stages=stages):
            # The last of four stages is one window; of fewer, a window is that share of a picture as well.
            picture = window * patch * 8
            given = dict(W=window, P=patch, eps=eps, shift=window // 2)
            given |= {f"H{at}": one for at, one in enumerate(many[:stages])}
            given |= {f"E{at}": (8 >> at) * window - window // 2 for at in range(3)}
            return lead(
                "Swin", picture, given, made=with_index, image_size=picture, patch_size=patch, embed_dim=width, mlp_ratio=ratio,
                depths=depths[:stages], num_heads=many[:stages], window_size=window, layer_norm_eps=eps,
            )

        table = "swin.encoder.layers.0.blocks.0.attention.self.relative_position_bias_table"
        published = [
            (96, (2, 2, 6, 2), (3, 6, 12, 24), 7, 4, 1e-5, 4), (128, (2, 2, 2, 2), (4, 8, 16, 32), 12, 4, 1e-5, 4),
        ] if stages == 4 else [(48, (2, 2, 2), (3, 6, 12), 7, 4, 1e-5, 4)]
        yield Family(
            "swin" if stages == 4 else f"swin_{stages}_stages", "transformers", [size(*each) for each in sizes],
            {
                "P": length("swin.embeddings.patch_embeddings.projection.weight", 2),
                "W": length(table, 0, 1, -4, 4),
                "shift": {"value": [[0.5, {"p:W": 1}]], "down": True},
                "eps": config("layer_norm_eps", number(1e-5)),
                "S": {"value": [[8.0, {"p:W": 1, "p:P": 1}]]},
            } | {
                f"H{at}": length(table.replace("layers.0", f"layers.{at}"), 1) for at in range(stages)
            } | edges(),
            {"transformers Swin": prepared(224, IMAGENET, "bicubic")},
            {"model_type": "swin", "hidden_act": "gelu", "qkv_bias": True, "use_absolute_embeddings": False},
            [size(*each) for each in published],
        )


def swinv2s():
    sizes = [
        (24, (4, 4, 6, 2), (3, 6, 2, 8), 6, 2, 1e-5, 3), (20, (6, 4, 4, 3), (5, 4, 10, 4), 4, 4, 1e-6, 2),
        (28, (4, 6, 4, 2), (2, 7, 14, 16), 8, 2, 1e-4, 4), (36, (4, 4, 4, 4), (4, 3, 9, 12), 10, 2, 2e-5, 2.5),
    ]
    for share, stages in ((8, 4), (4, 4), (8, 3), (8, 2)):
        def size(width, depths, many, window, patch, eps, ratio, stages=stages, share=share):
            given = dict(W=window, P=patch, eps=eps, shift=window // 2)
            given |= {f"H{at}": one for at, one in enumerate(many[:stages])}
            given |= {f"E{at}": (share >> at) * window - window // 2 for at in range(3 if share == 8 else 2)}
            return lead(
                "Swinv2", window * patch * share, given, made=with_table, image_size=window * patch * share,
                patch_size=patch, embed_dim=width, mlp_ratio=float(ratio), depths=depths[:stages],
                num_heads=many[:stages], window_size=window, layer_norm_eps=eps,
            )

        scale = "swinv2.encoder.layers.{}.blocks.0.attention.self.logit_scale"
        usual = 8 if share == 8 else 16
        published = [(96, (2, 2, 6, 2), (3, 6, 12, 24), usual, 4, 1e-5, 4), (128, (2, 2, 2, 2), (4, 8, 16, 32), usual, 4, 1e-5, 4)]
        name = "swinv2" if (share, stages) == (8, 4) else "swinv2_wide_window" if share == 4 else f"swinv2_{stages}_stages"
        yield Family(
            name, "transformers", [size(*each) for each in sizes],
            {
                "P": length("swinv2.embeddings.patch_embeddings.projection.weight", 2),
                "W": config("window_size", number(usual), f"windows of {usual} by {usual}"),
                "shift": {"value": [[0.5, {"p:W": 1}]], "down": True},
                "eps": config("layer_norm_eps", number(1e-5)),
                "S": {"value": [[float(share), {"p:W": 1, "p:P": 1}]]},
            } | {f"H{at}": length(scale.format(at), 0) for at in range(stages)} | edges(share),
            {"transformers Swinv2": prepared(256, IMAGENET, "bicubic")},
            {
                "model_type": "swinv2", "hidden_act": "gelu", "qkv_bias": True, "use_absolute_embeddings": False,
                "pretrained_window_sizes": [0, 0, 0, 0],
            },
            [size(*each) for each in published],
            hint="windows of 16 by 16" if share == 4 else "",
            unusual=share == 4,
        )


def pyramids():
    """PVT, PVTv2 and SegFormer: keys and values of smaller maps."""
    leads = [
        # Widths, depths, heads, ratios of the MLPs, reduction, eps, size.
        ((24, 36, 40, 56), (2, 3, 4, 2), (2, 3, 5, 7), (2, 3, 4, 5), 160, 1e-6),
        ((20, 44, 52, 72), (3, 2, 2, 3), (5, 4, 2, 6), (3, 2, 5, 2), 64, 1e-5),
        ((28, 30, 68, 60), (2, 2, 3, 2), (4, 5, 17, 10), (4, 5, 2, 3), 192, 2e-5),
        ((12, 60, 56, 88), (2, 4, 2, 3), (3, 6, 7, 11), (5, 4, 3, 2), 96, 1e-4),
    ]
    for name, kind, module, table, scales in (
        ("pvt", "Pvt", "pvt", "pvt.encoder.block.{}.0.attention.self.sequence_reduction.weight", "sequence_reduction_ratios"),
        ("pvt_v2", "PvtV2", "pvt_v2", "pvt_v2.encoder.layers.{}.blocks.0.attention.spatial_reduction.weight", "sr_ratios"),
        ("segformer", "Segformer", "segformer", "segformer.encoder.block.{}.0.attention.self.sr.weight", "sr_ratios"),
    ):
        def size(widths, depths, many, ratios, size, eps, kind=kind):
            given = dict(eps=eps) | {f"H{at}": one for at, one in enumerate(many)}
            if kind == "Pvt":
                given["G"] = size // 4
            return lead(
                kind, size, given, image_size=size, hidden_sizes=widths, depths=depths, num_attention_heads=many,
                mlp_ratios=ratios, layer_norm_eps=eps,
            ) if kind != "Segformer" else lead(
                kind, size, given, hidden_sizes=widths, depths=depths, num_attention_heads=many,
                mlp_ratios=ratios, layer_norm_eps=eps,
            )

        wide, narrow = (64, 128, 320, 512), (32, 64, 160, 256)
        ratios = (4, 4, 4, 4) if kind == "Segformer" else (8, 8, 4, 4)
        published = [(wide, (2, 2, 2, 2), (1, 2, 5, 8), ratios, 224, 1e-6), (wide, (3, 4, 6, 3), (1, 2, 5, 8), ratios, 224, 1e-6)]
        if kind != "Pvt":
            published[0] = (narrow, *published[0][1:])
        about = {"G": length("pvt.encoder.patch_embeddings.0.position_embeddings", 1, 0, 0, 1), "S": {"value": [[4.0, {"p:G": 1}]]}}
        yield Family(
            name, "transformers", [size(*each) for each in leads],
            {"eps": config("layer_norm_eps", number(1e-6))} | {
                f"H{at}": config(["num_attention_heads", at], number(one), "1, 2, 5 and 8 attention heads")
                for at, one in enumerate((1, 2, 5, 8))
            } | (about if kind == "Pvt" else {}),
            {f"transformers {kind}": prepared(224, IMAGENET, "bilinear" if kind != "PvtV2" else "bilinear")},
            {
                "model_type": module, "hidden_act": "gelu", scales: [8, 4, 2, 1], "strides": [4, 2, 2, 2],
            } | ({"qkv_bias": True} if kind != "Segformer" else {}) | ({"linear_attention": False} if kind == "PvtV2" else {}),
            [size(*each) for each in published],
            multiple=32,
        )


def cvts():
    leads = [
        ((24, 36, 40), (2, 3, 4), (2, 3, 5), (2.0, 3.0, 4.0), 160), ((20, 44, 52), (3, 2, 3), (5, 4, 2), (3.0, 2.0, 5.0), 64),
        ((28, 30, 68), (2, 2, 3), (4, 5, 17), (4.0, 5.0, 2.0), 192), ((12, 60, 56), (4, 4, 3), (3, 6, 7), (5.0, 4.0, 3.0), 96),
    ]

    def size(widths, depths, many, ratios, size):
        given = {f"H{at}": one for at, one in enumerate(many)}
        return lead("Cvt", size, given, embed_dim=widths, depth=depths, num_heads=many, mlp_ratio=ratios)

    four = (4.0, 4.0, 4.0)
    yield Family(
        "cvt", "transformers", [size(*each) for each in leads],
        {
            f"H{at}": heads(["num_heads", at], f"t:cvt.encoder.stages.{at}.embedding.convolution_embeddings.normalization.weight:0")
            for at in range(3)
        },
        {"transformers Cvt": prepared(224, IMAGENET, "bicubic", crop_pct=0.875)},
        {
            "model_type": "cvt", "cls_token": [False, False, True], "qkv_bias": [True, True, True],
            "patch_stride": [4, 2, 2], "qkv_projection_method": ["dw_bn", "dw_bn", "dw_bn"], "stride_kv": [2, 2, 2],
            "stride_q": [1, 1, 1], "padding_kv": [1, 1, 1], "padding_q": [1, 1, 1], "patch_padding": [2, 1, 1],
        },
        [size((64, 192, 384), (1, 2, 10), (1, 3, 6), four, 224), size((64, 192, 384), (1, 4, 16), (1, 3, 6), four, 384)],
        multiple=32,
    )


def focalnets():
    leads = [
        (24, (2, 3, 4, 2), 3, 64), (20, (3, 2, 2, 3), 2, 96), (28, (2, 2, 3, 2), 5, 128), (36, (2, 4, 2, 3), 6, 160),
    ]
    for levels in (2, 3):
        def size(width, depths, ratio, size, levels=levels):
            return lead(
                "FocalNet", size, {}, image_size=size, embed_dim=width, depths=depths, mlp_ratio=float(ratio),
                hidden_sizes=[width * 2, width * 4, width * 8, width * 8], focal_levels=[levels] * 4,
            )

        yield Family(
            f"focalnet_{levels}_levels", "transformers", [size(*each) for each in leads], {},
            {"transformers FocalNet": prepared(224, IMAGENET, "bicubic", crop_pct=0.875)},
            {
                "model_type": "focalnet", "hidden_act": "gelu", "focal_windows": [3, 3, 3, 3], "use_conv_embed": False,
                "use_post_layernorm": False, "use_post_layernorm_in_modulation": False, "normalize_modulator": False,
                "patch_size": 4, "layer_norm_eps": 1e-5,
            },
            [size(96, (2, 2, 6, 2), 4, 224), size(128, (2, 2, 18, 2), 4, 224)],
            multiple=32,
        )


def mobilevits():
    for name, neck, published in (
        ("mobilevit", (12, 20, 28, 36, 44, 52, 108), [
            ((144, 192, 240), (16, 32, 64, 96, 128, 160, 640)), ((96, 120, 144), (16, 32, 48, 64, 80, 96, 384)),
        ]),
        ("mobilevit_narrow", (12, 12, 28, 36, 44, 52, 108), [((64, 80, 96), (16, 16, 24, 48, 64, 80, 320))]),
    ):
        def size(widths, neck, many=4, size=256, eps=1e-5, ratio=2.0):
            return lead(
                "MobileViT", size, dict(H=many, eps=eps), image_size=size, hidden_sizes=widths, neck_hidden_sizes=neck,
                num_attention_heads=many, layer_norm_eps=eps, mlp_ratio=ratio,
            )

        odd = lambda by, neck=neck: tuple(one + by * (2 + (at > 1) * at) for at, one in enumerate(neck))
        yield Family(
            name, "transformers",
            [
                size((24, 36, 48), neck, 3, 64), size((40, 60, 100), odd(4), 5, 128, 1e-6, 3.0),
                size((56, 84, 112), odd(8), 7, 192, 1e-4, 2.5), size((88, 66, 132), odd(2), 11, 256, 2e-5, 1.5),
                # One that people have, as widths of the others are in proportion by chance.
                size(*published[0]),
            ],
            {"H": config("num_attention_heads", number(4), "4 attention heads"), "eps": config("layer_norm_eps", number(1e-5))},
            {"transformers MobileViT": prepared(256, {"mean": [0, 0, 0], "std": [1, 1, 1]}, "bilinear", crop_pct=256 / 288.001)},
            {
                "model_type": "mobilevit", "hidden_act": "silu", "patch_size": 2, "output_stride": 32, "qkv_bias": True,
            },
            [size(*each) for each in published[1:]],
            multiple=64,
        )
    yield Family(
        "mobilevitv2", "transformers",
        [
            lead("MobileViTV2", side, {}, image_size=side, width_multiplier=width, n_attn_blocks=blocks)
            for width, side, blocks in ((0.5, 64, (2, 4, 3)), (0.8, 128, (3, 2, 4)), (1.3, 192, (2, 3, 2)), (1.7, 256, (4, 2, 3)))
        ],
        {}, {"transformers MobileViTV2": prepared(256, {"mean": [0, 0, 0], "std": [1, 1, 1]}, "bilinear", crop_pct=256 / 288.001)},
        {
            "model_type": "mobilevitv2", "hidden_act": "swish", "patch_size": 2, "output_stride": 32,
            "layer_norm_eps": 1e-5,
        },
        [lead("MobileViTV2", 256, {}, width_multiplier=width) for width in (1.0, 2.0)],
        multiple=64,
    )


def levits():
    for name, depths, leads, published in (
        ("levit", (4, 4, 4), [
            ((24, 40, 56), (2, 3, 5), (6, 10, 14)), ((40, 56, 88), (3, 5, 4), (8, 12, 6)),
            ((56, 24, 72), (5, 2, 6), (10, 8, 12)), ((32, 48, 64), (4, 6, 7), (12, 6, 10)),
        ], [((128, 256, 384), (4, 8, 12), (16, 16, 16)), ((256, 384, 512), (4, 6, 8), (32, 32, 32))]),
        ("levit_128s", (2, 3, 4), [
            ((24, 40, 56), (2, 3, 5), (6, 10, 14)), ((40, 56, 88), (3, 5, 4), (8, 12, 6)),
            ((56, 24, 72), (5, 2, 6), (10, 8, 12)), ((32, 48, 64), (4, 6, 7), (12, 6, 10)),
        ], [((128, 256, 384), (4, 6, 8), (16, 16, 16))]),
    ):
        def size(widths, many, keys, depths=depths):
            given = {f"K{at}": one for at, one in enumerate(keys)}
            return lead(
                "Levit", 224, given, hidden_sizes=widths, num_attention_heads=many, key_dim=keys, depths=depths,
            )

        usual = published[0][2][0]
        yield Family(
            name, "transformers", [size(*each) for each in leads],
            {
                f"K{at}": config(["key_dim", at], number(usual), f"{usual} channels of a key") for at in range(3)
            } | {"S": {"value": number(224)}},
            {"transformers Levit": prepared(224, IMAGENET, "bicubic", crop_pct=224 / 256.001)},
            {
                "model_type": "levit", "patch_size": 16, "depths": list(depths), "attention_ratio": [2, 2, 2], "kernel_size": 3, "stride": 2, "padding": 1,
            },
            [size(*each) for each in published],
        )
