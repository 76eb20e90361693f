"""segmentation_models_pytorch: every decoder, an encoder of each family, and its classification head."""

from .common import CLASSES, Pick, both, over_map

DECODERS = "Unet UnetPlusPlus MAnet Linknet FPN PSPNet PAN DeepLabV3 DeepLabV3Plus UPerNet Segformer DPT".split()
# The smallest of each family.
ENCODERS = """
resnet18 resnext50_32x4d dpn68 vgg11 vgg11_bn se_resnet50 se_resnext50_32x4d densenet121 inceptionresnetv2 inceptionv4
efficientnet-b0 mobilenet_v2 xception timm-efficientnet-b0 timm-tf_efficientnet_lite0 timm-skresnet18 mit_b0 mobileone_s0
tu-convnext_atto tu-mobilenetv3_small_050 tu-regnety_002
""".split()


def encoder_of(decoder):
    # DPT wants a transformer.
    return "tu-vit_tiny_patch16_224" if decoder == "DPT" else "resnet18"


def model(name, raw):
    import segmentation_models_pytorch as smp

    decoder, encoder = name.split("_", 1)
    options = dict(encoder_weights=None, classes=CLASSES)
    if decoder == "classifier":
        made = smp.Unet(encoder, aux_params=dict(classes=CLASSES, dropout=0.2), **options)
        picked = Pick(made, lambda out: out[1])
        # Of the two outputs, the row of classes is the one that is explained first.
        object.__setattr__(made, "explained", picked)
        return (made if raw else picked), 64
    made = getattr(smp, decoder)(encoder, **options)
    size = 224 if decoder == "DPT" else 128 if decoder in ("PAN", "DeepLabV3", "DeepLabV3Plus") else 64
    return (made if raw else Pick(made, over_map)), size


def models():
    found = {}
    for decoder in DECODERS:
        found |= both(f"{decoder}_{encoder_of(decoder)}", model)
    for encoder in ENCODERS:
        found |= both(f"classifier_{encoder}", model)
    for encoder in ENCODERS[1:]:
        found |= both(f"Unet_{encoder}", model)
    return found
