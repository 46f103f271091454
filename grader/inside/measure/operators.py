"""The ATen operators that a handed-over network may use, by exact name, and what kind each is.

Nothing that reads memory by strides (as_strided), makes shapes from values
(nonzero), calls outside code, or touches files is on the list. Operators that
torch itself takes apart (conv2d, linear, matmul, ...) never reach a tape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch

_LISTED = """
convolution.default _convolution.default addmm.default addmv.default mm.default mv.default bmm.default baddbmm.default
dot.default native_batch_norm.default _native_batch_norm_legit.default _native_batch_norm_legit.no_stats
_native_batch_norm_legit_no_training.default native_layer_norm.default native_group_norm.default
max_pool2d_with_indices.default max_pool3d_with_indices.default avg_pool2d.default avg_pool3d.default
_adaptive_avg_pool2d.default _adaptive_avg_pool3d.default adaptive_max_pool2d.default adaptive_max_pool3d.default
relu.default relu_.default leaky_relu.default leaky_relu_.default elu.default elu_.default celu.default celu_.default
gelu.default gelu_.default silu.default silu_.default mish.default mish_.default hardtanh.default hardtanh_.default
hardswish.default hardswish_.default hardsigmoid.default hardsigmoid_.default sigmoid.default sigmoid_.default
log_sigmoid_forward.default tanh.default tanh_.default softplus.default softshrink.default hardshrink.default
threshold.default threshold_.default _prelu_kernel.default glu.default rrelu_with_noise.default _softmax.default
_log_softmax.default _safe_softmax.default logsumexp.default native_dropout.default bernoulli.default bernoulli.p
bernoulli_.float bernoulli_.Tensor rand.default rand_like.default randn.default randn_like.default randint.default
randint.low randint_like.default randint_like.low_dtype randperm.default normal_.default uniform_.default
random_.default random_.from random_.to normal.Tensor_float normal.float_Tensor normal.Tensor_Tensor
normal.float_float multinomial.default exponential_.default add.Tensor add_.Tensor add.Scalar add_.Scalar sub.Tensor
sub_.Tensor sub.Scalar sub_.Scalar rsub.Tensor rsub.Scalar mul.Tensor mul_.Tensor mul.Scalar mul_.Scalar div.Tensor
div_.Tensor div.Scalar div_.Scalar div.Tensor_mode div_.Tensor_mode div.Scalar_mode div_.Scalar_mode
floor_divide.default floor_divide_.Tensor remainder.Tensor remainder.Scalar fmod.Tensor fmod.Scalar pow.Tensor_Scalar
pow.Tensor_Tensor pow.Scalar pow_.Scalar addcmul.default addcmul_.default addcdiv.default addcdiv_.default lerp.Scalar
lerp.Tensor neg.default neg_.default abs.default abs_.default exp.default exp_.default expm1.default log.default
log_.default log1p.default log2.default log10.default sqrt.default sqrt_.default rsqrt.default reciprocal.default
sin.default cos.default tan.default atan.default atan2.default erf.default floor.default ceil.default round.default
trunc.default frac.default sign.default sgn.default clamp.default clamp_.default clamp.Tensor clamp_min.default
clamp_min_.default clamp_max.default clamp_max_.default nan_to_num.default isnan.default isinf.default maximum.default
minimum.default fmax.default fmin.default eq.Tensor eq.Scalar ne.Tensor ne.Scalar lt.Tensor lt.Scalar le.Tensor
le.Scalar gt.Tensor gt.Scalar ge.Tensor ge.Scalar logical_and.default logical_or.default logical_not.default
logical_xor.default bitwise_and.Tensor bitwise_or.Tensor bitwise_not.default bitwise_xor.Tensor where.self
masked_fill.Scalar masked_fill_.Scalar masked_fill.Tensor masked_fill_.Tensor sum.default sum.dim_IntList mean.default
mean.dim var.correction var_mean.correction std.correction prod.default prod.dim_int amax.default amin.default
max.default max.dim min.default min.dim argmax.default argmin.default norm.Scalar norm.ScalarOpt_dim
linalg_vector_norm.default cumsum.default cumprod.default any.default any.dim all.default all.dim topk.default
sort.default sort.stable median.default median.dim view.default _unsafe_view.default squeeze.default squeeze.dim
squeeze.dims squeeze_.default squeeze_.dim unsqueeze.default unsqueeze_.default permute.default transpose.int
transpose_.default t.default t_.default expand.default repeat.default select.int slice.Tensor diagonal.default
unbind.int split.Tensor unsafe_split.Tensor unsafe_split_with_sizes.default split_with_sizes.default index.Tensor
index_select.default gather.default unfold.default alias.default detach.default detach_.default lift_fresh.default
lift_fresh_copy.default clone.default copy_.default copy.default _to_copy.default fill_.Scalar fill_.Tensor
zero_.default fill.Scalar select_scatter.default slice_scatter.default index_put.default index_put_.default
scatter.src scatter.value cat.default stack.default constant_pad_nd.default reflection_pad1d.default
reflection_pad2d.default reflection_pad3d.default replication_pad1d.default replication_pad2d.default
replication_pad3d.default im2col.default col2im.default roll.default flip.default tril.default triu.default
embedding.default upsample_nearest1d.default upsample_nearest2d.default _upsample_nearest_exact2d.default
upsample_linear1d.default upsample_bilinear2d.default _upsample_bilinear2d_aa.default upsample_bicubic2d.default
upsample_trilinear3d.default pixel_shuffle.default pixel_unshuffle.default channel_shuffle.default zeros.default
zeros_like.default ones.default ones_like.default full.default full_like.default scalar_tensor.default
empty.memory_format empty_like.default new_zeros.default new_ones.default new_full.default new_empty.default
arange.default arange.start arange.start_step linspace.default eye.default eye.m _weight_norm_interface.default
aminmax.default scatter_.value scatter_.src scatter_add.default scatter_add_.default index_add.default
index_add_.default clamp_min_.Tensor clamp_.Tensor clamp_min.Tensor clamp_max.Tensor logit.default rot90.default
hypot.default mse_loss.default affine_grid_generator.default grid_sampler_2d.default logical_not_.default
ceil_.default floor_.default round_.default reciprocal_.default rsqrt_.default erf_.default sin_.default cos_.default
sign_.default pow_.Tensor round.decimals tril_.default triu_.default
"""

ALLOWED = frozenset(f"aten.{name}" for name in _LISTED.split())
"""Exact names, as torch prints an operator."""

SKIPPED = frozenset(
    {
        "aten._local_scalar_dense.default",
        "aten.item.default",
        "aten.equal.default",
        "aten.is_nonzero.default",
        "aten._assert_async.msg",
        "prim.device.default",
    }
)
"""They return no tensor: what the student's process read from them is already part of the tape."""

RANDOM = frozenset(
    {
        "native_dropout", "bernoulli", "bernoulli_", "rand", "rand_like", "randn", "randn_like", "randint",
        "randint_like", "randperm", "normal_", "uniform_", "random_", "normal", "multinomial", "exponential_",
    }
)  # fmt: skip
"""Operators that draw random numbers."""

ZEROED: Mapping[str, Any] = {
    "aten.empty.memory_format": torch.ops.aten.zeros.default,
    "aten.empty_like.default": torch.ops.aten.zeros_like.default,
    "aten.new_empty.default": torch.ops.aten.new_zeros.default,
}
"""Uninitialised memory is nobody's to read: a replay zeroes it."""

RESHAPES = frozenset({"view", "_unsafe_view"})
"""Views whose legality hangs on strides, which a tape does not carry: replayed as reshape where needed."""

CONTIGUOUS = frozenset({"clone", "_to_copy"})
"""Where the memory format was given, a replay makes the result contiguous."""


@dataclass(frozen=True)
class Operator:
    """An allowed operator, resolved in this torch."""

    name: str
    """Without overload, e.g. convolution."""
    overload: Any
    parameters: tuple[str, ...]
    defaults: tuple[Any, ...]
    takes_device: bool
    writes: bool
    """True when it changes a tensor that it is given."""

    @property
    def is_random(self) -> bool:
        """True when it draws random numbers, whatever its arguments."""
        return self.name in RANDOM


def unknown_operator(full_name: str) -> Operator:
    """What stands for an operator that is not run here. Its name has a dot, as none of those that are has."""
    return Operator(f"unknown.{full_name[:100]}", None, ("tensors",), (None,), takes_device=False, writes=False)


@lru_cache(maxsize=1024)
def find_operator(full_name: str) -> Operator | None:
    """The operator of this exact name, None when it is not allowed or this torch has no such operator."""
    if full_name not in ALLOWED:
        return None
    _, packet, overload_name = full_name.split(".")
    overload = getattr(getattr(torch.ops.aten, packet, None), overload_name, None)
    if overload is None:
        return None
    zeroed = ZEROED.get(full_name)
    arguments = overload._schema.arguments
    return Operator(
        name=packet,
        overload=overload if zeroed is None else zeroed,
        parameters=tuple(argument.name for argument in arguments),
        defaults=tuple(argument.default_value if argument.has_default_value() else None for argument in arguments),
        takes_device=any(argument.name == "device" for argument in arguments),
        writes=any(argument.alias_info is not None and argument.alias_info.is_write for argument in arguments),
    )
