"""open_clip: the visual towers, and a linear layer on what they say."""

from torch import nn

from .common import CLASSES, both

def tower(name):
    import open_clip

    small = dict(width=64, layers=2, head_width=16, mlp_ratio=2.0, image_size=64, patch_size=16)
    if name == "ViT":
        vision = small
    elif name == "ViT_patch_dropout_map":
        vision = small | dict(attentional_pool=True, attn_pooler_queries=16, attn_pooler_heads=4)
    elif name == "ViT_quickgelu_avg":
        vision = small | dict(pool_type="avg", no_ln_pre=True, pos_embed_type="sin_cos_2d")
    elif name == "ModifiedResNet":
        vision = dict(width=16, layers=[1, 1, 1, 1], image_size=64, head_width=16)
    else:
        vision = dict(timm_model_name=name.removeprefix("timm_"), timm_model_pretrained=False, timm_pool="", timm_proj="linear",
                      image_size=224)
        if "siglip" in name or "vit" in name:
            vision["timm_pool"] = "map" if "siglip" in name else "token"
        else:
            vision["timm_pool"] = "avg"
    from open_clip.model import _build_vision_tower

    visual = _build_vision_tower(32, open_clip.CLIPVisionCfg(**vision), quick_gelu="quickgelu" in name)
    return visual, vision["image_size"]


def open_clip_model(name, raw):
    visual, size = tower(name)
    if raw:
        return visual, size
    return nn.Sequential(visual, nn.Linear(32, CLASSES)), size


def models():
    found = {}
    for name in ["ViT", "ViT_patch_dropout_map", "ViT_quickgelu_avg", "ModifiedResNet", "timm_vit_tiny_patch16_224",
                 "timm_convnext_atto", "timm_resnet18"]:
        found |= both(name, open_clip_model)
    return found
