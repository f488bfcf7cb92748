"""Products of few rows by weights of 4 and 8 bits: the integers stay in the plan, and numbers are
those of ONNX Runtime and of ONNX's reference evaluator."""

import itertools

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

import trtlike as trt

onnxruntime = pytest.importorskip("onnxruntime")
SUMS, COLUMNS = 256, 200


def plan_of(model: onnx.ModelProto, rows: int | None = None) -> trt.IHostMemory:
    log = trt.Logger(trt.Logger.ERROR)
    builder = trt.Builder(log)
    network = builder.create_network()
    parser = trt.OnnxParser(network, log)
    assert parser.parse(model.SerializeToString()), parser.get_error(0)
    config = builder.create_builder_config()
    if rows is not None:
        profile = builder.create_optimization_profile()
        profile.set_shape("x", (1, SUMS), (1, SUMS), (rows, SUMS))
        config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    assert plan is not None
    return plan


def run(plan: trt.IHostMemory, x: np.ndarray) -> np.ndarray:
    engine = trt.Runtime(trt.Logger(trt.Logger.ERROR)).deserialize_cuda_engine(plan)
    return engine.create_execution_context().infer({"x": x})["y"]


def model_of(node: onnx.NodeProto | list, constants: dict, rows: int | str, dtype=np.float32):
    elem = helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    graph = helper.make_graph(
        node if isinstance(node, list) else [node],
        "weights",
        [helper.make_tensor_value_info("x", elem, [rows, SUMS])],
        [helper.make_tensor_value_info("y", elem, [rows, COLUMNS])],
        [
            value if isinstance(value, onnx.TensorProto) else numpy_helper.from_array(value, name)
            for name, value in constants.items()
        ],
    )
    domains = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=domains, ir_version=10)


N_BITS_CASES = list(itertools.product((4, 8), (16, 32, 128, 256), (False, True)))


def n_bits(bits: int, block: int, has_zeros: bool, rows: int | str, seed: int = 0):
    random = np.random.default_rng(seed)
    blocks = SUMS // block
    names = ["x", "b", "s"]
    constants = {
        "b": random.integers(0, 256, (COLUMNS, blocks, block * bits // 8), np.uint8),
        # As quantizers write them: of either sign.
        "s": random.uniform(-0.01, 0.01, COLUMNS * blocks).astype(np.float32),
    }
    if has_zeros:
        names.append("z")
        constants["z"] = random.integers(0, 256, COLUMNS * -(-blocks * bits // 8), np.uint8)
    node = helper.make_node(
        "MatMulNBits", names, ["y"], domain="com.microsoft",
        K=SUMS, N=COLUMNS, bits=bits, block_size=block,
    )  # fmt: skip
    return model_of(node, constants, rows)


@pytest.mark.parametrize(("bits", "block", "has_zeros"), N_BITS_CASES)
def test_matmul_n_bits_keeps_its_integers(bits: int, block: int, has_zeros: bool) -> None:
    model = n_bits(bits, block, has_zeros, "rows")
    plan = plan_of(model, 40)
    # Float scales, and zero points of a byte, of each block.
    weights = SUMS * COLUMNS
    assert plan.nbytes < weights * (bits / 8 + 5 / block) * 1.15 + 6000
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    for rows in (1, 2, 7, 40):
        x = np.random.default_rng(rows).standard_normal((rows, SUMS)).astype(np.float32)
        expected = session.run(["y"], {"x": x})[0]
        assert np.abs(run(plan, x) - expected).max() <= 2e-5 * np.abs(expected).max()


@pytest.mark.parametrize("dtype", [TensorProto.INT4, TensorProto.UINT4, TensorProto.INT8])
@pytest.mark.parametrize("block", [0, 32])
def test_dequantized_weights_keep_their_integers(dtype: int, block: int) -> None:
    random = np.random.default_rng(dtype + block)
    low, high = {
        TensorProto.INT4: (-8, 8),
        TensorProto.UINT4: (0, 16),
        TensorProto.INT8: (-128, 128),
    }[dtype]
    shape = (SUMS, COLUMNS)
    scale_shape = (SUMS // block, COLUMNS) if block else (COLUMNS,)

    def integers(name: str, extents: tuple) -> onnx.TensorProto:
        return helper.make_tensor(
            name, dtype, extents, random.integers(low, high, extents).flatten()
        )

    attributes = {"axis": 0, "block_size": block} if block else {"axis": 1}
    nodes = [
        helper.make_node("DequantizeLinear", ["q", "s", "z"], ["w"], **attributes),
        helper.make_node("MatMul", ["x", "w"], ["product"]),
        helper.make_node("Add", ["product", "bias"], ["sum"]),
        helper.make_node("Relu", ["sum"], ["y"]),
    ]
    constants = {
        "q": integers("q", shape),
        "s": random.uniform(0.001, 0.01, scale_shape).astype(np.float32),
        "z": integers("z", scale_shape),
        "bias": random.standard_normal(COLUMNS).astype(np.float32),
    }
    model = model_of(nodes, constants, 3)
    plan = plan_of(model)
    assert plan.nbytes < 2 * SUMS * COLUMNS  # four bytes each in FP32
    x = random.standard_normal((3, SUMS)).astype(np.float32)
    expected = ReferenceEvaluator(model).run(["y"], {"x": x})[0]
    assert np.abs(run(plan, x) - expected).max() <= 2e-5 * np.abs(expected).max()
