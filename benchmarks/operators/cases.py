"""One operator each, on the shapes of real detectors, recognizers and transformers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import onnx
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


def _roi_align(rois: int, channels: int, extent: int, mode: str) -> Case:
    attributes = {"output_height": 7, "output_width": 7, "sampling_ratio": 2, "mode": mode}
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


def _nms(count: int, classes: int) -> Case:
    inputs = [
        boxes(count, 640)[None],
        RNG.uniform(0, 1, (1, classes, count)).astype(np.float32) ** 6,
        np.array([100]),
        np.array([0.5], np.float32),
        np.array([0.25], np.float32),
    ]
    return Case("NonMaxSuppression", inputs, {}, (2, 3, 4), (onnx.TensorProto.INT64,))


def _grid_sample(channels: int, extent: int, grid: int, mode: str) -> Case:
    inputs = [
        floats(1, channels, extent, extent),
        RNG.uniform(-1.05, 1.05, (1, grid, grid, 2)).astype(np.float32),
    ]
    return Case("GridSample", inputs, {"mode": mode, "padding_mode": "zeros"})


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


INT64 = onnx.TensorProto.INT64
FLOAT = onnx.TensorProto.FLOAT

CASES: dict[str, Callable[[], Case]] = {
    "roi_align_mask_rcnn": lambda: _roi_align(1000, 256, 50, "avg"),
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
    "one_hot": lambda: Case(
        "OneHot",
        [whole(0, 80, 8400), np.array(80), np.array([0, 1], np.float32)],
        {},
        (1, 2),
    ),
    "cum_sum_rows": lambda: Case("CumSum", [floats(32, 8, 1024), np.array(2)], {}, (1,)),
    "cum_sum_columns": lambda: Case("CumSum", [floats(256, 1024), np.array(0)], {}, (1,)),
    "reverse_sequence": lambda: Case(
        "ReverseSequence",
        [floats(100, 8, 256), whole(1, 101, 8)],
        {"time_axis": 0, "batch_axis": 1},
    ),
    "grid_sample_bilinear": lambda: _grid_sample(64, 80, 80, "bilinear"),
    "grid_sample_cubic": lambda: _grid_sample(16, 64, 64, "bicubic"),
    "nms_yolo": lambda: _nms(8400, 80),
    "nms_one_class": lambda: _nms(2000, 1),
    "top_k_yolo": lambda: Case(
        "TopK", [floats(1, 8400), np.array([300])], {}, (1,), (FLOAT, INT64)
    ),
    "top_k_rows": lambda: Case("TopK", [floats(900, 91), np.array([5])], {}, (1,), (FLOAT, INT64)),
    "non_zero": lambda: Case("NonZero", [(floats(8400) > 1).astype(np.float32)], {}, (), (INT64,)),
    "gather_nd": lambda: Case("GatherND", [floats(8400, 85), whole(0, 8400, 300, 1)]),
    "scatter_nd": lambda: Case(
        "ScatterND", [floats(8400, 85), whole(0, 8400, 300, 1), floats(300, 85)]
    ),
    "lrn": lambda: Case("LRN", [floats(1, 96, 54, 54)], {"size": 5}),
    "gru": lambda: _gru(100, 128),
    "mod": lambda: Case(
        "Mod", [floats(256, 1024), np.array([0.75], np.float32)], {"fmod": 1}, (1,)
    ),
    "unique": lambda: Case("Unique", [whole(0, 500, 4000)], {}, (), (INT64,)),
}
