"""The vision transformers of timm, as families of sizes."""

import timm

from .kinds import Family, Lead
from .of_timm import pooling, prepared_as
from .transformers_common import length, number

# More channels per head than 64 have only the largest.
HEADS = {
    "config": "num_heads",
    "known": {"of": "t:norm.weight:0", "values": {"1152": 16, "1280": 16, "1408": 16, "1664": 16}},
    "assume": [[1 / 64, {"t:norm.weight:0": 1}]],
    "said": "64 channels per attention head",
}
# Width, heads, ratio of the MLP, side of the grid, patch, blocks.
SIZES = [(48, 3, 2, 4, 16, 3), (40, 5, 3, 5, 12, 2), (72, 6, 4, 7, 8, 4), (66, 11, 2.5, 6, 10, 2)]
PUBLISHED = [(192, 3, 4, 14, 16, 3), (768, 12, 4, 14, 16, 2)]


def size(base, width, heads, ratio, grid, patch, blocks, **options):
    given = dict(
        img_size=grid * patch, patch_size=patch, embed_dim=width, num_heads=heads, mlp_ratio=ratio, depth=blocks, **options,
    )
    make = lambda classes: timm.create_model(base, pretrained=False, num_classes=classes, **given)
    return Lead(make, grid * patch, dict(G=grid, H=heads, P=patch), f"{base} {sorted(given.items())}")


def families():
    for name, base, grid, preprocess, options in (
        ("vit", "vit_base_patch16_224", (1, 0, 1), ("vit_base_patch16_224", "deit_base_patch16_224", "vit_base_patch16_224.dino"), {}),
        ("vit_clip", "vit_base_patch16_clip_224", (1, 0, 1), ("vit_base_patch16_clip_224",), {}),
        ("vit_clip_quickgelu", "vit_base_patch16_clip_quickgelu_224", (1, 0, 1), ("vit_base_patch16_clip_quickgelu_224",), {}),
        ("vit_siglip", "vit_base_patch16_siglip_224", (0, 0, 1), ("vit_base_patch16_siglip_224",), {}),
        ("deit_distilled", "deit_base_distilled_patch16_224", (2, 0, 1), ("deit_base_distilled_patch16_224",), {}),
        ("deit3", "deit3_base_patch16_224", (0, 0, 1), ("deit3_base_patch16_224",), {}),
        ("vit_dinov2", "vit_base_patch14_dinov2", (1, 0, 1), ("vit_base_patch14_dinov2",), {}),
        ("vit_dinov2_registers", "vit_base_patch14_reg4_dinov2", (0, 0, 1), ("vit_base_patch14_reg4_dinov2",), {}),
    ):
        published = [(*one[:3], 37, 14, one[5]) for one in PUBLISHED] if "dinov2" in name else PUBLISHED
        yield Family(
            name, "timm", [size(base, *each, **options) for each in SIZES],
            {
                "P": length("patch_embed.proj.weight", 2), "G": length("pos_embed", 1, *grid), "H": HEADS,
                "S": {"value": [[1.0, {"p:G": 1, "p:P": 1}]]},
            },
            prepared_as(*preprocess), pooling(base), also=[size(base, *each, **options) for each in published],
            hint="the GELU of OpenAI's CLIP" if "quickgelu" in name else "", unusual="quickgelu" in name,
        )
