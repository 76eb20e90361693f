"""Recurrent layers, attention as it is lowered, Fourier transforms and complex numbers, and normalisations."""

import torch
import torch.nn.functional as F
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel


class Rows(nn.Module):
    """Reads a picture row by row."""

    def __init__(self, kind, **options):
        super().__init__()
        self.layer = kind(15, 6, **options)
        with torch.no_grad():
            for parameter in self.layer.parameters():
                parameter.mul_(2)

    def forward(self, x):
        rows = x.permute(0, 2, 1, 3).flatten(2)
        made, state = self.layer(rows if self.layer.batch_first else rows.transpose(0, 1))
        return [made, *(state if isinstance(state, tuple) else [state])]


class Steps(Rows):
    """Reads a picture row by row, each in a step of its own."""

    def forward(self, x):
        state = None
        for row in x.permute(2, 0, 1, 3).flatten(2):
            state = self.layer(row, state)
        return list(state) if isinstance(state, tuple) else [state]


class GlobalFilter(nn.Module):
    """As GFNet mixes its tokens."""

    def __init__(self):
        super().__init__()
        self.complex_weight = nn.Parameter(torch.randn(4, 3, 3, 2))

    def forward(self, x):
        x = x.permute(0, 2, 3, 1)
        mixed = torch.fft.rfft2(x, dim=(1, 2), norm="ortho") * torch.view_as_complex(self.complex_weight)
        return torch.fft.irfft2(mixed, s=(4, 5), dim=(1, 2), norm="ortho")


class Fourier(nn.Module):
    """As FNet does."""

    def forward(self, x):
        return torch.fft.fft2(x.flatten(2).transpose(1, 2)).real


def cases(case):
    case("lstm", Rows(nn.LSTM))
    case("lstm of two layers, both ways", Rows(nn.LSTM, num_layers=2, bidirectional=True, batch_first=True))
    case("lstm without biases", Rows(nn.LSTM, bias=False))
    case("lstm with a projection", Rows(nn.LSTM, proj_size=4, batch_first=True))
    case("gru", Rows(nn.GRU, batch_first=True))
    case("gru of two layers, both ways", Rows(nn.GRU, num_layers=2, bidirectional=True))
    case("rnn_tanh", Rows(nn.RNN, num_layers=2, batch_first=True))
    case("lstm_cell", Steps(nn.LSTMCell))
    case("lstm_cell without biases", Steps(nn.LSTMCell, bias=False))
    case("gru_cell", Steps(nn.GRUCell))
    case("rnn_tanh_cell", Steps(nn.RNNCell))

    case("a global filter", GlobalFilter())
    case("a Fourier layer", Fourier())
    case("fft", lambda x: [torch.view_as_real(torch.fft.fft(x)), torch.view_as_real(torch.fft.fft(x, 7, 2, "ortho"))])
    case("ifft", lambda x: [torch.view_as_real(torch.fft.ifft(x, norm="forward").resolve_conj()), torch.fft.ifft2(x).imag])
    case("rfft", lambda x: [torch.view_as_real(torch.fft.rfft(x, 4)), torch.view_as_real(torch.fft.rfft(x, dim=1))])
    case("irfft", lambda x: [torch.fft.irfft(torch.fft.rfft(x) * torch.complex(x, x)[..., :3], 5), torch.fft.irfft(x.to(torch.complex64))])
    case("fftn", lambda x: [torch.fft.fftn(x).real, torch.fft.fftn(x, (2, 3)).imag, torch.fft.ifftn(x, dim=(1, 3)).real])
    case("rfftn", lambda x: [torch.fft.rfftn(x, norm="ortho").real, torch.fft.irfftn(torch.fft.rfftn(x, dim=(1, 2)), (3, 4), (1, 2))])
    case("fft_shift", lambda x: [torch.fft.fftshift(torch.fft.fft2(x)).real, torch.fft.ifftshift(x)])
    case("complex", lambda x: [torch.view_as_real(torch.complex(x, x * 2)), torch.complex(x, x * x).imag])
    case("view_as_complex", lambda x: torch.view_as_real(
        torch.view_as_complex(x[..., :4].contiguous().reshape(1, 3, 4, 2, 2)) * torch.complex(x, x + 1)[..., :2]))
    case("conj", lambda x: torch.view_as_real(torch.fft.fft(x).conj().resolve_conj() * torch.fft.fft(x)))
    case("complex values read twice", lambda x: (lambda y: [(y * y).real, torch.relu(y.real) + y.imag])(torch.fft.fft2(x)))

    def attention(x, mask=None, **options):
        q = x.reshape(1, 3, 4, 5)
        return F.scaled_dot_product_attention(q, q * 2, q + 1, mask, **options)

    aten = torch.ops.aten
    mask = torch.linspace(-1, 1, 16).reshape(1, 1, 4, 4)
    case("attention", lambda x, m: [attention(x), attention(x, m), attention(x, is_causal=True, scale=0.3)], mask)
    case("attention for a CPU", lambda x, m: [
        aten._scaled_dot_product_flash_attention_for_cpu(x, x * 2, x + 1)[0],
        aten._scaled_dot_product_flash_attention_for_cpu(x, x * 2, x + 1, 0.0, True, scale=0.3)[0],
        aten._scaled_dot_product_flash_attention_for_cpu(x, x * 2, x + 1, attn_mask=m)[0]], mask)
    case("attention, math", lambda x, m: aten._scaled_dot_product_attention_math(x, x * 2, x + 1, m)[0], mask)
    case("multi-head attention", Heads())
    case("an encoder layer", Encoder())
    case("an encoder layer with GELU", Encoder(activation="gelu", norm_first=True))

    for count in [1, 2, 3]:
        shape = {1: (1, 3, 20), 2: (1, 3, 4, 5), 3: (1, 3, 2, 2, 5)}[count]
        norms = [getattr(nn, f"{kind}Norm{count}d") for kind in ["Batch", "Instance"]]
        case(f"batch norm over {count} axes", lively(nn.Sequential(nn.Flatten(2), nn.Unflatten(2, shape[2:]), norms[0](3))))
        case(f"batch norm over {count} axes without statistics", nn.Sequential(
            nn.Flatten(2), nn.Unflatten(2, shape[2:]), norms[0](3, track_running_stats=False)))
        case(f"instance norm over {count} axes", lively(nn.Sequential(
            nn.Flatten(2), nn.Unflatten(2, shape[2:]), norms[1](3, affine=count > 1))))
        case(f"instance norm over {count} axes with statistics", lively(nn.Sequential(
            nn.Flatten(2), nn.Unflatten(2, shape[2:]), norms[1](3, affine=True, track_running_stats=True))))
    mean, variance, scale, shift = torch.tensor([[0.5, -1, 0.2], [0.3, 2, 1], [1, 0.5, -2], [0, 1, -1]]).unbind()
    case("_native_batch_norm_legit", lambda x, w, b, m, v: [
        aten._native_batch_norm_legit(x, w, b, m, v, False, 0.1, 1e-3)[0],
        aten._native_batch_norm_legit.no_stats(x, w, b, True, 0.1, 1e-3)[0]], scale, shift, mean, variance,
        core=False)  # It updates its statistics.
    case("rms_norm", lambda x, w: [F.rms_norm(x, (5,)), F.rms_norm(x, (4, 5), w, 1e-3)], torch.linspace(-1, 1, 20).reshape(4, 5))
    case("_batch_norm_no_update", lambda x, w, b, m, v: aten._batch_norm_no_update(x, w, b, m, v, 0.1, 1e-3)[0],
         scale, shift, mean, variance)


class Heads(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.MultiheadAttention(4, 2, batch_first=True)

    def forward(self, x):
        x = x.reshape(1, 15, 4)
        return [self.layer(x, x, x, need_weights=False)[0], *self.layer(x, x, x)]


class Encoder(nn.Module):
    def __init__(self, **options):
        super().__init__()
        self.layer = nn.TransformerEncoderLayer(4, 2, 8, batch_first=True, **options)

    def forward(self, x):
        return self.layer(x.reshape(1, 15, 4))


def lively(module):
    for name, value in module.named_buffers():
        if name.endswith(("mean", "var")):
            value.copy_(torch.linspace(0.3, 2, value.numel()))
    for value in module.parameters():
        value.data.copy_(torch.linspace(-1, 2, value.numel()))
    return module
