"""Swin of timm: windows of one size in pictures of one side, and any widths and depths."""

import timm

from .kinds import Family, Lead
from .of_timm import pooling, prepared_as
from .transformers_common import length, number


def families():
    sizes = [
        (24, (4, 4, 6, 2), (3, 6, 2, 8), 3), (20, (6, 4, 4, 3), (5, 4, 10, 4), 2),
        (28, (4, 6, 4, 2), (2, 7, 14, 16), 4), (36, (4, 4, 4, 4), (4, 3, 9, 12), 2.5),
    ]
    table = "layers.{}.blocks.0.attn.relative_position_bias_table"
    for name, base in (("swin", "swin_tiny_patch4_window7_224"), ("swin_window12", "swin_base_patch4_window12_384")):
        side = timm.models.get_pretrained_cfg(base).input_size[-1]

        def size(width, depths, heads, ratio, base=base, side=side):
            given = dict(embed_dim=width, depths=depths, num_heads=heads, mlp_ratio=ratio)
            make = lambda classes: timm.create_model(base, pretrained=False, num_classes=classes, **given)
            parameters = {f"H{at}": one for at, one in enumerate(heads)}
            return Lead(make, side, parameters, f"{base} {sorted(given.items())}")

        yield Family(
            name, "timm", [size(*each) for each in sizes],
            {f"H{at}": length(table.format(at), 1) for at in range(4)} | {"S": {"value": number(side)}},
            prepared_as(base), pooling(base), also=[size(96, (2, 2, 6, 2), (3, 6, 12, 24), 4)],
        )
