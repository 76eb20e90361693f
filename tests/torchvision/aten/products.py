"""Products of matrices and vectors, distances, and what matrices come to."""

import torch
import torch.nn.functional as F
from torch import nn


def some(*shape):
    count = torch.arange(torch.Size(shape).numel())
    return ((count * 29 % 47 - 20) / 16).float().reshape(shape)


def cases(case):
    w, v, c = some(5, 3), some(5), some(3)
    case("matmul, mm, bmm, mv, dot, outer", lambda x, w, v: [x @ w, x[0, 0] @ w, torch.bmm(x[0], w.expand(3, 5, 3)), torch.mv(x[0, 0], v),
                                                             torch.dot(x[0, 0, 0], v), torch.outer(x[0, 0, 0], v), x @ v], w, v)
    case("addmm, addmv, baddbmm", lambda x, w, v, c: [torch.addmm(c, x[0, 0], w), torch.addmm(c, x[0, 0], w, beta=0.5, alpha=2),
                                                      torch.addmv(c, w.T, v) * x.mean(), torch.addmv(x[0, 0, :, 0], x[0, 1], v, alpha=0.3),
                                                      torch.baddbmm(c, x[0], w.expand(3, 5, 3), beta=0.3, alpha=2),
                                                      torch.baddbmm(c, x[0], w.expand(3, 5, 3), beta=0)], w, v, c)
    case("tensordot", lambda x, w: [torch.tensordot(x, w, ([3], [0])), torch.tensordot(x, x, ([1, 2], [1, 2]))], w)
    case("einsum", lambda x, w: [torch.einsum("bchw,wd->bdhc", x, w), torch.einsum("bchw,bdhw->bcd", x, x)], w)
    case("inner, vecdot", lambda x, v: [torch.inner(x, v), torch.linalg.vecdot(x, v)], v)
    case("vdot", lambda x, v: [torch.vdot(x[0, 0, 0], v), torch.vdot(v, v)], v)
    case("_weight_norm", lambda x, v, g: [x @ torch._weight_norm(v, g, 0), torch._weight_norm(x, x.mean((0, 2, 3), keepdim=True), 1),
                                          torch._weight_norm(x, x.mean(), -1)], some(5, 3), some(5, 1))
    case("weight_norm", nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3)), shape=(1, 3, 6, 5))
    case("spectral_norm", nn.utils.parametrizations.spectral_norm(nn.Conv2d(3, 4, 3)), shape=(1, 3, 6, 5))
    case("cross", lambda x, c: [torch.linalg.cross(x, x.flip(1) * 2, dim=1), torch.cross(x, x.flip(2), dim=1)], c)
    case("kron", lambda x, w: torch.kron(x[0, 0], w), w)
    case("cdist", lambda x, w: [torch.cdist(x[0], w.T), torch.cdist(x, w.T + 0.1, p=1.0), torch.cdist(x[0], w.T, p=3.0)], w)
    case("pdist", lambda x: [torch.pdist(x.reshape(6, 10)), torch.pdist(x.reshape(3, 20), p=1.0)])
    case("cosine_similarity", lambda x, v: [F.cosine_similarity(x, x.flip(1) + 1), F.cosine_similarity(x, v, dim=-1)], v)
    case("pairwise_distance", lambda x, v: [F.pairwise_distance(x, v), F.pairwise_distance(x, v, p=1.0, keepdim=True)], v)
    case("normalize", lambda x: [F.normalize(x), F.normalize(x, p=1.0, dim=2)])
    case("rms_norm", lambda x, v: [F.rms_norm(x, (5,)), F.rms_norm(x, (4, 5), eps=0.1), F.rms_norm(x, (5,), v, 1e-3)], v)
    case("RMSNorm", nn.RMSNorm(5))
    case("bilinear", lambda x, w: F.bilinear(x, x.flip(1), w), some(2, 5, 5))
    case("inverse, determinant", lambda x, e: [torch.linalg.inv(x[..., :4] + e), torch.linalg.det(x[..., :4] + e), torch.inverse(x[0, 0, :, :4] + e)],
         torch.eye(4) * 9, core=False)  # It takes a token, which orders side effects.
    case("attention", lambda x: [F.scaled_dot_product_attention(x, x * 0.3, x + 1), F.scaled_dot_product_attention(x, x, x, is_causal=True, scale=0.2)])
    case("attention, a mask", lambda x, m: F.scaled_dot_product_attention(x, x * 0.3, x + 1, m), torch.ones(4, 4).tril().bool())
    case("linear", nn.Linear(5, 3))
