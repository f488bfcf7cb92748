"""How each engine loads a model and runs it once. Runs in the engine's own process."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

Feeds = dict[str, np.ndarray]


class Refusal(RuntimeError):
    """The engine cannot run this model; the text says why."""


@dataclass
class Job:
    """What a process is asked to run."""

    engine: str
    model: str
    feeds: Feeds
    threads: int
    plan: str = ""
    torch_name: str = ""


@dataclass
class Session:
    """A loaded model. What `facts` gives after a run joins the engine's results; `layers` gives
    times by layer."""

    run: Callable[[], list[np.ndarray]]
    facts: Callable[[], dict[str, Any]] = dict
    layers: Callable[[int], list[dict[str, Any]]] | None = None


def load_onnxruntime(job: Job) -> Session:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = job.threads
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(job.model, options, providers=["CPUExecutionProvider"])
    return Session(lambda: session.run(None, job.feeds))


def load_openvino(job: Job) -> Session:
    import openvino

    config = {"INFERENCE_NUM_THREADS": job.threads, "PERFORMANCE_HINT": "LATENCY"}
    if job.engine == "openvino":
        config["INFERENCE_PRECISION_HINT"] = "f32"
    core = openvino.Core()
    model = core.read_model(job.model)
    model.reshape({name: list(array.shape) for name, array in job.feeds.items()})
    compiled = core.compile_model(model, "CPU", config)
    request = compiled.create_infer_request()
    inputs = {name: openvino.Tensor(array, shared_memory=True) for name, array in job.feeds.items()}
    count = len(model.outputs)

    def run() -> list[np.ndarray]:
        request.infer(inputs, share_inputs=True)
        return [request.get_output_tensor(i).data for i in range(count)]

    precision = compiled.get_property("INFERENCE_PRECISION_HINT").get_type_name()
    return Session(run, lambda: {"precision": precision})


def load_ncnn(job: Job) -> Session:
    import ncnn

    network = ncnn.Net()
    network.opt.num_threads = job.threads
    form = Path(job.model).parent / "ncnn" / Path(job.model).stem
    if not form.with_suffix(".ncnn.param").exists():
        raise Refusal("pnnx gave no ncnn form of the model")
    if network.load_param(f"{form}.ncnn.param") or network.load_model(f"{form}.ncnn.bin"):
        raise Refusal("ncnn cannot load its form of the model")
    arrays = [array[0] if array.ndim > 2 else array.reshape(-1) for array in job.feeds.values()]
    inputs = [
        (name, ncnn.Mat(np.ascontiguousarray(array)).clone())
        for name, array in zip(network.input_names(), arrays, strict=True)
    ]

    def run() -> list[np.ndarray]:
        extractor = network.create_extractor()
        for name, array in inputs:
            extractor.input(name, array)
        results = [extractor.extract(name) for name in network.output_names()]
        if any(status for status, _ in results):
            raise Refusal("ncnn cannot run its form of the model")
        return [np.array(result)[None] for _, result in results]

    return Session(run)


def load_torch(job: Job) -> Session:
    import torch

    from benchmarks.models import make_network

    if not job.torch_name:
        raise Refusal("there is no torch module of this file")
    torch.set_num_threads(job.threads)
    network: Callable = make_network(job.torch_name)
    if job.engine == "inductor":
        network = torch.compile(network)
    inputs = [torch.from_numpy(array) for array in job.feeds.values()]

    def run() -> list[np.ndarray]:
        with torch.inference_mode():
            return [network(*inputs).numpy()]

    return Session(run)


def build_trtlike(job: Job) -> None:
    """Builds the plan and writes it."""
    import trtlike as trt

    logger = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(logger)
    network = builder.create_network()
    parser = trt.OnnxParser(network, logger)
    if not parser.parse_from_file(job.model):
        raise Refusal(str(parser.get_error(0)))
    config = builder.create_builder_config()
    config.num_threads = job.threads
    config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    flag = {"trtlike_bf16": "BF16", "trtlike_fp16": "FP16"}.get(job.engine)
    if flag:
        config.set_flag(getattr(trt.BuilderFlag, flag))
    profile = builder.create_optimization_profile()
    for name, array in job.feeds.items():
        profile.set_shape(name, array.shape, array.shape, array.shape)
    config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    if plan is None:
        raise Refusal("the build failed")
    with open(job.plan, "wb") as file:
        file.write(plan)


def load_trtlike(job: Job) -> Session:
    import trtlike as trt
    from trtlike import layers

    engine = trt.Runtime(trt.Logger(trt.Logger.ERROR)).load_engine_file(job.plan)
    if engine is None:
        raise Refusal("the plan could not be loaded")
    context = engine.create_execution_context()
    for name, array in job.feeds.items():
        context.set_input_shape(name, array.shape)
        context.set_tensor_address(name, array)
    outputs: list[np.ndarray] = []
    for i in range(engine.num_io_tensors):
        name = engine.get_tensor_name(i)
        if engine.get_tensor_mode(name) == trt.TensorIOMode.OUTPUT:
            dtype = trt.nptype(engine.get_tensor_dtype(name))
            outputs.append(np.empty(tuple(context.get_tensor_shape(name)), dtype))
            context.set_tensor_address(name, outputs[-1])

    def run() -> list[np.ndarray]:
        if not context.execute_async_v3(0):
            raise Refusal("the run failed")
        return outputs

    def facts() -> dict[str, Any]:
        return {"plan_bytes": Path(job.plan).stat().st_size, **layers.arena(context)}

    return Session(run, facts, lambda runs: layers.measure(context, run, runs))


_LOADERS: dict[str, Callable[[Job], Session]] = {
    "onnxruntime": load_onnxruntime,
    "openvino": load_openvino,
    "openvino_default": load_openvino,
    "ncnn": load_ncnn,
    "torch": load_torch,
    "inductor": load_torch,
    "trtlike": load_trtlike,
    "trtlike_bf16": load_trtlike,
    "trtlike_fp16": load_trtlike,
}


def load(job: Job) -> Session:
    return _LOADERS[job.engine](job)


def import_engine(package: str) -> None:
    """Imports count for no engine's loading time. Raises Refusal when it is not installed."""
    try:
        __import__(package)
    except ImportError as error:
        print(error, file=sys.stderr)
        raise Refusal(f"{package} is not installed") from error
