"""TensorRT's shortcuts for element types, and other names of its Python package."""

from trtlike import _trtlike

float32 = _trtlike.DataType.FLOAT
float16 = _trtlike.DataType.HALF
bfloat16 = _trtlike.DataType.BF16
int8 = _trtlike.DataType.INT8
int32 = _trtlike.DataType.INT32
int64 = _trtlike.DataType.INT64
bool = _trtlike.DataType.BOOL
uint8 = _trtlike.DataType.UINT8
fp8 = _trtlike.DataType.FP8
int4 = _trtlike.DataType.INT4
fp4 = _trtlike.DataType.FP4
e8m0 = _trtlike.DataType.E8M0

SliceMode = _trtlike.SampleMode
ResizeMode = _trtlike.InterpolationMode


def get_nv_onnx_parser_version() -> int:
    """The version of TensorRT's ONNX parser that this one follows, as in 101600 for 10.16.0."""
    major, minor, patch = _trtlike.tensorrt_version.split(".")[:3]
    return int(major) * 10000 + int(minor) * 100 + int(patch)
