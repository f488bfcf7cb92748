"""What a session is told: the providers, and the options of TensorRT's execution provider."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trtlike as trt
from trtlike.calibration import CalibrationCache

logger = logging.getLogger("trtlike.onnxruntime")

TENSORRT = "TensorrtExecutionProvider"
CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
PROVIDERS = (TENSORRT, CUDA, CPU)

# Options that do something, with their defaults.
_DEFAULTS: dict[str, Any] = {
    "trt_fp16_enable": False,
    "trt_bf16_enable": False,
    "trt_int8_enable": False,
    "trt_int8_calibration_table_name": "",
    "trt_int8_use_native_calibration_table": False,
    "trt_max_workspace_size": 0,
    "trt_max_partition_iterations": 1000,
    "trt_min_subgraph_size": 1,
    "trt_op_types_to_exclude": "",
    "trt_builder_optimization_level": 3,
    "trt_engine_cache_enable": False,
    "trt_engine_cache_path": "",
    "trt_engine_cache_prefix": "",
    "trt_timing_cache_enable": False,
    "trt_timing_cache_path": "",
    "trt_force_timing_cache": False,
    "trt_profile_min_shapes": "",
    "trt_profile_opt_shapes": "",
    "trt_profile_max_shapes": "",
    "trt_dump_subgraphs": False,
    "trt_detailed_build_log": False,
}
# Options that mean something on a GPU only, or where trtlike needs no telling.
_WITHOUT_EFFECT = frozenset(
    (
        "device_id",
        "user_compute_stream",
        "has_user_compute_stream",
        "trt_cuda_graph_enable",
        "trt_dla_enable",
        "trt_dla_core",
        "trt_sparsity_enable",
        "trt_auxiliary_streams",
        "trt_tactic_sources",
        "trt_engine_hw_compatible",
        "trt_build_heuristics_enable",
        "trt_force_sequential_engine_build",
        "trt_context_memory_sharing_enable",
        "trt_layer_norm_fp32_fallback",
        "trt_preview_features",
        "trt_load_user_initializer",
        "trt_onnx_model_folder_path",
        "trt_weight_stripped_engine_enable",
    )
)
# Options of TensorRT's provider that are not there.
_MISSING = frozenset(
    (
        "trt_engine_decryption_enable", "trt_engine_decryption_lib_path", "trt_onnx_bytestream",
        "trt_onnx_bytestream_size", "trt_external_data_bytestream", "trt_ep_context_embed_mode",
        "trt_external_data_bytestream_size", "trt_extra_plugin_lib_paths",
        "trt_dump_ep_context_model", "trt_ep_context_file_path",
    )
)  # fmt: skip


@dataclass
class SessionOptions:
    """The options of a session that are read; ONNX Runtime's own object serves as well."""

    intra_op_num_threads: int = 0
    log_severity_level: int = 2
    graph_optimization_level: Any = None
    config_entries: dict[str, str] = field(default_factory=dict)

    def add_session_config_entry(self, key: str, value: str) -> None:
        self.config_entries[key] = value


@dataclass
class Range:
    """The shapes of one input that an engine takes."""

    low: tuple[int, ...]
    opt: tuple[int, ...]
    high: tuple[int, ...]

    def holds(self, shape: Sequence[int]) -> bool:
        spans = zip(self.low, shape, self.high, strict=True)
        return len(shape) == len(self.low) and all(a <= n <= b for a, n, b in spans)

    def widened(self, shape: tuple[int, ...]) -> "Range":
        low, high = (
            tuple(choose(pair) for pair in zip(side, shape, strict=True))
            for choose, side in ((min, self.low), (max, self.high))
        )
        return Range(low, shape, high)


def _error(name: str, expected: str, value: object) -> ValueError:
    return ValueError(f"[onnxruntime] option '{name}': expected {expected}, got {value!r}.")


def _converted(name: str, value: object, default: object) -> Any:
    """The value in the type of the default; ONNX Runtime takes words for all of them."""
    word = str(value).lower()
    if isinstance(default, bool):
        if word not in ("true", "false", "1", "0"):
            raise _error(name, "True or False", value)
        return word in ("true", "1")
    if isinstance(default, int):
        try:
            return int(word)
        except ValueError:
            raise _error(name, "a whole number", value) from None
    return str(value)


def _shapes(name: str, text: str) -> dict[str, tuple[int, ...]]:
    """'x:1x3x8,y:2' as shapes by input."""
    shapes: dict[str, tuple[int, ...]] = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        tensor, colon, extents = item.rpartition(":")
        if not colon or not all(word.isdigit() for word in extents.split("x")):
            raise _error(name, "inputs with shapes, such as 'x:1x3x224x224,y:1x8'", item)
        if tensor in shapes:
            raise _error(name, "one shape for each input", text)
        shapes[tensor] = tuple(int(word) for word in extents.split("x"))
    return shapes


class TensorrtOptions:
    """The options of TensorRT's provider, checked; attributes are their names without trt_."""

    def __init__(self, given: Mapping[str, Any]):
        self.given = dict(given)
        values = dict(_DEFAULTS)
        for name, value in given.items():
            if name in _WITHOUT_EFFECT:
                if str(value).lower() not in ("", "0", "false", "none"):
                    logger.warning("[onnxruntime] option '%s' has no effect on a CPU.", name)
            elif name in _DEFAULTS:
                values[name] = _converted(name, value, _DEFAULTS[name])
            elif name in _MISSING:
                raise trt.UnsupportedError(
                    f"[onnxruntime] option '{name}': trtlike has none of it. Leave it out."
                )
            else:
                known = ", ".join(sorted([*_DEFAULTS, *_WITHOUT_EFFECT]))
                raise ValueError(
                    f"[onnxruntime] options of {TENSORRT}: expected names among {known}; got "
                    f"'{name}'."
                )
        self._values = values
        self.excluded = {word.strip() for word in self.op_types_to_exclude.split(",")} - {""}
        self.ranges = self._read_ranges()
        self.calibration = self._read_calibration()
        if self.int8_enable and self.calibration is None:
            logger.warning(
                "[onnxruntime] option 'trt_int8_enable': only quantized models (Q/DQ) compute in "
                "INT8 without a calibration table. Name one in 'trt_int8_calibration_table_name'."
            )

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self._values[f"trt_{name}"]

    def _read_calibration(self) -> bytes | None:
        """TensorRT's calibration cache, beside the engines where the name is no path."""
        name = "trt_int8_calibration_table_name"
        if not self.int8_enable or not self.int8_calibration_table_name:
            return None
        path = Path(self.engine_cache_path, self.int8_calibration_table_name)
        try:
            data = path.read_bytes()
            CalibrationCache.from_bytes(data)
        except (OSError, ValueError) as error:
            raise _error(name, "a calibration cache in TensorRT's format", str(path)) from error
        return data

    def _read_ranges(self) -> dict[str, Range]:
        names = [f"trt_profile_{end}_shapes" for end in ("min", "opt", "max")]
        low, opt, high = (_shapes(name, self._values[name]) for name in names)
        if not low.keys() == opt.keys() == high.keys():
            raise ValueError(
                f"[onnxruntime] options {', '.join(names)}: expected the same inputs in all three, "
                f"got {sorted(low)}, {sorted(opt)} and {sorted(high)}."
            )
        ranges = {name: Range(low[name], opt[name], high[name]) for name in low}
        for name, span in ranges.items():
            ranks = {len(span.low), len(span.opt), len(span.high)}
            if len(ranks) > 1 or not (span.holds(span.opt)):
                raise ValueError(
                    f"[onnxruntime] options {', '.join(names)}, input '{name}': expected "
                    f"min <= opt <= max, got {span.low}, {span.opt} and {span.high}."
                )
        return ranges

    def key(self) -> list[tuple[str, Any]]:
        """What of the options shapes an engine."""
        names = (
            "fp16_enable",
            "bf16_enable",
            "int8_enable",
            "builder_optimization_level",
            "max_workspace_size",
        )
        return [
            *((name, getattr(self, name)) for name in names),
            ("calibration", (self.calibration or b"").decode()),
        ]


def read_providers(
    providers: Sequence[Any] | None, provider_options: Sequence[Mapping[str, Any]] | None
) -> dict[str, dict[str, Any]]:
    """The providers in order, with their options; without any, trtlike's and the CPU's."""
    chosen: dict[str, dict[str, Any]] = {}
    listed = list(providers) if providers else [TENSORRT]
    extra = list(provider_options) if provider_options else [{}] * len(listed)
    if len(extra) != len(listed):
        raise ValueError(
            f"[onnxruntime] provider_options: expected one for each of {len(listed)} providers, "
            f"got {len(extra)}."
        )
    for item, options in zip(listed, extra, strict=True):
        name, own = item if isinstance(item, tuple) else (item, {})
        if name not in PROVIDERS:
            raise ValueError(
                f"[onnxruntime] providers: expected names among {', '.join(PROVIDERS)}, got "
                f"'{name}'."
            )
        if name != CUDA:
            chosen.setdefault(name, {**own, **options})
    chosen.setdefault(CPU, {})
    return chosen
