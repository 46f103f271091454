"""What students write in forward: one function for each idiom, of a batch of 4 x 8 x 8 maps with values in 0..1."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

Idiom = Callable[[Tensor], Tensor]


def zero_a_channel(x: Tensor) -> Tensor:
    """Assigns to a slice of its own input."""
    x[:, 0] = 0
    return x


def cut_off(x: Tensor) -> Tensor:
    """Assigns through a boolean mask."""
    x[x < 0.5] = 0
    return x


def in_place_chain(x: Tensor) -> Tensor:
    """Steps that write into a view of their input."""
    half = x[:, :2]
    half.mul_(2).sub_(0.5).relu_()
    return x


def one_hot_rows(x: Tensor) -> Tensor:
    """Integers from values, and one-hot rows from them."""
    return F.one_hot((x[:, 0, 0] * 2).long().clamp(0, 2), 3).float()


SHAPES: Mapping[str, Idiom] = {
    "view": lambda x: x.view(x.size(0), -1),
    "view_first": lambda x: x.view(-1, 4 * 8 * 8),
    "reshape_transposed": lambda x: x.transpose(1, 3).reshape(x.size(0), -1),
    "contiguous": lambda x: x.permute(0, 2, 3, 1).contiguous().view(x.size(0), -1),
    "channels_last": lambda x: x.to(memory_format=torch.channels_last).permute(0, 2, 3, 1).view(x.size(0), -1) + 1,
    "squeeze": lambda x: x.mean((2, 3), keepdim=True).squeeze(-1).squeeze(-1),
    "index_list": lambda x: x[:, [0, 2]],
    "steps": lambda x: x[:, :, ::2, 1:],
    "flip": lambda x: torch.flip(x, [3]),
    "roll": lambda x: torch.roll(x, 1, 2),
    "chunk": lambda x: torch.cat(x.chunk(2, 1), 3),
    "split": lambda x: torch.cat(x.split([1, 3], 1)[::-1], 1),
    "unbind": lambda x: x.unbind(1)[2],
    "stack": lambda x: torch.stack([x, x], 1),
    "repeat": lambda x: x.repeat(1, 2, 1, 1),
    "repeat_interleave": lambda x: x.repeat_interleave(2, 1),
    "expand": lambda x: x[:, :1].expand(-1, 3, -1, -1),
    "pad": lambda x: F.pad(x, (1, 1, 1, 1)),
    "pad_reflect": lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"),
    "pad_circular": lambda x: F.pad(x, (1, 1, 1, 1), mode="circular"),
    "unfold": lambda x: F.unfold(x, 3),
    "pixel_shuffle": lambda x: F.pixel_shuffle(x, 2),
    "interpolate": lambda x: F.interpolate(x, scale_factor=2, mode="bilinear"),
    "interpolate_nearest": lambda x: F.interpolate(x, (16, 16)),
    "zeros_beside": lambda x: torch.cat([x, torch.zeros(x.size(0), 1, 8, 8)], 1),
    "positions": lambda x: x + torch.arange(8) / 8,
    "gather": lambda x: torch.gather(x, 1, torch.zeros_like(x).long()),
    "scatter": lambda x: torch.zeros(x.size(0), 10).scatter_(1, torch.ones(x.size(0), 1).long(), 1),
}

VALUES: Mapping[str, Idiom] = {
    "normalise": lambda x: (x - 0.1307) / 0.3081,
    "power": lambda x: x**2,
    "square_root": lambda x: torch.sqrt(x + 1e-5),
    "floor_divide": lambda x: x // 0.3,
    "mask": lambda x: x * (x > 0.5).float(),
    "masked_fill": lambda x: x.masked_fill(x < 0.5, 0),
    "where": lambda x: torch.where(x > 0.5, x, 0.1 * x),
    "clamp": lambda x: x.clamp(min=0.2, max=0.8),
    "double": lambda x: x.double().sin().float(),
    "half": lambda x: x.half().float(),
    "scaled": lambda x: x * 3.0,
    "list_constant": lambda x: x * torch.tensor([1.0, 2.0, 3.0, 4.0]).view(1, 4, 1, 1),
    "data": lambda x: x.data * 2,
    "detach": lambda x: x.detach() * 2,
    "gate": lambda x: x * torch.sigmoid(x.mean((2, 3), keepdim=True)),
    "maximum": lambda x: torch.max(x, 1 - x),
    "standard_deviation": lambda x: x.std(dim=(2, 3)),
    "variance": lambda x: x.var(1, unbiased=False),
    "normalised": lambda x: F.normalize(x),
    "softmax": lambda x: F.softmax(x, 1),
    "log_softmax": lambda x: F.log_softmax(x, dim=1),
    "logsumexp": lambda x: x.logsumexp(1),
    "topk": lambda x: x.flatten(1).topk(3)[0],
    "sort": lambda x: x.sort(1)[0],
    "cumulative": lambda x: x.cumsum(1),
    "cosine": lambda x: F.cosine_similarity(x, 1 - x),
    "zero_a_channel": zero_a_channel,
    "cut_off": cut_off,
    "in_place_chain": in_place_chain,
    "one_hot": one_hot_rows,
    "copy": lambda x: torch.empty_like(x).copy_(x),
    "full": lambda x: torch.full_like(x, 2.0) * x,
}

LAYERS: Mapping[str, Idiom] = {
    "relu": lambda x: F.relu(x, inplace=True),
    "leaky_relu": lambda x: F.leaky_relu(x - 0.5, 0.1),
    "elu": F.elu,
    "gelu": F.gelu,
    "gelu_tanh": lambda x: F.gelu(x, approximate="tanh"),
    "silu": F.silu,
    "mish": F.mish,
    "hardswish": F.hardswish,
    "relu6": F.relu6,
    "softplus": F.softplus,
    "prelu": lambda x: F.prelu(x - 0.5, torch.tensor([0.25])),
    "rrelu": lambda x: F.rrelu(x - 0.5),
    "glu": lambda x: F.glu(x, 1),
    "max_pool": lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True),
    "average_pool": lambda x: F.avg_pool2d(x, 2, ceil_mode=True),
    "global_pool": lambda x: F.adaptive_avg_pool2d(x, 1).view(x.size(0), -1),
    "adaptive_pool": lambda x: F.adaptive_avg_pool2d(x, 3),
    "adaptive_max": lambda x: F.adaptive_max_pool2d(x, 2),
    "pool_1d": lambda x: F.max_pool1d(x.flatten(2), 2),
    "batch_norm": lambda x: F.batch_norm(x, torch.zeros(4), torch.ones(4)),
    "batch_statistics": lambda x: F.batch_norm(x, None, None, training=True),
    "instance_norm": F.instance_norm,
    "group_norm": lambda x: F.group_norm(x, 2),
    "layer_norm": lambda x: F.layer_norm(x, (8,)),
    "rms_norm": lambda x: F.rms_norm(x, (8,)),
    "local_response": lambda x: F.local_response_norm(x, 5),
    "convolution": lambda x: F.conv2d(x, torch.ones(2, 4, 3, 3), padding="same"),
    "grouped": lambda x: F.conv2d(x, torch.ones(4, 1, 3, 3), groups=4),
    "dilated": lambda x: F.conv2d(x, torch.ones(2, 4, 3, 3), dilation=2),
    "transposed": lambda x: F.conv_transpose2d(x, torch.ones(4, 2, 3, 3), stride=2, groups=2),
    "one_dimensional": lambda x: F.conv1d(x.flatten(2), torch.ones(2, 4, 3)),
    "three_dimensional": lambda x: F.conv3d(x[:, None], torch.ones(2, 1, 3, 3, 3)),
    "linear": lambda x: F.linear(x, torch.ones(3, 8), torch.ones(3)),
    "einsum": lambda x: torch.einsum("bchw,bdhw->bcd", x, x),
    "matmul": lambda x: x @ x.transpose(2, 3),
    "attention": lambda x: F.scaled_dot_product_attention(x, x, x),
    "embedding": lambda x: F.embedding((x[:, 0] * 2).long(), torch.arange(12.0).view(3, 4)),
    "sampled": lambda x: F.grid_sample(
        x, F.affine_grid(torch.eye(2, 3).expand(x.size(0), 2, 3), list(x.shape), align_corners=False),
        align_corners=False,
    ),
}  # fmt: skip
