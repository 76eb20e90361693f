"""The smallest model, or one of them, of each of timm's modules, in the order of `timm.list_modules()`."""

from functools import partial

import torch

from .common import CLASSES

TIMM = """
beit_base_patch16_224 halonet_h1 test_byobnet cait_xxs24_224 coat_tiny convit_tiny convmixer_768_32 test_convnext
cpubone_nano crossvit_tiny_240 csatv2 cs3darknet_focus_s cspnext_tiny davit_tiny deepseek_vit_412m
deit_tiny_patch16_224 densenet121 dla46x_c dpn48b edgenext_xx_small efficientformer_l1 efficientformerv2_s0
test_efficientnet efficientvim_m1 efficientvit_b0 efficientvit_m0 eva02_tiny_patch14_224 fasternet_t0 fastvit_t8
focalnet_tiny_srf gcvit_xxtiny gemma4_vit_167m ghostnetv3_050 hardcorenas_a hgnetv2_b0 hiera_tiny_224 hieradet_small
hrnet_w18_small iformer_t inception_next_atto inception_resnet_v2 inception_v3 inception_v4 lcnetv2_small levit_128s
lowformer_b0 test_mambaout coatnet_pico_rw_224 caformer_s18 resmlp_12_224 mobilenetv4_hybrid_medium_075
mobilenetv5_300m mobilevit_xxs mvitv2_tiny naflexvit_base_patch16_gap nasnetalarge nest_tiny nextvit_small test_nfnet
pit_ti_224 pnasnet5large pvt_v2_b0 qwen3_vit_88m rdnet_tiny regnety_002 repghostnet_050 repvit_m0_9 res2net50_14w_8s
resnest14d resnet10t resnetv2_18 rexnet_100 selecsls42 legacy_seresnet18 sequencer2d_s shvit_s1 skresnet18
starnet_s050 swiftformer_xs swin_tiny_patch4_window7_224 swinv2_tiny_window8_256 swinv2_cr_tiny_224 tiny_vit_5m_224
tnt_s_patch16_224 tresnet_m twins_svt_small vgg11 visformer_tiny test_vit vit_tiny_r_s16_p8_224 test_vit_relpos
samvit_base_patch16_224 vitamin_small_224 volo_d1_224 ese_vovnet19b_slim_dw legacy_xception xception41
xcit_nano_12_p16_224
""".split()


# What would be hundreds of megabytes is made thinner and shallower, with all that it is built from.
THINNER = {
    "deepseek_vit_412m": dict(img_size=112, embed_dim=64, depth=2, num_heads=4),
    "gemma4_vit_167m": dict(img_size=96, embed_dim=64, depth=2, num_heads=4, head_dim=16, intermediate_size=128,
                            position_embedding_size=64),
    "naflexvit_base_patch16_gap": dict(embed_dim=64, depth=2, num_heads=4),
    "qwen3_vit_88m": dict(img_size=128, embed_dim=64, depth=2, num_heads=4, pos_embed_grid_size=12),
    "samvit_base_patch16_224": dict(embed_dim=64, depth=4, num_heads=4, global_attn_indexes=(1, 3)),
    "beit_base_patch16_224": dict(embed_dim=64, depth=2, num_heads=4),
}
SMALLER = {
    "deepseek_vit_412m": 112, "gemma4_vit_167m": 96, "qwen3_vit_88m": 128, "mobilenetv5_300m": 256, "nasnetalarge": 171,
    "pnasnet5large": 171, "convmixer_768_32": 112, "tresnet_m": 128, "nextvit_small": 128, "csatv2": 512,
}


# Tried in this order on all others: what takes one of them, and is smaller then, is made so shallow.
SHALLOWER = [
    dict(depths=(2, 2, 2, 2)), dict(depths=(1, 1, 1, 1)), dict(depth=2), dict(depths=(2, 2, 2)), dict(depths=(1, 1, 1)),
    dict(depth=(1, 1, 1)), dict(layers=(1, 1, 1, 1)), dict(layers=(1, 1, 1)), dict(stages=(1, 1, 1, 1)),
]


def shallow(name):
    import inspect

    import timm

    build = lambda options: timm.create_model(name, num_classes=CLASSES, **options)
    size = lambda model: sum(parameter.numel() for parameter in model.parameters())
    with torch.device("meta"):
        model = build({})
        whole, known = size(model), inspect.signature(type(model)).parameters
        for options in SHALLOWER:
            try:
                if known.keys() >= options.keys() and size(build(options)) < 0.9 * whole:
                    return options
            except Exception:
                continue
    return {}


def timm_model(name):
    import timm

    options = THINNER[name] if name in THINNER else shallow(name)
    model = timm.create_model(name, num_classes=CLASSES, **options)
    about = model.pretrained_cfg
    size = SMALLER.get(name, about["input_size"][-1])
    half = -(-size // 64) * 32
    if name not in SMALLER and not about.get("fixed_input_size") and half >= 96:
        try:
            with torch.no_grad():
                model.eval()(torch.zeros(1, 3, half, half))
            size = half
        except Exception:
            pass
    print(options, size, end=" ")
    return model, size


def models():
    return {name: partial(timm_model, name) for name in TIMM}
