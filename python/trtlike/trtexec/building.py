"""Engines from ONNX files or saved plans."""

import os
import tempfile
import time
from pathlib import Path

import numpy as np

import trtlike as trt
from trtlike import calibration
from trtlike.trtexec.console import Console
from trtlike.trtexec.options import Options, Profile


def get_engine(chosen: Options, console: Console) -> trt.ICudaEngine:
    """Builds or loads the engine. Raises ValueError when that fails; the log says why."""
    runtime = trt.Runtime(console)
    if chosen.load_engine:
        start = time.perf_counter()
        engine = runtime.load_engine_file(chosen.load_engine)
        if engine is None:
            raise ValueError(f"Engine could not be loaded from {chosen.load_engine}.")
        console.info(f"Engine loaded in {time.perf_counter() - start:.3f} sec.")
        return engine
    plan = _build(chosen, console)
    if chosen.save_engine:
        write_beside(Path(chosen.save_engine), plan)
    engine = runtime.deserialize_cuda_engine(plan)
    if engine is None:
        raise ValueError("The engine that was built could not be loaded.")
    return engine


def write_beside(path: Path, data) -> None:
    """Writes a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        os.unlink(name)
        raise


def _build(chosen: Options, console: Console) -> trt.IHostMemory:
    builder = trt.Builder(console)
    network = builder.create_network(0)
    parser = trt.OnnxParser(network, console)
    console.info("Start parsing network model.")
    start = time.perf_counter()
    if not parser.parse_from_file(chosen.onnx or ""):
        for i in range(parser.num_errors):
            console.error(str(parser.get_error(i)))
        raise ValueError("Failed to parse onnx file")
    console.info(f"Finished parsing network model. Parse time: {time.perf_counter() - start:.3f}")
    config = builder.create_builder_config()
    _set_flags(config, chosen)
    _add_profiles(builder, network, config, chosen, console)
    _set_calibrator(network, config, chosen, console)
    _load_timing_cache(config, chosen, console)
    start = time.perf_counter()
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise ValueError("Engine could not be created from network")
    console.info(f"Engine built in {time.perf_counter() - start:.3f} sec.")
    console.info(f"Created engine with size: {plan.nbytes / 2**20:.3f} MiB")
    if chosen.timing_cache_file:
        write_beside(Path(chosen.timing_cache_file), config.get_timing_cache().serialize())
    return plan


def _set_flags(config: trt.IBuilderConfig, chosen: Options) -> None:
    if chosen.fp16:
        config.set_flag(trt.BuilderFlag.FP16)
    if chosen.int8:
        config.set_flag(trt.BuilderFlag.INT8)
    if chosen.bf16:
        config.set_flag(trt.BuilderFlag.BF16)
    if chosen.no_tf32:
        config.clear_flag(trt.BuilderFlag.TF32)
    if chosen.error_on_timing_cache_miss:
        config.set_flag(trt.BuilderFlag.ERROR_ON_TIMING_CACHE_MISS)
    for pool, limit in chosen.mem_pool_size.items():
        config.set_memory_pool_limit(getattr(trt.MemoryPoolType, pool), limit)
    config.builder_optimization_level = chosen.builder_optimization_level
    config.max_num_tactics = chosen.max_tactics
    config.avg_timing_iterations = chosen.avg_timing
    config.num_threads = chosen.threads
    verbosity = {"detailed": "DETAILED", "none": "NONE"}.get(
        chosen.profiling_verbosity, "LAYER_NAMES_ONLY"
    )
    config.profiling_verbosity = getattr(trt.ProfilingVerbosity, verbosity)
    if chosen.tactic_sources:
        config.set_tactic_sources(_sources(chosen.tactic_sources, config.get_tactic_sources()))


def _sources(text: str, now: int) -> int:
    for word in text.split(","):
        source = getattr(trt.TacticSource, word[1:], None)
        if source is None or word[0] not in "+-":
            known = ", ".join(trt.TacticSource.__members__)
            raise ValueError(f"--tacticSources: expected + or - and one of {known}, got '{word}'.")
        now = now | 1 << int(source) if word[0] == "+" else now & ~(1 << int(source))
    return now


def _add_profiles(builder, network, config, chosen: Options, console: Console) -> None:
    """Dynamic extents that no option gives are 1; --shapes alone sets min, opt and max."""
    profiles = chosen.profiles or [Profile()]
    for shapes in profiles:
        profile = builder.create_optimization_profile()
        dynamic = False
        for i in range(network.num_inputs):
            tensor = network.get_input(i)
            if all(extent >= 0 for extent in tensor.shape):
                continue
            dynamic = True
            opt = (
                shapes.opt.get(tensor.name)
                or shapes.min.get(tensor.name)
                or chosen.shapes.get(tensor.name)
            )
            if opt is None:
                opt = tuple(max(extent, 1) for extent in tensor.shape)
                console.warning(
                    f"Dynamic dimensions of input {tensor.name} are not given: overridden to {opt}."
                )
            low, high = shapes.min.get(tensor.name, opt), shapes.max.get(tensor.name, opt)
            profile.set_shape(tensor.name, low, opt, high)
            console.info(f"Set shape of input tensor {tensor.name} to: {low}, {opt}, {high}")
        if dynamic:
            config.add_optimization_profile(profile)


def _set_calibrator(network, config, chosen: Options, console: Console) -> None:
    if not chosen.int8:
        return
    if chosen.calib:
        config.int8_calibrator = calibration.make_calibrator(
            [], cache=Path(chosen.calib).read_bytes()
        )
        return
    layers = (network.get_layer(i) for i in range(network.num_layers))
    if any(layer.type == trt.LayerType.QUANTIZE for layer in layers):
        return
    console.warning("--int8 without --calib: scales are those of random data, for times only.")
    shapes = chosen.profiles[0].opt | chosen.profiles[0].min if chosen.profiles else chosen.shapes
    inputs = [network.get_input(i) for i in range(network.num_inputs)]
    random = np.random.default_rng(0)
    batch = {
        tensor.name: random.standard_normal(
            shapes.get(tensor.name) or tuple(max(extent, 1) for extent in tensor.shape)
        ).astype(trt.nptype(tensor.dtype))
        for tensor in inputs
    }
    config.int8_calibrator = calibration.make_calibrator([batch])


def _load_timing_cache(config: trt.IBuilderConfig, chosen: Options, console: Console) -> None:
    if not chosen.timing_cache_file:
        return
    path = Path(chosen.timing_cache_file)
    data = path.read_bytes() if path.exists() else b""
    try:
        cache = config.create_timing_cache(data)
    except trt.Error as error:
        console.warning(f"{error} Timing anew.")
        cache = config.create_timing_cache(b"")
    if not config.set_timing_cache(cache, False):
        console.warning(f"The timing cache {path} belongs to another machine: timing anew.")
        config.set_timing_cache(config.create_timing_cache(b""), False)
    console.info(f"Loaded {len(cache)} timings from {path}")
