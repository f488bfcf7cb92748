"""Enumerations with the numbers of TensorRT 8.6, and the methods that take and give them."""

import enum
from typing import Any

from trtlike import _trtlike
from trtlike._trtlike import IBuilderConfig, ILayer
from trtlike.old_names import STRICT_TYPES, kept_property


class BuilderFlag(enum.IntEnum):
    """What a build may do."""

    FP16 = 0
    INT8 = 1
    DEBUG = 2
    GPU_FALLBACK = 3
    STRICT_TYPES = 4
    REFIT = 5
    DISABLE_TIMING_CACHE = 6
    TF32 = 7
    SPARSE_WEIGHTS = 8
    SAFETY_SCOPE = 9
    OBEY_PRECISION_CONSTRAINTS = 10
    PREFER_PRECISION_CONSTRAINTS = 11
    DIRECT_IO = 12
    REJECT_EMPTY_ALGORITHMS = 13
    ENABLE_TACTIC_HEURISTIC = 14
    VERSION_COMPATIBLE = 15
    EXCLUDE_LEAN_RUNTIME = 16
    FP8 = 17


class NetworkDefinitionCreationFlag(enum.IntEnum):
    """What a network is."""

    EXPLICIT_BATCH = 0
    EXPLICIT_PRECISION = 1


class PreviewFeature(enum.IntEnum):
    """What may be tried."""

    FASTER_DYNAMIC_SHAPES_0805 = 0
    DISABLE_EXTERNAL_TACTIC_SOURCES_FOR_CORE_0805 = 1
    PROFILE_SHARING_0806 = 2


class LayerType(enum.IntEnum):
    """Kinds of layers. Those that 8.6 had not keep 10's."""

    CONVOLUTION = 0
    FULLY_CONNECTED = 1
    ACTIVATION = 2
    POOLING = 3
    LRN = 4
    SCALE = 5
    SOFTMAX = 6
    DECONVOLUTION = 7
    CONCATENATION = 8
    ELEMENTWISE = 9
    PLUGIN = 10
    UNARY = 11
    PADDING = 12
    SHUFFLE = 13
    REDUCE = 14
    TOPK = 15
    GATHER = 16
    MATRIX_MULTIPLY = 17
    RAGGED_SOFTMAX = 18
    CONSTANT = 19
    RNN_V2 = 20
    IDENTITY = 21
    PLUGIN_V2 = 22
    SLICE = 23
    SHAPE = 24
    PARAMETRIC_RELU = 25
    RESIZE = 26
    TRIP_LIMIT = 27
    RECURRENCE = 28
    ITERATOR = 29
    LOOP_OUTPUT = 30
    SELECT = 31
    FILL = 32
    QUANTIZE = 33
    DEQUANTIZE = 34
    CONDITION = 35
    CONDITIONAL_INPUT = 36
    CONDITIONAL_OUTPUT = 37
    SCATTER = 38
    EINSUM = 39
    ASSERTION = 40
    ONE_HOT = 41
    NON_ZERO = 42
    GRID_SAMPLE = 43
    NMS = 44
    REVERSE_SEQUENCE = 45
    NORMALIZATION = 46
    CAST = 47


_New = _trtlike.BuilderFlag
_set_flag, _clear_flag, _get_flag = (
    IBuilderConfig.set_flag,
    IBuilderConfig.clear_flag,
    IBuilderConfig.get_flag,
)
_set_feature, _get_feature = IBuilderConfig.set_preview_feature, IBuilderConfig.get_preview_feature
_layer_type: Any = ILayer.type
_create_network = _trtlike.Builder.create_network
_heuristic = kept_property("ENABLE_TACTIC_HEURISTIC", False, "DLA_core")
_features = kept_property("preview_features", frozenset(), "DLA_core")


def _new_flags(flag: Any) -> tuple[Any, ...]:
    """10's flags of one of 8.6's, or of 10's itself."""
    if isinstance(flag, _New):
        return (flag,)
    if flag == BuilderFlag.STRICT_TYPES:
        return STRICT_TYPES
    if flag == BuilderFlag.ENABLE_TACTIC_HEURISTIC:
        return ()
    return (getattr(_New, BuilderFlag(flag).name),)


def _change_flag(config: IBuilderConfig, flag: Any, is_on: bool) -> None:
    flags = _new_flags(flag)
    for new in flags:
        (_set_flag if is_on else _clear_flag)(config, new)
    if not flags:
        _heuristic.fset(config, is_on)


def _set(config: IBuilderConfig, flag: Any) -> None:
    """Sets a flag."""
    _change_flag(config, flag, True)


def _clear(config: IBuilderConfig, flag: Any) -> None:
    """Clears a flag."""
    _change_flag(config, flag, False)


def _get(config: IBuilderConfig, flag: Any) -> bool:
    """True when a flag is set."""
    flags = _new_flags(flag)
    return all(_get_flag(config, new) for new in flags) if flags else _heuristic.fget(config)


def _flags(config: IBuilderConfig) -> int:
    return sum(1 << flag for flag in BuilderFlag if _get(config, flag))


def _set_flags(config: IBuilderConfig, flags: int) -> None:
    strict = flags >> BuilderFlag.STRICT_TYPES & 1
    for flag in BuilderFlag:
        implied = strict and set(_new_flags(flag)) <= set(STRICT_TYPES)
        if flag != BuilderFlag.STRICT_TYPES:
            _change_flag(config, flag, bool(flags >> flag & 1 or (implied and _new_flags(flag))))


def _set_preview_feature(config: IBuilderConfig, feature: Any, enable: bool) -> None:
    """Kept; only PROFILE_SHARING_0806 is known to the builder."""
    kept = _features.fget(config)
    _features.fset(config, kept | {int(feature)} if enable else kept - {int(feature)})
    if feature == PreviewFeature.PROFILE_SHARING_0806:
        _set_feature(config, _trtlike.PreviewFeature.PROFILE_SHARING_0806, enable)


def _preview_feature(config: IBuilderConfig, feature: Any) -> bool:
    """True when it was set."""
    return int(feature) in _features.fget(config)


def _type_of(layer: ILayer) -> Any:
    kind = _layer_type.fget(layer)
    return LayerType.__members__.get(kind.name, kind)


def _network(builder: _trtlike.Builder, flags: int = 0) -> _trtlike.INetworkDefinition:
    """A network whose inputs have their batch among their dimensions."""
    if not flags >> NetworkDefinitionCreationFlag.EXPLICIT_BATCH & 1:
        builder.logger.log(
            _trtlike.ILogger.WARNING,
            "[builder] create_network: expected EXPLICIT_BATCH, got a network with an implicit "
            "batch, which is one of explicit dimensions here: give inputs their batch.",
        )
    return _create_network(builder, 1 << NetworkDefinitionCreationFlag.EXPLICIT_BATCH)


MEMBERS: dict[type, dict[str, Any]] = {
    IBuilderConfig: {
        "set_flag": _set,
        "clear_flag": _clear,
        "get_flag": _get,
        "flags": property(_flags, _set_flags, doc="Bits 1 << BuilderFlag."),
        "set_preview_feature": _set_preview_feature,
        "get_preview_feature": _preview_feature,
    },
    ILayer: {"type": property(_type_of, doc="The kind of layer.")},
    _trtlike.Builder: {"create_network": _network},
}
"""What level 8 puts in the place of 10's members."""

NAMES: dict[str, Any] = {
    "BuilderFlag": BuilderFlag,
    "LayerType": LayerType,
    "NetworkDefinitionCreationFlag": NetworkDefinitionCreationFlag,
    "PreviewFeature": PreviewFeature,
}
"""What level 8 puts in the place of the package's names."""
