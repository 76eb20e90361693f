"""Transformers of one resolution: ViT and what came of it."""

from .kinds import Family
from .transformers_common import HALF, IMAGENET, config, heads, lead, length, number, prepared

EPS12, EPS6 = config("layer_norm_eps", number(1e-12)), config("layer_norm_eps", number(1e-6))
USUAL = {"hidden_act": "gelu"}
# Hidden, heads, inner, side of the grid, patch, blocks, eps.
SIZES = [
    (48, 3, 100, 4, 16, 3, 1e-12), (40, 5, 90, 5, 12, 2, 1e-6),
    (72, 6, 110, 7, 8, 4, 1e-5), (66, 11, 130, 6, 10, 2, 2e-5),
]


def plain(kind, size, of="ForImageClassification", grid_of=None, **options):
    """`grid_of` is the number of patches in a row that the position embeddings are for, if not those of a picture."""
    hidden, many, inner, grid, patch, layers, eps = size
    parameters = dict(G=grid_of or grid, H=many, P=patch, eps=eps)
    if grid_of:
        parameters["N"] = grid
    if inner is not None:
        options["intermediate_size"] = inner
    return lead(
        kind, grid * patch, parameters, of,
        hidden_size=hidden, num_attention_heads=many, image_size=(grid_of or grid) * patch,
        patch_size=patch, num_hidden_layers=layers, layer_norm_eps=eps, **options,
    )


def square(side="G"):
    """The side of a picture that has just the patches that the file has positions for."""
    return {"value": [[1.0, {f"p:{side}": 1, "p:P": 1}]]}


def families():
    return [*vits(), *beits(), *dinos()]


def vits():
    base, large, huge = (768, 12, 3072, 14, 16, 12, 1e-12), (1024, 16, 4096, 14, 16, 3, 1e-12), (1280, 16, 5120, 16, 14, 2, 1e-12)
    tiny, small = (192, 3, 768, 14, 16, 12, 1e-12), (384, 6, 1536, 14, 16, 12, 1e-12)
    yield Family(
        "vit", "transformers", [plain("ViT", size) for size in SIZES],
        {
            "P": length("vit.embeddings.patch_embeddings.projection.weight", 2),
            "G": length("vit.embeddings.position_embeddings", 1, 1, 0, 1),
            "H": heads("num_attention_heads", "t:vit.layernorm.weight:0"),
            "eps": EPS12,
            "S": square(),
        },
        {"transformers ViT": prepared(224, HALF)},
        {"model_type": "vit", "qkv_bias": True, **USUAL},
        [plain("ViT", size) for size in (base, large, huge, (192, 3, 768, 14, 16, 4, 1e-12), (768, 12, 3072, 12, 32, 3, 1e-12))],
    )
    for name, of in (("deit", "ForImageClassification"), ("deit_with_teacher", "ForImageClassificationWithTeacher")):
        yield Family(
            name, "transformers", [plain("DeiT", size, of) for size in SIZES],
            {
                "P": length("deit.embeddings.patch_embeddings.projection.weight", 2),
                "G": length("deit.embeddings.position_embeddings", 1, 2, 0, 1),
                "H": heads("num_attention_heads", "t:deit.layernorm.weight:0"),
                "eps": EPS12,
                "S": square(),
            },
            {"transformers DeiT": prepared(224, IMAGENET, "bicubic", crop_pct=224 / 256.001, crop_mode="center")},
            {"model_type": "deit", "qkv_bias": True, **USUAL},
            [plain("DeiT", size, of) for size in (base, small, tiny)],
        )


def beits():
    for name, kind, module in (("beit", "Beit", "beit"), ("data2vec_vision", "Data2VecVision", "data2vec_vision")):
        options = dict(use_relative_position_bias=True, use_mean_pooling=True)
        base, large = (768, 12, 3072, 14, 16, 12, 1e-12), (1024, 16, 4096, 14, 16, 3, 1e-12)
        first = f"{module}.encoder.layer.0"
        yield Family(
            name, "transformers", [plain(kind, size, **options) for size in SIZES],
            {
                "P": length(f"{module}.embeddings.patch_embeddings.projection.weight", 2),
                "G": length(f"{first}.attention.attention.relative_position_bias.relative_position_bias_table", 0, 4, -4, 4),
                "H": length(f"{first}.attention.attention.relative_position_bias.relative_position_bias_table", 1),
                "eps": EPS12,
                "S": square(),
            },
            {f"transformers {kind}": prepared(224, HALF, "bicubic")},
            {
                "model_type": "beit" if kind == "Beit" else "data2vec-vision", "use_relative_position_bias": True,
                "use_absolute_position_embeddings": False, "use_shared_relative_position_bias": False,
                "use_mean_pooling": True, **USUAL,
            },
            [plain(kind, size, **options) for size in (base, large)],
        )


def dinos():
    kinds = [("dinov2", "Dinov2"), ("dinov2_with_registers", "Dinov2WithRegisters")]
    ratios = (3, 2, 4, 5)
    for name, kind in kinds:
        about = {
            "P": length(f"{name}.embeddings.patch_embeddings.projection.weight", 2),
            "G": length(f"{name}.embeddings.position_embeddings", 1, 1, 0, 1),
            "H": heads("num_attention_heads", f"t:{name}.layernorm.weight:0"),
            "eps": EPS6,
        }
        said = {"model_type": name, "use_swiglu_ffn": False, "qkv_bias": True, **USUAL}
        how = {f"transformers {kind}": prepared(224, IMAGENET, "bicubic", crop_pct=224 / 256.001, crop_mode="center")}
        size = lambda ratio, size, grid_of=None: plain(
            kind, (*size[:2], None, *size[3:]), grid_of=grid_of, mlp_ratio=ratio,
        )
        published = [
            (384, 6, None, 16, 14, 12, 1e-6), (768, 12, None, 16, 14, 12, 1e-6), (1024, 16, None, 16, 14, 3, 1e-6),
        ]
        tiny = (96, 3, None, 16, 14, 3, 1e-6)
        yield Family(
            f"{name}_224", "transformers", [size(*each) for each in zip(ratios, SIZES)],
            about | {"S": square()}, how, said,
            [size(4, one, None) for one in (tiny, published[0])],
        )
        grids = (6, 3, 11, 9)
        yield Family(
            name, "transformers", [size(*each) for each in zip(ratios, SIZES, grids)],
            about | {"N": {"value": [[1.0, {"p:S": 1, "p:P": -1}]]}}, how, said,
            [size(4, one, 37) for one in published],
            unequal={"S": square()["value"]},
        )
