"""trtlike: TensorRT's Python API on ordinary CPUs.

Build an engine from an ONNX model and run it on numpy arrays:

    import trtlike as trt

    logger = trt.Logger(trt.Logger.WARNING)
    builder = trt.Builder(logger)
    network = builder.create_network()
    parser = trt.OnnxParser(network, logger)
    assert parser.parse_from_file("model.onnx")
    plan = builder.build_serialized_network(network, builder.create_builder_config())
    engine = trt.Runtime(logger).deserialize_cuda_engine(plan)
    outputs = engine.create_execution_context().infer({"input": array})

`__version__` is the TensorRT version whose API this is, by which scripts choose their branches;
`version` is that of trtlike. TRTLIKE_API_LEVEL=8 makes it 8.6.1, with the names and numbers of that
(trtlike.levels).
"""

from trtlike import _trtlike, arrays, levels
from trtlike._trtlike import *  # noqa: F403
from trtlike._trtlike import __trtlike_version__, __version__
from trtlike.arrays import volume
from trtlike.calibration import CalibrationCache, calibrate
from trtlike.names import (
    ResizeMode,
    SliceMode,
    bfloat16,
    bool,
    e8m0,
    float16,
    float32,
    fp4,
    fp8,
    get_nv_onnx_parser_version,
    int4,
    int8,
    int32,
    int64,
    uint8,
)
from trtlike.old_names import shutdown_protobuf_library

arrays.add_methods()
version = __trtlike_version__
globals().update(levels.begin())

__all__ = [name for name in dir(_trtlike) if not name.startswith("_")] + [
    "CalibrationCache",
    "ResizeMode",
    "SliceMode",
    "__trtlike_version__",
    "__version__",
    "bfloat16",
    "bool",
    "calibrate",
    "e8m0",
    "float16",
    "float32",
    "fp4",
    "fp8",
    "get_nv_onnx_parser_version",
    "int4",
    "int8",
    "int32",
    "int64",
    "shutdown_protobuf_library",
    "uint8",
    "version",
    "volume",
]
