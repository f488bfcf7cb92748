"""What the tests share: models, the oracle, and building in one line."""

import json
import os
from pathlib import Path

import numpy as np
import pytest

import trtlike as trt

ASSETS = Path(
    os.environ.get("TRTLIKE_ASSETS", Path(__file__).parents[2].parent / "shared" / "assets")
)


class ListLogger(trt.ILogger):
    """Keeps warnings and errors."""

    def __init__(self, limit: trt.ILogger.Severity = trt.ILogger.WARNING):
        trt.ILogger.__init__(self)
        self.limit = limit
        self.lines: list[str] = []

    def log(self, severity: trt.ILogger.Severity, msg: str) -> None:
        if int(severity) <= int(self.limit):
            self.lines.append(msg)

    @property
    def text(self) -> str:
        return "\n".join(self.lines)


@pytest.fixture
def logger() -> ListLogger:
    return ListLogger()


def asset(*parts: str) -> Path:
    """A file of the shared assets; the test is skipped where they are absent."""
    path = ASSETS.joinpath(*parts)
    if not path.exists():
        pytest.skip(f"{path} is not there")
    return path


def digits_model() -> bytes:
    return (Path(trt.__file__).parent / "data" / "digits.onnx").read_bytes()


def build_plan(
    model: bytes | Path,
    profiles=None,
    flags=(),
    level: int = 3,
    log=None,
    cache=None,
    network_flags: int = 0,
    is_detailed: bool = False,
):
    """Parses and builds; asserts that both succeed. profiles: list of {input: (min, opt, max)};
    is_detailed: the plan can be inspected by layers."""
    log = log or ListLogger()
    builder = trt.Builder(log)
    network = builder.create_network(network_flags)
    parser = trt.OnnxParser(network, log)
    is_path = isinstance(model, Path)
    parsed = parser.parse_from_file(str(model)) if is_path else parser.parse(model)
    assert parsed, [str(parser.get_error(i)) for i in range(parser.num_errors)]
    config = builder.create_builder_config()
    config.builder_optimization_level = level
    if is_detailed:
        config.profiling_verbosity = trt.ProfilingVerbosity.DETAILED
    for flag in flags:
        config.set_flag(flag)
    if cache is not None:
        config.set_timing_cache(cache, True)
    for shapes in profiles or []:
        profile = builder.create_optimization_profile()
        for name, (low, opt, high) in shapes.items():
            profile.set_shape(name, low, opt, high)
        config.add_optimization_profile(profile)
    plan = builder.build_serialized_network(network, config)
    assert plan is not None, log.text
    return plan


def load(plan, log=None) -> trt.ICudaEngine:
    log = log or ListLogger()
    engine = trt.Runtime(log).deserialize_cuda_engine(plan)
    assert engine is not None, log.text
    return engine


def layers_of(engine: trt.ICudaEngine) -> list[dict]:
    """What the inspector says of each layer."""
    text = engine.create_engine_inspector().get_engine_information(trt.LayerInformationFormat.JSON)
    return json.loads(text)["Layers"]


def onnxruntime_outputs(model: bytes | Path, feeds: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """The oracle's outputs by name."""
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    source = str(model) if isinstance(model, Path) else model
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    names = [output.name for output in session.get_outputs()]
    return dict(zip(names, session.run(names, feeds), strict=True))


def assert_close(
    got: np.ndarray, expected: np.ndarray, tolerance: float, absolute: float = 0.0, name: str = ""
) -> None:
    """The largest difference is at most `tolerance` of the largest magnitude, plus `absolute`."""
    assert got.shape == expected.shape, name
    if expected.size == 0:
        return
    wide = expected.astype(np.float64)
    difference = float(np.abs(got.astype(np.float64) - wide).max())
    assert difference <= tolerance * float(np.abs(wide).max()) + absolute, name


def assert_matches_onnxruntime(
    engine: trt.ICudaEngine,
    model: bytes | Path,
    feeds: dict[str, np.ndarray],
    tolerance: float = 1e-4,
    absolute: float = 0.0,
) -> None:
    outputs = engine.create_execution_context().infer(feeds)
    for name, expected in onnxruntime_outputs(model, feeds).items():
        assert_close(outputs[name], expected, tolerance, absolute, name)
