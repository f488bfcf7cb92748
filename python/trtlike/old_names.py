"""Names of TensorRT 7 and 8 that scripts still use and that no script probes for.

They are there at every API level. Those that programs choose their branches by (`num_bindings` and
its family) are in trtlike.v8.
"""

import weakref
from collections.abc import Callable
from typing import Any

from trtlike import _trtlike
from trtlike._trtlike import BuilderFlag, MatrixOperation, MemoryPoolType

STRICT_TYPES = (
    BuilderFlag.PREFER_PRECISION_CONSTRAINTS,
    BuilderFlag.DIRECT_IO,
    BuilderFlag.REJECT_EMPTY_ALGORITHMS,
)
"""What BuilderFlag.STRICT_TYPES stood for."""

_active_profile: Any = _trtlike.IExecutionContext.active_optimization_profile
_kept: weakref.WeakKeyDictionary[Any, dict[str, Any]] = weakref.WeakKeyDictionary()


def kept_property(name: str, default: Any, probe: str) -> Any:
    """A property that keeps what it is set to, on objects that cannot hold it themselves.

    `probe` names one that they have, which is asked first: it refuses objects that are not made.
    """

    def get(thing: Any) -> Any:
        getattr(thing, probe)
        return _kept.get(thing, {}).get(name, default)

    def keep(thing: Any, value: Any) -> None:
        getattr(thing, probe)
        _kept.setdefault(thing, {})[name] = value

    return property(get, keep, doc="Kept as it was set.")


def _flag_property(flag: BuilderFlag) -> Any:
    """A switch of the builder, for build_cuda_engine."""
    return kept_property(flag.name, False, "logger")


def _build_cuda_engine(
    builder: _trtlike.Builder, network: _trtlike.INetworkDefinition
) -> _trtlike.ICudaEngine | None:
    """Builds with the builder's own settings, as TensorRT 7 did."""
    config = builder.create_builder_config()
    own = _kept.get(builder, {})
    if "max_workspace_size" in own:
        config.set_memory_pool_limit(MemoryPoolType.WORKSPACE, own["max_workspace_size"])
    for flag in (BuilderFlag.FP16, BuilderFlag.INT8, BuilderFlag.REFIT):
        if own.get(flag.name):
            config.set_flag(flag)
    if own.get("strict_type_constraints"):
        for flag in STRICT_TYPES:
            config.set_flag(flag)
    config.int8_calibrator = own.get("int8_calibrator")
    return builder.build_engine_with_config(network, config)


def _workspace(config: _trtlike.IBuilderConfig) -> int:
    return config.get_memory_pool_limit(MemoryPoolType.WORKSPACE)


def _set_workspace(config: _trtlike.IBuilderConfig, size: int) -> None:
    config.set_memory_pool_limit(MemoryPoolType.WORKSPACE, size)


def _get_device_memory_size(engine: _trtlike.ICudaEngine) -> int:
    """Bytes of activations and scratch that one context needs."""
    return engine.device_memory_size


_kept_memory = kept_property("device_memory", 0, "name")


def _set_device_memory(context: _trtlike.IExecutionContext, memory: int) -> None:
    context.set_device_memory(memory, context.engine.device_memory_size)
    _kept_memory.fset(context, memory)


def _set_profile(context: _trtlike.IExecutionContext, profile: int) -> None:
    if not context.set_optimization_profile_async(profile, 0):
        raise ValueError(
            f"[context] optimization profile: expected one of "
            f"{context.engine.num_optimization_profiles}, got {profile}."
        )


def _add_fully_connected(
    network: _trtlike.INetworkDefinition,
    input: _trtlike.ITensor,
    num_outputs: int,
    kernel: Any,
    bias: Any = None,
) -> _trtlike.ILayer:
    """The last layer of what a fully connected one is now: a product over all but the batch."""
    kernel = _trtlike.Weights(kernel) if not isinstance(kernel, _trtlike.Weights) else kernel
    per_output = kernel.size // num_outputs
    flat = network.add_shuffle(input)
    flat.reshape_dims = _trtlike.Dims((-1, per_output))
    weights = network.add_constant((num_outputs, per_output), kernel)
    product = network.add_matrix_multiply(
        flat.get_output(0), MatrixOperation.NONE, weights.get_output(0), MatrixOperation.TRANSPOSE
    ).get_output(0)
    if bias is not None and len(bias) > 0:
        summand = network.add_constant((1, num_outputs), bias).get_output(0)
        product = network.add_elementwise(
            product, summand, _trtlike.ElementWiseOperation.SUM
        ).get_output(0)
    last = network.add_shuffle(product)
    last.reshape_dims = _trtlike.Dims((-1, num_outputs, *[1] * (len(input.shape) - 2)))
    return last


def _renamed(new: str) -> Callable[..., Any]:
    """A method under its old name."""

    def method(thing: Any, *args: Any, **kwargs: Any) -> Any:
        return getattr(thing, new)(*args, **kwargs)

    method.__doc__ = f"`{new}` under its old name."
    return method


def _old_adder(new: str) -> Callable[..., Any]:
    method = _renamed(new)
    method.__name__ = new.removesuffix("_nd")
    return method


_ENUM_ALIASES: dict[type, dict[str, Any]] = {
    _trtlike.BuilderFlag: {"STRICT_TYPES": BuilderFlag.PREFER_PRECISION_CONSTRAINTS},
    _trtlike.EngineCapability: {
        "DEFAULT": _trtlike.EngineCapability.STANDARD,
        "SAFE_GPU": _trtlike.EngineCapability.SAFETY,
        "SAFE_DLA": _trtlike.EngineCapability.DLA_STANDALONE,
    },
    _trtlike.ProfilingVerbosity: {
        "DEFAULT": _trtlike.ProfilingVerbosity.LAYER_NAMES_ONLY,
        "VERBOSE": _trtlike.ProfilingVerbosity.DETAILED,
    },
    _trtlike.PreviewFeature: {
        "FASTER_DYNAMIC_SHAPES_0805": _trtlike.PreviewFeature.PROFILE_SHARING_0806
    },
    _trtlike.SampleMode: {"DEFAULT": _trtlike.SampleMode.STRICT_BOUNDS},
}


def _members() -> dict[type, dict[str, Any]]:
    return {
        _trtlike.Builder: {
            "max_batch_size": kept_property("max_batch_size", 1, "logger"),
            "max_workspace_size": kept_property("max_workspace_size", 0, "logger"),
            "fp16_mode": _flag_property(BuilderFlag.FP16),
            "int8_mode": _flag_property(BuilderFlag.INT8),
            "refittable": _flag_property(BuilderFlag.REFIT),
            "strict_type_constraints": kept_property("strict_type_constraints", False, "logger"),
            "int8_calibrator": kept_property("int8_calibrator", None, "logger"),
            "build_engine": _renamed("build_engine_with_config"),
            "build_cuda_engine": _build_cuda_engine,
        },
        _trtlike.IBuilderConfig: {
            "max_workspace_size": property(
                _workspace, _set_workspace, doc="The limit of MemoryPoolType.WORKSPACE."
            ),
            "min_timing_iterations": kept_property("min_timing_iterations", 1, "DLA_core"),
        },
        _trtlike.ICudaEngine: {"get_device_memory_size": _get_device_memory_size},
        _trtlike.IExecutionContext: {
            "device_memory": property(
                _kept_memory.fget,
                _set_device_memory,
                doc="`set_device_memory` of memory that is large enough for every profile.",
            ),
            "active_optimization_profile": property(
                _active_profile.fget,
                _set_profile,
                doc="The index of the profile in use.",
            ),
        },
        _trtlike.INetworkDefinition: {
            **{
                name: _old_adder(f"{name}_nd")
                for name in ("add_convolution", "add_deconvolution", "add_pooling", "add_padding")
            },
            "add_fully_connected": _add_fully_connected,
        },
    }


def shutdown_protobuf_library() -> None:
    """Nothing: there is no library of its own to shut down."""


def add_names() -> None:
    """Puts the old names on classes and enumerations."""
    for owner, members in {**_members(), **_ENUM_ALIASES}.items():
        for name, member in members.items():
            setattr(owner, name, member)
