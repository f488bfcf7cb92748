"""One row times weights of 4 and 8 bits, as decoders of language models do: bytes read a second by
engines in turns, and what this machine reads at most."""

import math
import time
from collections.abc import Callable

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper

import trtlike as trt
from trtlike import layers

SHAPES = [(4096, 4096), (4096, 11008)]
_BLOCK = 32
# Several in a row, so that none is found in the caches.
_MOST_BYTES = 160e6
Run = Callable[[], object]


def _count(sums: int, columns: int, bits: int) -> int:
    return max(2, min(12, int(_MOST_BYTES / (sums * columns * bits / 8))))


def make_model(sums: int, columns: int, bits: int) -> bytes:
    """Products beside each other, added up."""
    random = np.random.default_rng(sums + columns + bits)
    blocks, nodes, constants, products = sums // _BLOCK, [], [], []
    for i in range(_count(sums, columns, bits)):
        packed = random.integers(0, 256, (columns, blocks, _BLOCK * bits // 8), np.uint8)
        scales = random.uniform(0.001, 0.01, columns * blocks).astype(np.float16).astype(np.float32)
        constants.append(onnx.numpy_helper.from_array(packed, f"b{i}"))
        constants.append(onnx.numpy_helper.from_array(scales, f"s{i}"))
        products.append(f"y{i}")
        nodes.append(
            helper.make_node(
                "MatMulNBits", ["x", f"b{i}", f"s{i}"], [f"y{i}"], domain="com.microsoft",
                K=sums, N=columns, bits=bits, block_size=_BLOCK,
            )
        )  # fmt: skip
    nodes.append(helper.make_node("Sum", products, ["y"]))
    graph = helper.make_graph(
        nodes,
        "weights",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, sums])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, columns])],
        constants,
    )
    domains = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
    model = helper.make_model(graph, opset_imports=domains, ir_version=9)
    return model.SerializeToString()  # type: ignore[no-any-return]


def _by_trtlike(model: bytes, feeds: dict[str, np.ndarray], threads: int) -> tuple[Run, int]:
    log = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(log)
    builder.max_threads = threads
    network = builder.create_network()
    parser = trt.OnnxParser(network, log)
    if not parser.parse(model):
        raise SystemExit(str(parser.get_error(0)))
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    engine = trt.Runtime(log).deserialize_cuda_engine(plan)
    context = engine.create_execution_context()
    return lambda: context.infer(feeds)["y"], plan.nbytes  # type: ignore[attr-defined]


def _by_onnxruntime(model: bytes, feeds: dict[str, np.ndarray], threads: int) -> Run:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(["y"], feeds)[0]


def _least_s(run: Run, budget_s: float) -> float:
    best, end = math.inf, time.perf_counter() + budget_s
    while (start := time.perf_counter()) < end:
        run()
        best = min(best, time.perf_counter() - start)
    return best


def print_table(threads: int, rounds: int, budget_s: float) -> None:
    peak = layers.peaks(threads)["read_gbs"]
    print(f"{threads} threads read {peak:.1f} GB/s at most")
    print(
        "| weights | bits | ONNX Runtime GB/s | trtlike GB/s | of the most | plan bytes a weight |"
    )
    print("|---" * 6 + "|", flush=True)
    for sums, columns in SHAPES:
        for bits in (4, 8):
            feeds = {"x": np.random.default_rng(1).standard_normal((1, sums)).astype(np.float32)}
            model = make_model(sums, columns, bits)
            own, plan_bytes = _by_trtlike(model, feeds, threads)
            runs = [_by_onnxruntime(model, feeds, threads), own]
            times = [math.inf, math.inf]
            for _ in range(rounds):
                times = [
                    min(t, _least_s(run, budget_s)) for t, run in zip(times, runs, strict=True)
                ]
            weights = sums * columns * _count(sums, columns, bits)
            rates = [weights * (bits / 8 + 4 / _BLOCK) / t / 1e9 for t in times]
            print(
                f"| {sums}x{columns} | {bits} | {rates[0]:.1f} | {rates[1]:.1f} "
                f"| {rates[1] / peak:.2f} | {plan_bytes / weights:.3f} |",
                flush=True,
            )
