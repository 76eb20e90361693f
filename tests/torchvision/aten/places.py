"""Padding, patches, grids, and channels turned into positions."""

import torch
import torch.nn.functional as F
from torch import nn


class SpatialTransformer(nn.Module):
    """Turns the picture by a matrix that it computes from it."""

    def __init__(self):
        super().__init__()
        self.of = nn.Linear(60, 6)
        with torch.no_grad():
            self.of.weight.mul_(0.1)
            self.of.bias.copy_(torch.tensor([0.9, 0.1, 0.05, -0.1, 0.8, 0.1]))

    def forward(self, x):
        theta = self.of(x.flatten(1)).view(-1, 2, 3)
        return F.grid_sample(x, F.affine_grid(theta, x.size(), align_corners=False), align_corners=False)


def cases(case):
    row = lambda x: x.reshape(1, 3, 20)
    block = lambda x: x.reshape(1, 3, 2, 2, 5)
    aten = torch.ops.aten

    for mode in ["constant", "reflect", "replicate", "circular"]:
        case(f"pad, {mode}", lambda x, m=mode: [
            F.pad(row(x), (2, 3), m), F.pad(x, (2, 1, 0, 3), m), F.pad(block(x), (1, 2, 1, 0, 1, 1), m),
            F.pad(row(x)[0], (1, 2), m)])
    case("pad crops", lambda x: [F.pad(x, (-1, 2, 1, -2)), F.pad(x, (0, 0, 1, 1, -1, 2), value=0.5),
                                 F.pad(x, (1, -1, -1, 1), "replicate")])
    case("constant_pad_nd", lambda x: aten.constant_pad_nd(x, [1, 2, 0, 1], 0.25))
    case("reflection_pad", lambda x: [
        aten.reflection_pad1d(row(x), [2, 3]), aten.reflection_pad2d(x, [2, 1, 0, 3]),
        aten.reflection_pad3d(block(x), [1, 2, 1, 0, 1, 1])])
    case("replication_pad", lambda x: [
        aten.replication_pad1d(row(x), [2, 3]), aten.replication_pad2d(x, [2, 1, 0, 3]),
        aten.replication_pad3d(block(x), [1, 2, 1, 0, 1, 1])])
    case("_pad_circular", lambda x: aten._pad_circular(x, [2, 1, 0, 3]))
    case("zero pad layers", nn.Sequential(nn.ZeroPad2d((1, 2, 0, 1)), nn.CircularPad2d(1), nn.ReflectionPad2d(1)))

    case("im2col", lambda x: [F.unfold(x, 2), F.unfold(x, (2, 3), (1, 2), (1, 2), (2, 1)), F.unfold(x[0], 2)])
    case("col2im", lambda x: [
        F.fold(x.reshape(1, 12, 5), (2, 6), (2, 2)), F.fold(x.reshape(12, 5), (2, 6), 2),
        F.fold(x.reshape(1, 4, 15), (4, 6), 2, 1, (1, 0), (2, 1))])
    case("unfold of an axis", lambda x: [x.unfold(3, 3, 2), x.unfold(-2, 2, 1).unfold(3, 2, 3)])

    case("pixel_shuffle", lambda x: F.pixel_shuffle(x.reshape(1, 4, 3, 5), 2))
    case("pixel_unshuffle", lambda x: [F.pixel_unshuffle(x, 1), F.pixel_unshuffle(x[..., :4], 2)])
    case("channel_shuffle", lambda x: [F.channel_shuffle(x.reshape(1, 6, 2, 5), 2), aten.channel_shuffle(x, 3)])

    grid = torch.sin(torch.arange(30).float() * 1.7).reshape(1, 3, 5, 2) * 1.3
    for mode in ["bilinear", "nearest", "bicubic"]:
        for border in ["zeros", "border", "reflection"]:
            case(f"grid_sample, {mode}, {border}", lambda x, g, m=mode, p=border: [
                F.grid_sample(x, g, m, p, False), F.grid_sample(x, g, m, p, True)], grid)
    solid = torch.sin(torch.arange(36).float() * 1.3).reshape(1, 2, 3, 2, 3) * 1.3
    case("grid_sample of a block", lambda x, g: [
        F.grid_sample(block(x), g, "bilinear", "border", False), F.grid_sample(block(x), g, "nearest", "zeros", True)],
        solid)
    case("affine_grid", lambda x: [
        F.affine_grid(x.reshape(-1)[:6].reshape(1, 2, 3), (1, 3, 4, 5), False),
        F.affine_grid(x.reshape(-1)[:12].reshape(1, 3, 4), (1, 3, 2, 3, 2), True)])
    case("a spatial transformer", SpatialTransformer())
