"""From the chosen options to the settings of a network and of its build."""

import trtlike as trt
from trtlike.trtexec.options import Options
from trtlike.trtexec.table import TABLE
from trtlike.trtexec.values import find

_VERBOSITIES = {
    "layer_names_only": "LAYER_NAMES_ONLY",
    "default": "LAYER_NAMES_ONLY",
    "detailed": "DETAILED",
    "verbose": "DETAILED",
    "none": "NONE",
}
_COMPATIBILITIES = {
    "none": "NONE",
    "ampere+": "AMPERE_PLUS",
    "sameComputeCapability": "SAME_COMPUTE_CAPABILITY",
}
_CONSTRAINTS = {"prefer": "PREFER_PRECISION_CONSTRAINTS", "obey": "OBEY_PRECISION_CONSTRAINTS"}


def set_config(config: trt.IBuilderConfig, chosen: Options) -> None:
    """Flags, limits and levels. Raises ValueError for sources that there are not."""
    for row in TABLE:
        if getattr(chosen, row.attribute):
            for flag in row.flags.split():
                config.set_flag(trt.BuilderFlag.__members__[flag])
    if chosen.no_tf32:
        config.clear_flag(trt.BuilderFlag.TF32)
    if chosen.precision_constraints in _CONSTRAINTS:
        config.set_flag(trt.BuilderFlag.__members__[_CONSTRAINTS[chosen.precision_constraints]])
    if chosen.sparsity != "disable":
        config.set_flag(trt.BuilderFlag.SPARSE_WEIGHTS)
    if chosen.safe:
        config.engine_capability = trt.EngineCapability.SAFETY
    for pool, limit in chosen.mem_pool_size.items():
        config.set_memory_pool_limit(trt.MemoryPoolType.__members__[pool], limit)
    for feature, is_on in chosen.preview.items():
        config.set_preview_feature(feature, is_on)
    config.builder_optimization_level = chosen.builder_optimization_level
    config.max_num_tactics = chosen.max_tactics
    config.avg_timing_iterations = chosen.avg_timing
    config.num_threads = chosen.threads
    config.hardware_compatibility_level = trt.HardwareCompatibilityLevel.__members__[
        _COMPATIBILITIES[chosen.hardware_compatibility_level]
    ]
    config.tiling_optimization_level = trt.TilingOptimizationLevel(chosen.tiling_optimization_level)
    if chosen.l2_limit_for_tiling >= 0:
        config.l2_limit_for_tiling = chosen.l2_limit_for_tiling
    if chosen.max_aux_streams is not None:
        config.max_aux_streams = chosen.max_aux_streams
    config.profiling_verbosity = trt.ProfilingVerbosity.__members__[
        _VERBOSITIES[chosen.profiling_verbosity]
    ]
    if chosen.tactic_sources:
        config.set_tactic_sources(_sources(chosen.tactic_sources, config.get_tactic_sources()))


def _sources(text: str, now: int) -> int:
    for word in text.split(","):
        source = trt.TacticSource.__members__.get(word[1:])
        if source is None or word[0] not in "+-":
            known = ", ".join(trt.TacticSource.__members__)
            raise ValueError(f"--tacticSources: expected + or - and one of {known}, got '{word}'.")
        now = now | 1 << int(source) if word[0] == "+" else now & ~(1 << int(source))
    return now


def set_network(network: trt.INetworkDefinition, chosen: Options) -> None:
    """Types and formats of inputs, outputs and layers. Raises ValueError where they do not fit."""
    inputs = [network.get_input(i) for i in range(network.num_inputs)]
    outputs = [network.get_output(i) for i in range(network.num_outputs)]
    _set_formats("--inputIOFormats", inputs, chosen.input_formats)
    _set_formats("--outputIOFormats", outputs, chosen.output_formats)
    layers = [network.get_layer(i) for i in range(network.num_layers)]
    for layer in layers:
        if types := find(chosen.layer_precisions, layer.name):
            layer.precision = types[0]
        for i, dtype in enumerate(find(chosen.layer_output_types, layer.name) or []):
            if i < layer.num_outputs:
                layer.set_output_type(i, dtype)
    for option, given in (
        ("--layerPrecisions", chosen.layer_precisions),
        ("--layerOutputTypes", chosen.layer_output_types),
    ):
        for name in given:
            if not any(find({name: True}, layer.name) for layer in layers):
                raise ValueError(f"{option}: expected names of layers, got '{name}'.")


def _set_formats(
    option: str, tensors: list[trt.ITensor], formats: list[tuple[trt.DataType, int]] | None
) -> None:
    """One format for all of the tensors, or one each."""
    if formats is None:
        return
    if len(formats) not in (1, len(tensors)):
        raise ValueError(
            f"{option}: expected 1 or {len(tensors)} type:format, one a tensor, got {len(formats)}."
        )
    for i, tensor in enumerate(tensors):
        tensor.dtype, tensor.allowed_formats = formats[min(i, len(formats) - 1)]
