"""New sizes: every filter, by size and by factor, over one, two and three axes."""

import torch
import torch.nn.functional as F


def cases(case):
    row = lambda x: x.reshape(1, 3, 20)
    block = lambda x: x.reshape(1, 3, 2, 2, 5)
    aten = torch.ops.aten

    for mode in ["nearest", "nearest-exact"]:
        case(f"{mode} of a row", lambda x, m=mode: [
            F.interpolate(row(x), 33, mode=m), F.interpolate(row(x), scale_factor=0.45, mode=m)])
        case(f"{mode}", lambda x, m=mode: [
            F.interpolate(x, (9, 3), mode=m), F.interpolate(x, scale_factor=(1.3, 2.5), mode=m),
            F.interpolate(x, scale_factor=(1.3, 2.5), mode=m, recompute_scale_factor=True)])
        case(f"{mode} of a block", lambda x, m=mode: [
            F.interpolate(block(x), (3, 1, 7), mode=m), F.interpolate(block(x), scale_factor=1.7, mode=m)])
    for corners in [False, True]:
        how = "align_corners" if corners else "half pixels"
        case(f"linear, {how}", lambda x, c=corners: [
            F.interpolate(row(x), 33, mode="linear", align_corners=c),
            F.interpolate(row(x), scale_factor=0.45, mode="linear", align_corners=c)])
        case(f"bilinear, {how}", lambda x, c=corners: [
            F.interpolate(x, (9, 3), mode="bilinear", align_corners=c),
            F.interpolate(x, scale_factor=(1.3, 2.5), mode="bilinear", align_corners=c)])
        case(f"bicubic, {how}", lambda x, c=corners: [
            F.interpolate(x, (9, 3), mode="bicubic", align_corners=c),
            F.interpolate(x, scale_factor=(1.3, 2.5), mode="bicubic", align_corners=c)])
        case(f"trilinear, {how}", lambda x, c=corners: [
            F.interpolate(block(x), (3, 1, 7), mode="trilinear", align_corners=c),
            F.interpolate(block(x), scale_factor=1.7, mode="trilinear", align_corners=c)])
        case(f"bilinear antialiased, {how}", lambda x, c=corners: [
            F.interpolate(x, (9, 3), mode="bilinear", align_corners=c, antialias=True),
            F.interpolate(x, scale_factor=(0.6, 0.45), mode="bilinear", align_corners=c, antialias=True)])
        case(f"bicubic antialiased, {how}", lambda x, c=corners: [
            F.interpolate(x, (9, 3), mode="bicubic", align_corners=c, antialias=True),
            F.interpolate(x, scale_factor=(0.6, 0.45), mode="bicubic", align_corners=c, antialias=True)])
    case("lanczos antialiased", lambda x: [
        aten._upsample_lanczos2d_aa(x, [2, 3], False), aten._upsample_lanczos2d_aa.vec(x, [6, 3], False, None)])

    # The overloads that decomposition leaves.
    case("nearest1d, default", lambda x: aten.upsample_nearest1d(row(x), [9], 0.45))
    case("nearest2d, default", lambda x: aten.upsample_nearest2d(x, [6, 7], 1.6, None))
    case("nearest3d, default", lambda x: aten.upsample_nearest3d(block(x), [3, 3, 6], 1.7, 1.7, 1.3))
    case("nearest_exact1d, default", lambda x: aten._upsample_nearest_exact1d(row(x), [9], 0.45))
    case("nearest_exact2d, default", lambda x: aten._upsample_nearest_exact2d(x, [6, 7], 1.6, None))
    case("nearest_exact3d, default", lambda x: aten._upsample_nearest_exact3d(block(x), [3, 3, 6], 1.7, 1.7, 1.3))
    case("linear1d, default", lambda x: aten.upsample_linear1d(row(x), [9], False, 0.45))
    case("bilinear2d, default", lambda x: aten.upsample_bilinear2d(x, [6, 7], False, 1.6, None))
    case("bicubic2d, default", lambda x: aten.upsample_bicubic2d(x, [6, 7], False, 1.6, 1.5))
    case("trilinear3d, default", lambda x: aten.upsample_trilinear3d(block(x), [3, 3, 6], False, 1.7, 1.7, 1.3))
    case("bilinear2d_aa, default", lambda x: aten._upsample_bilinear2d_aa(x, [2, 3], False, 0.6, 0.65))
    case("bicubic2d_aa, default", lambda x: aten._upsample_bicubic2d_aa(x, [2, 3], False))
