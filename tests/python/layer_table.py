"""The table of layers: how each is added to a network, with which properties TensorRT adds it, and
what they can be set to. One row a layer, so it is one piece."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from layer_networks import constant

import trtlike as trt

ones = np.ones


def add_input(n, *shape, dtype=trt.float32):
    return n.add_input(f"x{n.num_inputs}", dtype, shape)


def add_integers(n, *shape):
    return add_input(n, *shape, dtype=trt.int32)


def add_image(n):
    return add_input(n, 1, 2, 6, 6)


def _attention(n):
    q = add_input(n, 1, 2, 3, 4)
    return n.add_attention(q, q, q, trt.AttentionNormalizationOp.SOFTMAX, False)


def _loop_layer(n, which):
    loop = n.add_loop()
    loop.add_trip_limit(constant(n, 3, np.int32), trt.TripLimit.COUNT)
    if which == "iterator":
        return loop.add_iterator(add_input(n, 3, 4))
    recurrence = loop.add_recurrence(add_input(n, 4))
    step = n.add_identity(recurrence.get_output(0))
    recurrence.set_input(1, step.get_output(0))
    return loop.add_loop_output(step.get_output(0), trt.LoopOutput.CONCATENATE)


class Row:
    """A layer: how it is added, what its properties are then, and what they can be set to."""

    def __init__(
        self, add: Callable[..., Any], defaults: dict[str, Any], settable: dict[str, Any]
    ) -> None:
        self.add, self.defaults, self.settable = add, defaults, settable


T = trt
CONVOLUTION = {
    "num_output_maps": 2,
    "num_groups": 1,
    "kernel_size_nd": (3, 3),
    "stride_nd": (1, 1),
    "pre_padding": (0, 0),
    "post_padding": (0, 0),
    "padding_nd": (0, 0),
    "dilation_nd": (1, 1),
    "padding_mode": T.PaddingMode.EXPLICIT_ROUND_DOWN,
    # The names of 8.x.
    "kernel_size": (3, 3),
    "stride": (1, 1),
    "padding": (0, 0),
}
CONVOLUTION_SET = {
    "stride_nd": (2, 1),
    "stride": (1, 2),
    "pre_padding": (1, 0),
    "post_padding": (0, 1),
    "padding_nd": (1, 1),
    "padding": (2, 2),
    "dilation_nd": (1, 2),
    "padding_mode": T.PaddingMode.SAME_UPPER,
}
ROWS = {
    "activation": Row(
        lambda n: n.add_activation(add_image(n), T.ActivationType.RELU),
        {"type": T.ActivationType.RELU},
        {"type": T.ActivationType.CLIP, "alpha": -1.5, "beta": 2.5},
    ),
    "assertion": Row(
        lambda n: n.add_assertion(add_input(n, 2, dtype=T.bool), "equal widths"),
        {"message": "equal widths", "num_outputs": 0},
        {"message": "other"},
    ),
    "attention": Row(
        _attention,
        {
            "norm_op": T.AttentionNormalizationOp.SOFTMAX,
            "causal": False,
            "decomposable": False,
            "mask": None,
            "normalization_quantize_scale": None,
            "normalization_quantize_to_type": T.float32,
            "num_inputs": 3,
            "num_outputs": 1,
            "metadata": "",
        },
        {
            "norm_op": T.AttentionNormalizationOp.NONE,
            "causal": True,
            "decomposable": True,
            "normalization_quantize_to_type": T.int8,
            "name": "heads",
            "metadata": "text",
        },
    ),
    "cast": Row(
        lambda n: n.add_cast(add_image(n), T.float16), {"to_type": T.float16}, {"to_type": T.int32}
    ),
    "concatenation": Row(
        lambda n: n.add_concatenation([add_image(n), add_image(n)]), {"axis": 1}, {"axis": 3}
    ),
    "concatenation of lists": Row(
        lambda n: n.add_concatenation([add_input(n, 2), add_input(n, 3)]), {"axis": 0}, {}
    ),
    "constant": Row(
        lambda n: n.add_constant((2, 3), ones((2, 3), np.float32)),
        {"shape": (2, 3)},
        {"shape": (3, 2)},
    ),
    "convolution": Row(
        lambda n: n.add_convolution_nd(add_image(n), 2, (3, 3), ones((2, 2, 3, 3), np.float32)),
        CONVOLUTION | {"dilation": (1, 1)},
        CONVOLUTION_SET | {"dilation": (2, 1)},
    ),
    "deconvolution": Row(
        lambda n: n.add_deconvolution_nd(add_image(n), 2, (3, 3), ones((2, 2, 3, 3), np.float32)),
        CONVOLUTION,
        CONVOLUTION_SET,
    ),
    "cumulative": Row(
        lambda n: n.add_cumulative(
            add_image(n), constant(n, 1, np.int32), T.CumulativeOperation.SUM, False, True
        ),
        {"op": T.CumulativeOperation.SUM, "exclusive": False, "reverse": True},
        {"exclusive": True, "reverse": False},
    ),
    "dequantize": Row(
        lambda n: n.add_dequantize(add_input(n, 4, 8, dtype=T.int8), constant(n, 0.5)),
        {"axis": -1, "to_type": T.float32, "block_shape": ()},
        {"axis": 0, "to_type": T.float16},
    ),
    "dynamic quantize": Row(
        lambda n: n.add_dynamic_quantize(add_input(n, 4, 32), 1, 16, T.fp4, T.fp8),
        {"axis": 1, "block_size": 16, "block_shape": (), "to_type": T.fp4, "scale_type": T.fp8},
        {
            "axis": -1,
            "block_size": 32,
            "block_shape": (2, 8),
            "to_type": T.fp8,
            "scale_type": T.DataType.E8M0,
        },
    ),
    "dynamic quantize v2": Row(
        lambda n: n.add_dynamic_quantize_v2(add_input(n, 4, 32), (1, 16), T.fp4, T.fp8),
        {"block_shape": (1, 16), "to_type": T.fp4, "scale_type": T.fp8},
        {"block_shape": (4, 32)},
    ),
    "einsum": Row(
        lambda n: n.add_einsum([add_input(n, 2, 3)], "ij->ji"),
        {"equation": "ij->ji"},
        {"equation": "ij->j"},
    ),
    "elementwise": Row(
        lambda n: n.add_elementwise(add_image(n), add_image(n), T.ElementWiseOperation.SUM),
        {"op": T.ElementWiseOperation.SUM},
        {"op": T.ElementWiseOperation.POW},
    ),
    "fill": Row(
        lambda n: n.add_fill((4,), T.FillOperation.LINSPACE),
        {
            "shape": (4,),
            "operation": T.FillOperation.LINSPACE,
            "alpha": 0.0,
            "beta": 1.0,
            "to_type": T.float32,
        },
        {
            "shape": (5,),
            "alpha": 2.5,
            "beta": -1.0,
            "to_type": T.int32,
            "operation": T.FillOperation.LINSPACE,
        },
    ),
    "random fill": Row(
        lambda n: n.add_fill((4, 2), T.FillOperation.RANDOM_UNIFORM),
        {"alpha": 0.0, "beta": 1.0},
        {"alpha": -1.0, "beta": 3.0, "operation": T.FillOperation.RANDOM_NORMAL},
    ),
    "gather": Row(
        lambda n: n.add_gather(add_image(n), add_integers(n, 2), 2),
        {"axis": 2, "mode": T.GatherMode.DEFAULT, "num_elementwise_dims": 0},
        {"axis": 1},
    ),
    "gather v2": Row(
        lambda n: n.add_gather_v2(add_input(n, 3, 4), add_integers(n, 3, 4), T.GatherMode.ELEMENT),
        {"axis": 0, "mode": T.GatherMode.ELEMENT, "num_elementwise_dims": 0},
        {"axis": 1, "mode": T.GatherMode.DEFAULT, "num_elementwise_dims": 1},
    ),
    "grid sample": Row(
        lambda n: n.add_grid_sample(add_image(n), add_input(n, 1, 2, 2, 2)),
        {
            "interpolation_mode": T.InterpolationMode.LINEAR,
            "align_corners": False,
            "sample_mode": T.SampleMode.FILL,
        },
        {
            "interpolation_mode": T.InterpolationMode.NEAREST,
            "align_corners": True,
            "sample_mode": T.SampleMode.CLAMP,
        },
    ),
    "iterator": Row(
        lambda n: _loop_layer(n, "iterator"),
        {"axis": 0, "reverse": False},
        {"axis": 1, "reverse": True},
    ),
    "loop output": Row(
        lambda n: _loop_layer(n, "output"),
        {"axis": 0, "kind": T.LoopOutput.CONCATENATE},
        {"axis": 1},
    ),
    "kv cache update": Row(
        lambda n: n.add_kv_cache_update(
            add_input(n, 1, 2, 8, 4),
            add_input(n, 1, 2, 1, 4),
            add_integers(n, 1),
            T.KVCacheMode.LINEAR,
        ),
        {"cache_mode": T.KVCacheMode.LINEAR},
        {"cache_mode": T.KVCacheMode.LINEAR},
    ),
    "lrn": Row(
        lambda n: n.add_lrn(add_image(n), 3, 0.5, 0.75, 2.0),
        {"window_size": 3, "alpha": 0.5, "beta": 0.75, "k": 2.0},
        {"window_size": 5, "alpha": 0.25, "beta": 0.5, "k": 1.0},
    ),
    "matrix multiply": Row(
        lambda n: n.add_matrix_multiply(
            add_input(n, 2, 3),
            T.MatrixOperation.NONE,
            add_input(n, 2, 3),
            T.MatrixOperation.TRANSPOSE,
        ),
        {"op0": T.MatrixOperation.NONE, "op1": T.MatrixOperation.TRANSPOSE},
        {"op0": T.MatrixOperation.TRANSPOSE, "op1": T.MatrixOperation.NONE},
    ),
    "moe": Row(
        lambda n: n.add_moe(add_input(n, 1, 2, 4), add_integers(n, 1, 2, 2), add_input(n, 1, 2, 2)),
        {
            "quantization_to_type": T.float32,
            "swiglu_param_limit": math.inf,
            "swiglu_param_alpha": 1.0,
            "swiglu_param_beta": 0.0,
        },
        {
            "activation_type": T.MoEActType.SILU,
            "quantization_to_type": T.fp8,
            "quantization_block_shape": (1, 1, 16),
            "dyn_q_output_scale_type": T.fp8,
            "swiglu_param_limit": 7.0,
            "swiglu_param_alpha": 1.5,
            "swiglu_param_beta": 1.0,
        },
    ),
    "nms": Row(
        lambda n: n.add_nms(add_input(n, 1, 9, 4), add_input(n, 1, 9, 2), add_integers(n)),
        {
            "bounding_box_format": T.BoundingBoxFormat.CORNER_PAIRS,
            "topk_box_limit": 5000,
            "indices_type": T.int32,
            "num_outputs": 2,
        },
        {
            "bounding_box_format": T.BoundingBoxFormat.CENTER_SIZES,
            "topk_box_limit": 100,
            "indices_type": T.int64,
        },
    ),
    "non zero": Row(
        lambda n: n.add_non_zero(add_image(n)), {"indices_type": T.int32}, {"indices_type": T.int64}
    ),
    "normalization": Row(
        lambda n: n.add_normalization(
            add_image(n), add_input(n, 1, 1, 6, 6), add_input(n, 1, 1, 6, 6), 12
        ),
        {
            "epsilon": pytest.approx(1e-5),
            "axes": 12,
            "num_groups": 1,
            "compute_precision": T.float32,
            "is_v2": False,
        },
        {"epsilon": 0.5, "axes": 8, "num_groups": 2, "compute_precision": T.float16},
    ),
    "normalization v2": Row(
        lambda n: n.add_normalization_v2(
            add_image(n), add_input(n, 1, 2, 1, 1), add_input(n, 1, 2, 1, 1), 12
        ),
        {"is_v2": True, "num_groups": 1},
        {"num_groups": 2},
    ),
    "one hot": Row(
        lambda n: n.add_one_hot(add_integers(n, 3), add_input(n, 2), constant(n, 4, np.int32), -1),
        {"axis": -1},
        {"axis": 0},
    ),
    "padding": Row(
        lambda n: n.add_padding_nd(add_image(n), (1, 2), (3, 4)),
        {
            "pre_padding_nd": (1, 2),
            "post_padding_nd": (3, 4),
            "pre_padding": (1, 2),
            "post_padding": (3, 4),
        },
        {
            "pre_padding_nd": (0, 1),
            "post_padding_nd": (-1, 0),
            "pre_padding": (2, 2),
            "post_padding": (1, 1),
        },
    ),
    "pooling": Row(
        lambda n: n.add_pooling_nd(add_image(n), T.PoolingType.AVERAGE, (2, 3)),
        {
            "type": T.PoolingType.AVERAGE,
            "window_size_nd": (2, 3),
            "stride_nd": (1, 1),
            "pre_padding": (0, 0),
            "post_padding": (0, 0),
            "padding_nd": (0, 0),
            "padding_mode": T.PaddingMode.EXPLICIT_ROUND_DOWN,
            "blend_factor": 0.0,
            "average_count_excludes_padding": True,
            "window_size": (2, 3),
            "stride": (1, 1),
            "padding": (0, 0),
        },
        {
            "type": T.PoolingType.MAX_AVERAGE_BLEND,
            "window_size_nd": (2, 2),
            "stride_nd": (2, 1),
            "padding_nd": (1, 1),
            "padding_mode": T.PaddingMode.EXPLICIT_ROUND_UP,
            "blend_factor": 0.25,
            "average_count_excludes_padding": False,
            "window_size": (3, 3),
            "stride": (1, 1),
            "padding": (0, 1),
        },
    ),
    "quantize": Row(
        lambda n: n.add_quantize(add_input(n, 4, 8), constant(n, 0.5)),
        {"axis": -1, "to_type": T.int8, "block_shape": ()},
        {"axis": 0, "to_type": T.fp8},
    ),
    "reduce": Row(
        lambda n: n.add_reduce(add_image(n), T.ReduceOperation.SUM, 4, False),
        {"op": T.ReduceOperation.SUM, "axes": 4, "keep_dims": False},
        {"op": T.ReduceOperation.AVG, "axes": 2, "keep_dims": True},
    ),
    "resize": Row(
        lambda n: n.add_resize(add_image(n)),
        {
            "resize_mode": T.InterpolationMode.NEAREST,
            "coordinate_transformation": T.ResizeCoordinateTransformation.ASYMMETRIC,
            "selector_for_single_pixel": T.ResizeSelector.FORMULA,
            "nearest_rounding": T.ResizeRoundMode.FLOOR,
            "exclude_outside": False,
            "cubic_coeff": -0.75,
        },
        {
            "resize_mode": T.InterpolationMode.CUBIC,
            "shape": (1, 2, 3, 12),
            "coordinate_transformation": T.ResizeCoordinateTransformation.HALF_PIXEL,
            "selector_for_single_pixel": T.ResizeSelector.UPPER,
            "nearest_rounding": T.ResizeRoundMode.CEIL,
            "exclude_outside": True,
            "cubic_coeff": -0.5,
        },
    ),
    "reverse sequence": Row(
        lambda n: n.add_reverse_sequence(add_input(n, 5, 3), add_integers(n, 3)),
        {"batch_axis": 1, "sequence_axis": 0},
        {"sequence_axis": 1, "batch_axis": 0},
    ),
    "rotary embedding": Row(
        lambda n: n.add_rotary_embedding(
            add_input(n, 1, 2, 3, 4), add_input(n, 1, 3, 2), add_input(n, 1, 3, 2), False, 0
        ),
        {"interleaved": False, "rotary_embedding_dim": 0},
        {"interleaved": True, "rotary_embedding_dim": 4},
    ),
    "scale": Row(
        lambda n: n.add_scale(add_image(n), T.ScaleMode.CHANNEL, ones(2, np.float32)),
        {"mode": T.ScaleMode.CHANNEL, "channel_axis": 1},
        {},
    ),
    "scatter": Row(
        lambda n: n.add_scatter(
            add_input(n, 3, 4), add_integers(n, 1, 4), add_input(n, 1, 4), T.ScatterMode.ELEMENT
        ),
        {"mode": T.ScatterMode.ELEMENT, "axis": 0},
        {"axis": 1},
    ),
    "shuffle": Row(
        lambda n: n.add_shuffle(add_input(n, 2, 3)),
        {"zero_is_placeholder": True},
        {
            "first_transpose": (1, 0),
            "reshape_dims": (6, 1),
            "second_transpose": (1, 0),
            "zero_is_placeholder": False,
        },
    ),
    "slice": Row(
        lambda n: n.add_slice(add_input(n, 4, 6), (1, 0), (2, 3), (1, 2)),
        {
            "start": (1, 0),
            "shape": (2, 3),
            "stride": (1, 2),
            "axes": (),
            "mode": T.SampleMode.STRICT_BOUNDS,
        },
        {"start": (0, 1), "shape": (3, 2), "stride": (1, 1), "mode": T.SampleMode.WRAP},
    ),
    "softmax": Row(lambda n: n.add_softmax(add_image(n)), {"axes": 2}, {"axes": 8}),
    "softmax of a list": Row(lambda n: n.add_softmax(add_input(n, 3)), {"axes": 1}, {}),
    "topk": Row(
        lambda n: n.add_topk(add_image(n), T.TopKOperation.MAX, 2, 8),
        {"op": T.TopKOperation.MAX, "k": 2, "axes": 8, "indices_type": T.int32, "num_outputs": 2},
        {"op": T.TopKOperation.MIN, "k": 1, "axes": 4, "indices_type": T.int64},
    ),
    "unary": Row(
        lambda n: n.add_unary(add_image(n), T.UnaryOperation.EXP),
        {"op": T.UnaryOperation.EXP},
        {"op": T.UnaryOperation.ERF},
    ),
}
# Layers that have no properties but those of every layer.
PLAIN = {
    "identity": lambda n: n.add_identity(add_image(n)),
    "parametric relu": lambda n: n.add_parametric_relu(add_image(n), constant(n, [[[[0.5]]]])),
    "ragged softmax": lambda n: n.add_ragged_softmax(add_input(n, 3, 4), add_integers(n, 3, 1)),
    "select": lambda n: n.add_select(
        add_input(n, 2, dtype=T.bool), add_input(n, 2), add_input(n, 2)
    ),
    "shape": lambda n: n.add_shape(add_image(n)),
    "squeeze": lambda n: n.add_squeeze(add_input(n, 1, 3), constant(n, [0], np.int32)),
    "unsqueeze": lambda n: n.add_unsqueeze(add_input(n, 3), constant(n, [0], np.int32)),
}
