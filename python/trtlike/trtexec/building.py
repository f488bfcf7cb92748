"""Engines from ONNX files or saved plans."""

import time
from pathlib import Path

import numpy as np

import trtlike as trt
from trtlike import calibration
from trtlike.build_files import write_file
from trtlike.trtexec.console import Console
from trtlike.trtexec.options import Options, Profile
from trtlike.trtexec.settings import set_config, set_network
from trtlike.trtexec.values import find


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
        write_file(Path(chosen.save_engine), plan)
    engine = runtime.deserialize_cuda_engine(plan)
    if engine is None:
        raise ValueError("The engine that was built could not be loaded.")
    return engine


def time_deserialize(engine: trt.ICudaEngine, console: Console) -> None:
    """Prints how long it takes to load the plan, twice: the first reads what is not in memory."""
    plan = engine.serialize()
    for which in ("First", "Second"):
        start = time.perf_counter()
        trt.Runtime(console).deserialize_cuda_engine(plan)
        ms = (time.perf_counter() - start) * 1e3
        console.info(f"{which} deserialization time = {ms:.6g} milliseconds")


def plan_version(path: str) -> int:
    """The version of a plan's format. Raises ValueError for what is no plan."""
    with open(path, "rb") as file:
        head = file.read(12)
    if not head.startswith(b"TRTLIKE\n") or len(head) < 12:
        raise ValueError(f"--getPlanVersionOnly: expected a plan, got {path}, which is none.")
    return int.from_bytes(head[8:], "little")


def _build(chosen: Options, console: Console) -> trt.IHostMemory:
    builder = trt.Builder(console)
    typed = 1 << int(trt.NetworkDefinitionCreationFlag.STRONGLY_TYPED)
    network = builder.create_network(typed if chosen.strongly_typed else 0)
    parser = trt.OnnxParser(network, console)
    console.info("Start parsing network model.")
    start = time.perf_counter()
    if not parser.parse_from_file(chosen.onnx or ""):
        for i in range(parser.num_errors):
            console.error(str(parser.get_error(i)))
        raise ValueError("Failed to parse onnx file")
    console.info(f"Finished parsing network model. Parse time: {time.perf_counter() - start:.3f}")
    set_network(network, chosen)
    config = builder.create_builder_config()
    set_config(config, chosen)
    _add_profiles(builder, network, config, chosen, console)
    _set_calibration_profile(builder, network, config, chosen)
    _set_calibrator(network, config, chosen, console)
    _load_timing_cache(config, chosen, console)
    start = time.perf_counter()
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise ValueError("Engine could not be created from network")
    console.info(f"Engine built in {time.perf_counter() - start:.3f} sec.")
    console.info(f"Created engine with size: {plan.nbytes / 2**20:.3f} MiB")
    if chosen.timing_cache_file:
        write_file(Path(chosen.timing_cache_file), config.get_timing_cache().serialize())
    return plan


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
                find(shapes.opt, tensor.name)
                or find(shapes.min, tensor.name)
                or find(chosen.shapes, tensor.name)
            )
            if opt is None:
                opt = tuple(max(extent, 1) for extent in tensor.shape)
                console.warning(
                    f"Dynamic dimensions of input {tensor.name} are not given: overridden to {opt}."
                )
            low = find(shapes.min, tensor.name) or opt
            high = find(shapes.max, tensor.name) or opt
            profile.set_shape(tensor.name, low, opt, high)
            console.info(f"Set shape of input tensor {tensor.name} to: {low}, {opt}, {high}")
        if dynamic:
            config.add_optimization_profile(profile)


def _set_calibration_profile(builder, network, config, chosen: Options) -> None:
    """--optShapesCalib, or the profile that --calibProfile names."""
    opt, low, high = chosen.opt_shapes_calib, chosen.min_shapes_calib, chosen.max_shapes_calib
    if chosen.calib_profile is not None:
        if chosen.calib_profile not in range(len(chosen.profiles)):
            raise ValueError(
                f"--calibProfile: expected one of {len(chosen.profiles)} profiles, "
                f"got {chosen.calib_profile}."
            )
        given = chosen.profiles[chosen.calib_profile]
        opt, low, high = given.opt | opt, given.min | low, given.max | high
    if not (opt or low or high):
        return
    profile = builder.create_optimization_profile()
    for i in range(network.num_inputs):
        tensor = network.get_input(i)
        if all(extent >= 0 for extent in tensor.shape):
            continue
        ends = [find(shapes, tensor.name) for shapes in (low, opt, high)]
        middle = ends[1] or ends[0] or ends[2]
        if middle is not None:
            profile.set_shape(tensor.name, ends[0] or middle, middle, ends[2] or middle)
    config.set_calibration_profile(profile)


def _set_calibrator(network, config, chosen: Options, console: Console) -> None:
    if not chosen.wants_int8:
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
    profile = (chosen.profiles or [Profile(opt=chosen.shapes)])[chosen.calib_profile or 0]
    shapes = profile.opt | profile.min | chosen.opt_shapes_calib
    inputs = [network.get_input(i) for i in range(network.num_inputs)]
    random = np.random.default_rng(0)
    batch = {
        tensor.name: random.standard_normal(
            find(shapes, tensor.name) or tuple(max(extent, 1) for extent in tensor.shape)
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
