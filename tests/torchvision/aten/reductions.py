"""What values along axes come to: reductions, cumulative ones, norms."""

import torch


def positive(x):
    return x * x + 0.5


def cases(case):
    for name in ["amax", "amin"]:
        f = getattr(torch, name)
        case(name, lambda x, f=f: [f(x, 1), f(x, (2, 3), keepdim=True), f(x)])
    for name in ["max", "min"]:
        f = getattr(torch, name)
        case(name, lambda x, f=f: [f(x), f(x, 1)[0], f(x, -1, keepdim=True)[0]])
        case(f"{name}, positions", lambda x, f=f: f(x, 2)[1] * f(x, 2)[0])
        case(f"{name}, positions alone", lambda x, f=f: f(x, 2, keepdim=True).indices)
    case("aminmax", lambda x: [*torch.aminmax(x, dim=1), *torch.aminmax(x)])
    case("argmax, argmin", lambda x: [x.argmax(), x.argmin(), x.argmax(1), x.argmin(-1, keepdim=True)])
    case("all, any", lambda x: [(x > 0).all(), (x > 0).any(), (x > 0).all(1), (x > 0).any(2, keepdim=True), (x > 1).any((1, 2)),
                                (x > -3).all((1, 2)), x.round().all(1)])
    case("prod", lambda x: [x.prod(), x.prod(1), x.prod(-1, keepdim=True)], shape=(1, 3, 2, 2))
    case("sum, mean", lambda x: [x.sum(), x.mean(), x.sum((1, 2)), x.mean(-1, keepdim=True), x.sum(()), x.sum(dtype=torch.float64)])
    case("logsumexp", lambda x: [x.logsumexp(1), x.logsumexp((2, 3), keepdim=True)])
    case("median", lambda x: [x.median(), x.median(1)[0], x.median(-1, keepdim=True)[0]])
    case("count_nonzero", lambda x: [x.round().count_nonzero(), x.round().count_nonzero(1)])
    case("nansum", lambda x: [torch.nansum(torch.where(x > 1, x, float("nan")), 1), torch.nansum(x)])
    case("nanmean", lambda x: torch.nanmean(torch.where(x > 0, x, float("nan")), (1, 2, 3)))
    case("var, std", lambda x: [x.var(), x.std(), x.var(1), x.std((2, 3), keepdim=True), x.var(1, unbiased=False),
                                x.std(correction=0), x.var((1, 2), correction=2)])
    case("var_mean, std_mean", lambda x: [*torch.var_mean(x, 1), *torch.std_mean(x, (2, 3), correction=0), *torch.var_mean(x)])
    case("var_mean, the mean alone", lambda x: torch.var_mean(x, 1)[1])
    case("cumsum, cumprod", lambda x: [x.cumsum(1), x.cumprod(2), x.cumsum(-1, dtype=torch.float32)])
    case("cumsum of a mask", lambda x: (x > 0).cumsum(1) * x)
    case("cumsum of a mask as floats", lambda x: (x > 0).cumsum(1, dtype=torch.float32) * x)
    case("cummax, cummin", lambda x: [x.cummax(1)[0], x.cummin(2)[0]])
    case("logcumsumexp", lambda x: x.logcumsumexp(2))
    case("norms", lambda x: [x.norm(), x.norm(dim=1), x.norm(1, dim=(2, 3), keepdim=True), x.norm(p=3, dim=1),
                             x.norm(float("inf"), dim=2), x.norm(p="fro")])
    case("linalg norms", lambda x: [torch.linalg.norm(x), torch.linalg.norm(x, dim=1), torch.linalg.vector_norm(x, 1, (1, 2)),
                                    torch.linalg.norm(x, 1, dim=1), torch.linalg.matrix_norm(x), torch.linalg.vector_norm(x, 4)])
    case("normalize", lambda x: torch.nn.functional.normalize(x, dim=1))
    case("quantile", lambda x: [x.quantile(0.4), x.quantile(0.7, 1), x.quantile(0.25, -1, keepdim=True, interpolation="lower"),
                                x.quantile(0.3, 2, interpolation="midpoint")])
    case("quantile, several", lambda x, q: [x.quantile(q, 3), x.quantile(q[0], 1), x.quantile(q)], torch.tensor([0.2, 0.5, 0.9]))
    case("sort", lambda x: [x.sort(1)[0], x.sort(-1, descending=True)[0]])
    case("sort, positions", lambda x: [x.sort(2)[1] * x, x.argsort(1) * x, x.sort(stable=True, dim=2)[1] * x])
    case("topk", lambda x: [x.topk(2, 1)[0], x.topk(3, largest=False)[0], x.topk(2)[1] * x[..., :2]])
    case("of integers", lambda x, n: [n.sum() * x.sum(), n.amax(0), n.max(0)[1], n.prod(), n.float().var(), n.sort()[0], n.topk(2)[0]],
         torch.tensor([3, 1, 4, 1, 5]))
