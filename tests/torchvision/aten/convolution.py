"""Convolution over one, two and three axes, and transposed convolution."""

import torch
import torch.nn.functional as F
from torch import nn


def weights(*shape):
    count = torch.arange(int(torch.tensor(shape).prod()))
    return ((count * 29 % 47 - 20) / 16).float().reshape(shape)


def cases(case):
    row = lambda x: x.reshape(1, 3, 20)
    block = lambda x: x.reshape(1, 3, 2, 2, 5)
    aten = torch.ops.aten

    case("conv1d", lambda x, w, b: F.conv1d(row(x), w, b), weights(4, 3, 3), weights(4))
    case("conv1d with options", lambda x, w: F.conv1d(row(x), w, None, 2, 3, 2, 3), weights(6, 1, 3))
    case("conv1d same", lambda x, w: F.conv1d(row(x), w, padding="same", dilation=2), weights(4, 3, 3))
    case("conv1d valid", lambda x, w: F.conv1d(row(x), w, padding="valid"), weights(4, 3, 4))
    case("conv1d without a batch", lambda x, w: F.conv1d(row(x)[0], w), weights(4, 3, 3))
    case("conv1d over channels", lambda x, w: x * torch.sigmoid(
        F.conv1d(x.mean((2, 3)).unsqueeze(1), w, padding=1).transpose(1, 2).unsqueeze(3)), weights(1, 1, 3))
    case("conv2d same", lambda x, w: F.conv2d(x, w, padding="same"), weights(4, 3, 2, 3))
    case("conv2d one number for both", lambda x, w: aten.conv2d(x, w, None, [2], [1], [1]), weights(4, 3, 3, 3))
    case("conv2d without a batch", lambda x, w: F.conv2d(x[0], w, padding=1), weights(4, 3, 2, 3))
    case("conv3d", lambda x, w, b: F.conv3d(block(x), w, b), weights(2, 3, 2, 2, 3), weights(2))
    case("conv3d with options", lambda x, w: F.conv3d(block(x), w, None, (1, 2, 2), (1, 1, 2), (2, 1, 2), 3),
         weights(3, 1, 2, 2, 3))
    case("conv3d same", lambda x, w: F.conv3d(block(x), w, padding="same"), weights(2, 3, 2, 2, 3))
    case("conv3d of a picture without a batch", lambda x, w: F.conv3d(x, w), weights(2, 1, 2, 2, 3))
    case("convolution", lambda x, w, b: aten.convolution(x, w, b, [2, 1], [1, 0], [1, 2], False, [0, 0], 1),
         weights(2, 3, 2, 2), weights(2))

    case("conv_transpose1d", lambda x, w, b: F.conv_transpose1d(row(x), w, b), weights(3, 4, 3), weights(4))
    case("conv_transpose1d with options", lambda x, w: F.conv_transpose1d(row(x), w, None, 3, 2, 1, 3, 2),
         weights(3, 2, 3))
    case("conv_transpose2d", lambda x, w, b: F.conv_transpose2d(x, w, b), weights(3, 4, 2, 3), weights(4))
    case("conv_transpose2d with options",
         lambda x, w, b: F.conv_transpose2d(x, w, b, (2, 3), (1, 0), (1, 2), 1, (1, 2)),
         weights(3, 2, 2, 3), weights(2))
    case("conv_transpose2d in groups", lambda x, w: F.conv_transpose2d(x, w, None, 2, groups=3), weights(3, 2, 2, 2))
    case("conv_transpose2d without a batch", lambda x, w: F.conv_transpose2d(x[0], w, None, 2), weights(3, 2, 2, 2))
    case("conv_transpose3d", lambda x, w, b: F.conv_transpose3d(block(x), w, b, 2, 1, 1),
         weights(3, 2, 2, 2, 3), weights(2))
    case("convolution transposed",
         lambda x, w: aten.convolution(x, w, None, [2, 2], [1, 0], [1, 1], True, [1, 0], 1), weights(3, 2, 2, 2))
    case("a small encoder and decoder", nn.Sequential(
        nn.Conv2d(3, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.ConvTranspose2d(4, 2, 2, 2), nn.ReLU()))
    case("a network over three axes", nn.Sequential(
        nn.Unflatten(1, (1, 3)), nn.Conv3d(1, 4, (3, 3, 3), padding=1), nn.BatchNorm3d(4), nn.ReLU(),
        nn.MaxPool3d((1, 2, 2)), nn.AdaptiveAvgPool3d(1), nn.Flatten(), nn.Linear(4, 3)))
    case("a network over one axis", nn.Sequential(
        nn.Flatten(2), nn.Conv1d(3, 4, 3, padding=1), nn.BatchNorm1d(4), nn.ReLU(), nn.MaxPool1d(2),
        nn.AdaptiveAvgPool1d(1), nn.Flatten(), nn.Linear(4, 3)))
