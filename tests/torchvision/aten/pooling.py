"""Pooling over one, two and three axes."""

import torch
import torch.nn.functional as F
from torch import nn


def cases(case):
    row = lambda x: x.reshape(1, 3, 20)
    block = lambda x: x.reshape(1, 3, 2, 2, 5)

    case("max_pool1d", lambda x: F.max_pool1d(row(x), 3, 2, 1, 2, True))
    case("max_pool1d of neighbours", lambda x: F.max_pool1d(row(x), 2))
    case("max_pool1d with indices", lambda x: F.max_pool1d(row(x), 2, return_indices=True)[0])
    case("max_pool2d", lambda x: F.max_pool2d(x, 3, 2, 1, 1, True))
    case("max_pool2d dilated", lambda x: F.max_pool2d(x, (2, 3), 1, (1, 0), (2, 1)))
    case("max_pool2d with indices", lambda x: F.max_pool2d(x, 2, return_indices=True)[0])
    case("max_pool3d", lambda x: F.max_pool3d(block(x), (2, 2, 3), (1, 1, 2), (1, 0, 1), 1, True))
    case("max_pool3d with indices", lambda x: F.max_pool3d(block(x), 2, return_indices=True)[0])
    case("avg_pool1d", lambda x: F.avg_pool1d(row(x), 3, 2, 1, True, False))
    case("avg_pool1d of neighbours", lambda x: F.avg_pool1d(row(x), 2))
    case("avg_pool2d", lambda x: F.avg_pool2d(x, (2, 3), (2, 1), (1, 0), True, False))
    case("avg_pool2d with its own divisor", lambda x: F.avg_pool2d(x, 2, 2, divisor_override=3))
    case("avg_pool3d", lambda x: F.avg_pool3d(block(x), 2, 1, 1, True, False))
    case("avg_pool3d with its own divisor", lambda x: F.avg_pool3d(block(x), 2, divisor_override=3))
    case("adaptive_avg_pool1d", lambda x: [F.adaptive_avg_pool1d(row(x), n) for n in (1, 7, 30)])
    case("adaptive_avg_pool2d", lambda x: [F.adaptive_avg_pool2d(x, n) for n in (1, (3, 2), (None, 7))])
    case("adaptive_avg_pool3d", lambda x: [F.adaptive_avg_pool3d(block(x), n) for n in (1, (1, 2, 3), (3, 2, 7))])
    case("adaptive_max_pool1d", lambda x: [F.adaptive_max_pool1d(row(x), n) for n in (1, 7)])
    case("adaptive_max_pool2d", lambda x: [F.adaptive_max_pool2d(x, n) for n in (1, (3, 2))])
    case("adaptive_max_pool3d", lambda x: [F.adaptive_max_pool3d(block(x), n) for n in (1, (1, 2, 3))])
    case("lp_pool1d", lambda x: F.lp_pool1d(row(x), 2, 3, 2))
    case("lp_pool2d", lambda x: [F.lp_pool2d(x, 2, (2, 3), (1, 2)), F.lp_pool2d(x.abs(), 3, 2, ceil_mode=True)])
    case("lp_pool3d", lambda x: F.lp_pool3d(block(x).abs(), 1.5, 2))
    case("local_response_norm", nn.LocalResponseNorm(2))
    case("local_response_norm of a row", lambda x: F.local_response_norm(row(x), 3))
