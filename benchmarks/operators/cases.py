"""One operator each, on the shapes of real detectors, recognizers and transformers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
import onnx.parser
from onnx import helper, numpy_helper

RNG = np.random.default_rng(0)


@dataclass
class Case:
    """`inputs` are fed, or constants where their position is in `constants`; `types` are those of
    the outputs."""

    op: str
    inputs: Sequence[np.ndarray | None]
    attributes: dict[str, Any] = field(default_factory=dict)
    constants: Sequence[int] = ()
    types: Sequence[int] = (onnx.TensorProto.FLOAT,)
    opset: int = 19
    domain: str = ""

    def feeds(self) -> dict[str, np.ndarray]:
        return {
            f"x{i}": array
            for i, array in enumerate(self.inputs)
            if array is not None and i not in self.constants
        }

    def model(self) -> bytes:
        names = ["" if array is None else f"x{i}" for i, array in enumerate(self.inputs)]
        outputs = [f"y{i}" for i in range(len(self.types))]
        graph = helper.make_graph(
            [helper.make_node(self.op, names, outputs, domain=self.domain, **self.attributes)],
            self.op,
            [
                helper.make_tensor_value_info(
                    name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape
                )
                for name, array in self.feeds().items()
            ],
            [
                helper.make_tensor_value_info(name, kind, None)
                for name, kind in zip(outputs, self.types, strict=True)
            ],
            [numpy_helper.from_array(self._constant(i), f"x{i}") for i in self.constants],
        )
        opsets = [helper.make_opsetid("", self.opset)]
        if self.domain:
            opsets.append(helper.make_opsetid(self.domain, 4 if "ml" in self.domain else 1))
        model = helper.make_model(graph, opset_imports=opsets, ir_version=10)
        return model.SerializeToString()

    def _constant(self, i: int) -> np.ndarray:
        array = self.inputs[i]
        assert array is not None
        return array


def floats(*shape: int) -> np.ndarray:
    return RNG.standard_normal(shape).astype(np.float32)


def whole(low: int, high: int, *shape: int) -> np.ndarray:
    return RNG.integers(low, high, shape)


def boxes(count: int, size: float) -> np.ndarray:
    """Corners x1, y1, x2, y2 within an image."""
    corners = RNG.uniform(0, size * 0.8, (count, 2))
    extents = RNG.uniform(size * 0.02, size * 0.2, (count, 2))
    return np.concatenate([corners, corners + extents], 1).astype(np.float32)


def _roi_align(rois: int, channels: int, extent: int, mode: str, size: int = 7) -> Case:
    attributes = {"output_height": size, "output_width": size, "sampling_ratio": 2, "mode": mode}
    attributes["spatial_scale"] = 0.25
    batch = np.zeros(rois, np.int64)
    inputs = [floats(1, channels, extent, extent), boxes(rois, 4 * extent), batch]
    return Case("RoiAlign", inputs, attributes)


def _deform_conv(channels: int, extent: int) -> Case:
    inputs = [
        floats(1, channels, extent, extent),
        floats(channels, channels, 3, 3) / 30,
        floats(1, 18, extent, extent),
        floats(channels),
        np.abs(floats(1, 9, extent, extent)),
    ]
    return Case("DeformConv", inputs, {"pads": [1, 1, 1, 1]}, (1, 3))


def _nms(count: int, classes: int, most: int = 100, iou: float = 0.5, score: float = 0.25) -> Case:
    inputs = [
        boxes(count, 640)[None],
        RNG.uniform(0, 1, (1, classes, count)).astype(np.float32) ** 6,
        np.array([most]),
        np.array([iou], np.float32),
        np.array([score], np.float32),
    ]
    return Case("NonMaxSuppression", inputs, {}, (2, 3, 4), (onnx.TensorProto.INT64,))


def _top_k(k: int, *shape: int) -> Case:
    return Case("TopK", [floats(*shape), np.array([k])], {}, (1,), (FLOAT, INT64))


def _mod(array: np.ndarray, divisor: np.ndarray, fmod: int) -> Case:
    kind = helper.np_dtype_to_tensor_dtype(array.dtype)
    return Case("Mod", [array, divisor], {"fmod": fmod}, (1,), (kind,))


def _grid_sample(images: int, channels: int, extent: int, grid: int, mode: str) -> Case:
    inputs = [
        floats(images, channels, extent, extent),
        RNG.uniform(-1.05, 1.05, (images, grid, grid, 2)).astype(np.float32),
    ]
    return Case("GridSample", inputs, {"mode": mode, "padding_mode": "zeros"})


def _gather_elements(boxes_in: int, chosen: int, width: int) -> Case:
    places = np.repeat(whole(0, boxes_in, 1, chosen, 1), width, 2)
    return Case("GatherElements", [floats(1, boxes_in, width), places], {"axis": 1})


def _reverse_sequence(steps: int, batch: int, width: int, time_axis: int) -> Case:
    shape = (steps, batch, width) if time_axis == 0 else (batch, steps, width)
    axes = {"time_axis": time_axis, "batch_axis": 1 - time_axis}
    return Case("ReverseSequence", [floats(*shape), whole(1, steps + 1, batch)], axes)


def _one_hot(classes: int, axis: int, *shape: int) -> Case:
    inputs = [whole(0, classes, *shape), np.array(classes), np.array([0, 1], np.float32)]
    return Case("OneHot", inputs, {"axis": axis}, (1, 2))


def _gru(steps: int, width: int) -> Case:
    inputs = [
        floats(steps, 1, width),
        floats(1, 3 * width, width) / 16,
        floats(1, 3 * width, width) / 16,
        floats(1, 6 * width) / 16,
    ]
    return Case("GRU", inputs, {"hidden_size": width, "linear_before_reset": 1}, (1, 2, 3))


def _label_encoder(count: int) -> Case:
    keys = {
        "keys_int64s": list(range(0, 2000, 2)),
        "values_floats": [float(i) for i in range(1000)],
    }
    return Case("LabelEncoder", [whole(0, 2000, count)], keys, domain="ai.onnx.ml")


@dataclass
class Tail(Case):
    """What follows a YOLO's head: its boxes and scores, the best boxes of each class, and of these
    corners, score and class."""

    TEXT = """<ir_version: 9, opset_import: ["" : 17]>
        tail (float[1, 84, 8400] x0) => (float[?, 4] y0, float[?] y1, int64[?] y2)
        <int64[2] parts = {4, 80}, int64[1] most = {100}, float[1] iou = {0.5},
         float[1] score = {0.25}, int64[1] zero = {0}, int64[1] one = {1}, int64[1] two = {2},
         int64[1] three = {3}, int64[1] four = {4}, float half = {0.5}>
        {
            given, scores = Split <axis = 1> (x0, parts)
            rows = Transpose <perm = [0, 2, 1]> (given)
            centers = Slice(rows, zero, two, two)
            places = Slice(rows, two, four, two)
            halves = Mul(places, half)
            low = Sub(centers, halves)
            high = Add(centers, halves)
            boxes = Concat <axis = 2> (low, high)
            chosen = NonMaxSuppression(boxes, scores, most, iou, score)
            pairs = Slice(chosen, one, three, one)
            classes = Gather <axis = 1> (pairs, zero)
            places_of = Gather <axis = 1> (pairs, one)
            y2 = Squeeze(classes, one)
            which = Squeeze(places_of, one)
            flat = Squeeze(boxes, zero)
            y0 = Gather(flat, which)
            all = Squeeze(scores, zero)
            y1 = GatherND(all, pairs)
        }"""

    def model(self) -> bytes:
        return onnx.parser.parse_model(self.TEXT).SerializeToString()


def _yolo_tail() -> Case:
    corners = boxes(8400, 640).T
    low, high = corners[:2], corners[2:]
    scores = RNG.uniform(0, 1, (80, 8400)).astype(np.float32) ** 400
    head = np.concatenate([(low + high) / 2, high - low, scores])[None]
    return Tail("NonMaxSuppression", [head], {}, (), (FLOAT, FLOAT, INT64))


INT64 = onnx.TensorProto.INT64
FLOAT = onnx.TensorProto.FLOAT

CASES: dict[str, Callable[[], Case]] = {
    "roi_align_mask_rcnn": lambda: _roi_align(1000, 256, 50, "avg"),
    "roi_align_masks": lambda: _roi_align(100, 256, 100, "avg", 14),
    "roi_align_max": lambda: _roi_align(300, 64, 100, "max"),
    "max_pool_indices": lambda: Case(
        "MaxPool",
        [floats(1, 64, 112, 112)],
        {"kernel_shape": [2, 2], "strides": [2, 2]},
        types=(FLOAT, INT64),
    ),
    "max_pool_indices_3x3": lambda: Case(
        "MaxPool",
        [floats(1, 64, 56, 56)],
        {"kernel_shape": [3, 3], "strides": [2, 2], "pads": [1, 1, 1, 1]},
        types=(FLOAT, INT64),
    ),
    "dft_512": lambda: Case("DFT", [floats(1, 128, 512, 1)], {"axis": 2, "onesided": 1}, opset=17),
    "dft_400": lambda: Case("DFT", [floats(1, 100, 400, 1)], {"axis": 2, "onesided": 1}, opset=17),
    "dft_complex_1024": lambda: Case("DFT", [floats(1, 64, 1024, 2)], {"axis": 2}, opset=17),
    "dft_inverse_512": lambda: Case(
        "DFT", [floats(1, 128, 512, 2)], {"axis": 2, "inverse": 1}, opset=17
    ),
    "stft_whisper": lambda: Case(
        "STFT",
        [floats(1, 48000, 1), np.array(160), np.hanning(400).astype(np.float32), np.array(400)],
        {"onesided": 1},
        (1, 2, 3),
    ),
    "deform_conv_64": lambda: _deform_conv(64, 28),
    "col2im": lambda: Case(
        "Col2Im",
        [floats(1, 64 * 9, 56 * 56), np.array([56, 56]), np.array([3, 3])],
        {"pads": [1, 1, 1, 1]},
        (1, 2),
    ),
    "label_encoder": lambda: _label_encoder(10000),
    "inverse_4x4": lambda: Case("Inverse", [floats(256, 4, 4)], domain="com.microsoft"),
    "det_3x3": lambda: Case("Det", [floats(1024, 3, 3)]),
    "one_hot": lambda: _one_hot(80, -1, 8400),
    "one_hot_planes": lambda: _one_hot(21, 1, 1, 128, 128),
    "cum_sum_rows": lambda: Case("CumSum", [floats(32, 8, 1024), np.array(2)], {}, (1,)),
    "cum_sum_columns": lambda: Case("CumSum", [floats(256, 1024), np.array(0)], {}, (1,)),
    "cum_sum_detr": lambda: Case("CumSum", [floats(1, 34, 25), np.array(2)], {}, (1,)),
    "reverse_sequence": lambda: _reverse_sequence(100, 8, 256, 0),
    "reverse_sequence_batch": lambda: _reverse_sequence(50, 16, 512, 1),
    "grid_sample_bilinear": lambda: _grid_sample(1, 64, 80, 80, "bilinear"),
    "grid_sample_heads": lambda: _grid_sample(8, 32, 80, 35, "bilinear"),
    "grid_sample_cubic": lambda: _grid_sample(1, 16, 64, 64, "bicubic"),
    "nms_yolo": lambda: _nms(8400, 80),
    "nms_yolo_25200": lambda: _nms(25200, 80),
    "nms_ssd": lambda: _nms(8732, 21, 200, 0.45, 0.05),
    "nms_yolo_tail": _yolo_tail,
    "nms_one_class": lambda: _nms(2000, 1),
    "nms_rpn_2000": lambda: _nms(2000, 1, 1000, 0.7, 0),
    "nms_rpn_6000": lambda: _nms(6000, 1, 1000, 0.7, 0),
    "top_k_yolo": lambda: _top_k(300, 1, 8400),
    "top_k_detr": lambda: _top_k(300, 1, 900 * 91),
    "top_k_retinanet": lambda: _top_k(1000, 1, 120087),
    "top_k_rpn": lambda: _top_k(2000, 1, 163200),
    "top_k_rows": lambda: _top_k(5, 900, 91),
    "top_k_best_class": lambda: _top_k(1, 8400, 80),
    "non_zero": lambda: Case("NonZero", [(floats(8400) > 1).astype(np.float32)], {}, (), (INT64,)),
    "non_zero_scores": lambda: Case("NonZero", [floats(25200, 80) > 3], {}, (), (INT64,)),
    "non_zero_mask": lambda: Case("NonZero", [floats(640, 640) > 0], {}, (), (INT64,)),
    "gather_nd": lambda: Case("GatherND", [floats(8400, 85), whole(0, 8400, 300, 1)]),
    "gather_nd_elements": lambda: Case("GatherND", [floats(8400, 80), whole(0, 80, 2000, 2)]),
    "gather_elements": lambda: _gather_elements(8400, 300, 4),
    "scatter_nd": lambda: Case(
        "ScatterND", [floats(8400, 85), whole(0, 8400, 300, 1), floats(300, 85)]
    ),
    "scatter_nd_elements": lambda: Case(
        "ScatterND", [floats(1000, 80), whole(0, 80, 2000, 2), floats(2000)]
    ),
    "lrn": lambda: Case("LRN", [floats(1, 96, 54, 54)], {"size": 5}),
    "lrn_googlenet": lambda: Case("LRN", [floats(1, 192, 56, 56)], {"size": 5}),
    "gru": lambda: _gru(100, 128),
    "mod": lambda: _mod(floats(256, 1024), np.array([0.75], np.float32), 1),
    "mod_far": lambda: _mod(floats(256, 1024) * 1000, np.array([0.75], np.float32), 1),
    "mod_classes": lambda: _mod(whole(0, 900 * 91, 300), np.array([91]), 0),
    "mod_indices": lambda: _mod(whole(0, 900 * 91, 120000), np.array([91]), 0),
    "mod_indices_32": lambda: _mod(
        whole(0, 900 * 91, 120000).astype(np.int32), np.array([91], np.int32), 0
    ),
    "unique": lambda: Case("Unique", [whole(0, 500, 4000)], {}, (), (INT64,)),
    "unique_classes": lambda: Case("Unique", [whole(0, 80, 300)], {}, (), (INT64,)),
    "unique_floats": lambda: Case("Unique", [floats(10000)], {}, (), (FLOAT,)),
}
