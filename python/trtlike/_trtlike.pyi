# Written by scripts/make_stubs.py from the compiled module.
"""
The compiled part of trtlike: TensorRT's API on the CPU.
"""
from __future__ import annotations
import collections.abc
import numpy
import typing
import typing_extensions
__all__: list[str] = ['APILanguage', 'ActivationType', 'AllocatorFlag', 'ArrayAllocator', 'AttentionNormalizationOp', 'BoundingBoxFormat', 'Builder', 'BuilderFlag', 'CalibrationAlgoType', 'CalibrationMethod', 'CumulativeOperation', 'DataType', 'DeviceType', 'DimensionOperation', 'Dims', 'Dims2', 'Dims3', 'Dims4', 'DimsHW', 'ElementWiseOperation', 'EngineCapability', 'EngineInspector', 'EngineStat', 'Error', 'ErrorCode', 'ErrorCodeTRT', 'ExecutionContextAllocationStrategy', 'FillOperation', 'GatherMode', 'HardwareCompatibilityLevel', 'IActivationLayer', 'IAlgorithm', 'IAlgorithmContext', 'IAlgorithmIOInfo', 'IAlgorithmSelector', 'IAlgorithmVariant', 'IAssertionLayer', 'IAttention', 'IAttentionBoundaryLayer', 'IAttentionInputLayer', 'IAttentionOutputLayer', 'IBuilderConfig', 'ICastLayer', 'IConcatenationLayer', 'IConditionLayer', 'IConstantLayer', 'IConvolutionLayer', 'ICudaEngine', 'ICumulativeLayer', 'IDebugListener', 'IDeconvolutionLayer', 'IDequantizeLayer', 'IDynamicQuantizeLayer', 'IEinsumLayer', 'IElementWiseLayer', 'IErrorRecorder', 'IExecutionContext', 'IFillLayer', 'IGatherLayer', 'IGpuAllocator', 'IGpuAsyncAllocator', 'IGridSampleLayer', 'IHostMemory', 'IIdentityLayer', 'IIfConditional', 'IIfConditionalBoundaryLayer', 'IIfConditionalInputLayer', 'IIfConditionalOutputLayer', 'IInt8Calibrator', 'IInt8EntropyCalibrator', 'IInt8EntropyCalibrator2', 'IInt8LegacyCalibrator', 'IInt8MinMaxCalibrator', 'IIteratorLayer', 'IKVCacheUpdateLayer', 'ILRNLayer', 'ILayer', 'ILogger', 'ILoop', 'ILoopBoundaryLayer', 'ILoopOutputLayer', 'IMatrixMultiplyLayer', 'IMoELayer', 'INMSLayer', 'INetworkDefinition', 'INonZeroLayer', 'INormalizationLayer', 'IOneHotLayer', 'IOptimizationProfile', 'IOutputAllocator', 'IPaddingLayer', 'IParametricReLULayer', 'IPoolingLayer', 'IProfiler', 'IProgressMonitor', 'IQuantizeLayer', 'IRaggedSoftMaxLayer', 'IRecurrenceLayer', 'IReduceLayer', 'IResizeLayer', 'IReverseSequenceLayer', 'IRotaryEmbeddingLayer', 'IRuntimeConfig', 'IScaleLayer', 'IScatterLayer', 'ISelectLayer', 'ISerializationConfig', 'IShapeLayer', 'IShuffleLayer', 'ISliceLayer', 'ISoftMaxLayer', 'ISqueezeLayer', 'IStreamReader', 'IStreamReaderV2', 'IStreamWriter', 'ITensor', 'ITimingCache', 'ITopKLayer', 'ITripLimitLayer', 'IUnaryLayer', 'IUnsqueezeLayer', 'IVersionedInterface', 'InterfaceInfo', 'InternalError', 'InterpolationMode', 'KVCacheMode', 'LayerInformationFormat', 'LayerType', 'Logger', 'LoopOutput', 'MachinePeaks', 'MatrixOperation', 'MemoryPoolType', 'MoEActType', 'NetworkDefinitionCreationFlag', 'NodeIndices', 'OnnxParser', 'OnnxParserFlag', 'OnnxParserRefitter', 'PaddingMode', 'ParserError', 'Permutation', 'PlanError', 'PluginArgDataType', 'PluginArgType', 'PluginCapabilityType', 'PluginCreatorVersion', 'PluginFieldType', 'PoolingType', 'PreviewFeature', 'Profiler', 'ProfilingVerbosity', 'QuantizationFlag', 'QuickPluginCreationRequest', 'ReduceOperation', 'Refitter', 'ResizeCoordinateTransformation', 'ResizeMode', 'ResizeRoundMode', 'ResizeSelector', 'Runtime', 'RuntimePlatform', 'SampleMode', 'ScaleMode', 'ScatterMode', 'SeekPosition', 'SerializationFlag', 'SliceMode', 'SubGraphCollection', 'TacticSource', 'TempfileControlFlag', 'TensorFormat', 'TensorIOMode', 'TensorLocation', 'TensorRTPhase', 'TilingOptimizationLevel', 'TimingCacheKey', 'TimingCacheValue', 'TopKOperation', 'TripLimit', 'UnaryOperation', 'UnsupportedError', 'UserError', 'Weights', 'WeightsRole', 'cpu_fingerprint', 'create_stream', 'default_num_threads', 'destroy_stream', 'environment_switches', 'init_libnvinfer_plugins', 'measure_peaks', 'nptype', 'synchronize_stream', 'tensorrt_version']
class MachinePeaks:
    """
    What threads reach together in measured loops.
    """
    @property
    def bf16_operations_per_s(self) -> float:
        """
        The same on pairs of bfloat16; 0 where the CPU has no such instruction.
        """
    @property
    def fp32_operations_per_s(self) -> float:
        """
        Multiplications and additions of floats.
        """
    @property
    def read_bytes_per_s(self) -> float:
        """
        Reading more memory than caches hold.
        """
    @property
    def threads(self) -> int:
        ...
class Error(RuntimeError):
    pass
class UserError(Error):
    pass
class UnsupportedError(Error):
    pass
class PlanError(Error):
    pass
class InternalError(Error):
    pass
class DataType:
    """
    Members:
    
      FLOAT
    
      HALF
    
      INT8
    
      INT32
    
      BOOL
    
      UINT8
    
      FP8
    
      BF16
    
      INT64
    
      INT4
    
      FP4
    
      E8M0
    
      DOUBLE
    
      INT16
    
      UINT16
    
      UINT32
    
      UINT64
    
      UINT4
    
      INT2
    
      UINT2
    
      FP8E5M2
    
      FP8E4M3FNUZ
    
      FP8E5M2FNUZ
    """
    BF16: typing.ClassVar[DataType]
    BOOL: typing.ClassVar[DataType]
    DOUBLE: typing.ClassVar[DataType]
    E8M0: typing.ClassVar[DataType]
    FLOAT: typing.ClassVar[DataType]
    FP4: typing.ClassVar[DataType]
    FP8: typing.ClassVar[DataType]
    FP8E4M3FNUZ: typing.ClassVar[DataType]
    FP8E5M2: typing.ClassVar[DataType]
    FP8E5M2FNUZ: typing.ClassVar[DataType]
    HALF: typing.ClassVar[DataType]
    INT16: typing.ClassVar[DataType]
    INT2: typing.ClassVar[DataType]
    INT32: typing.ClassVar[DataType]
    INT4: typing.ClassVar[DataType]
    INT64: typing.ClassVar[DataType]
    INT8: typing.ClassVar[DataType]
    UINT16: typing.ClassVar[DataType]
    UINT2: typing.ClassVar[DataType]
    UINT32: typing.ClassVar[DataType]
    UINT4: typing.ClassVar[DataType]
    UINT64: typing.ClassVar[DataType]
    UINT8: typing.ClassVar[DataType]
    __members__: typing.ClassVar[dict[str, DataType]]
    @typing.overload
    def __eq__(self, other: DataType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: DataType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def itemsize(self) -> float | None:
        """
        Bytes of one element: a whole number, 0.5 for 4-bit types, None for E8M0.
        """
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class TensorIOMode:
    """
    Members:
    
      NONE
    
      INPUT
    
      OUTPUT
    """
    INPUT: typing.ClassVar[TensorIOMode]
    NONE: typing.ClassVar[TensorIOMode]
    OUTPUT: typing.ClassVar[TensorIOMode]
    __members__: typing.ClassVar[dict[str, TensorIOMode]]
    @typing.overload
    def __eq__(self, other: TensorIOMode) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: TensorIOMode) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class TensorLocation:
    """
    Members:
    
      DEVICE
    
      HOST
    """
    DEVICE: typing.ClassVar[TensorLocation]
    HOST: typing.ClassVar[TensorLocation]
    __members__: typing.ClassVar[dict[str, TensorLocation]]
    @typing.overload
    def __eq__(self, other: TensorLocation) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: TensorLocation) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class TensorFormat:
    """
    Members:
    
      LINEAR
    
      CHW2
    
      HWC8
    
      CHW4
    
      CHW16
    
      CHW32
    
      DHWC8
    
      CDHW32
    
      HWC
    
      DLA_LINEAR
    
      DLA_HWC4
    
      HWC16
    
      DHWC
    """
    CDHW32: typing.ClassVar[TensorFormat]
    CHW16: typing.ClassVar[TensorFormat]
    CHW2: typing.ClassVar[TensorFormat]
    CHW32: typing.ClassVar[TensorFormat]
    CHW4: typing.ClassVar[TensorFormat]
    DHWC: typing.ClassVar[TensorFormat]
    DHWC8: typing.ClassVar[TensorFormat]
    DLA_HWC4: typing.ClassVar[TensorFormat]
    DLA_LINEAR: typing.ClassVar[TensorFormat]
    HWC: typing.ClassVar[TensorFormat]
    HWC16: typing.ClassVar[TensorFormat]
    HWC8: typing.ClassVar[TensorFormat]
    LINEAR: typing.ClassVar[TensorFormat]
    __members__: typing.ClassVar[dict[str, TensorFormat]]
    def __eq__(self, other: typing.Any) -> typing.Any:
        ...
    def __ge__(self, other: typing.Any) -> typing.Any:
        ...
    def __getstate__(self) -> int:
        ...
    def __gt__(self, other: typing.Any) -> typing.Any:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    def __le__(self, other: typing.Any) -> typing.Any:
        ...
    def __lt__(self, other: typing.Any) -> typing.Any:
        ...
    def __ne__(self, other: typing.Any) -> typing.Any:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class LayerType:
    """
    Members:
    
      CONVOLUTION
    
      CAST
    
      ACTIVATION
    
      POOLING
    
      LRN
    
      SCALE
    
      SOFTMAX
    
      DECONVOLUTION
    
      CONCATENATION
    
      ELEMENTWISE
    
      PLUGIN
    
      UNARY
    
      PADDING
    
      SHUFFLE
    
      REDUCE
    
      TOPK
    
      GATHER
    
      MATRIX_MULTIPLY
    
      RAGGED_SOFTMAX
    
      CONSTANT
    
      IDENTITY
    
      PLUGIN_V2
    
      SLICE
    
      SHAPE
    
      PARAMETRIC_RELU
    
      RESIZE
    
      TRIP_LIMIT
    
      RECURRENCE
    
      ITERATOR
    
      LOOP_OUTPUT
    
      SELECT
    
      FILL
    
      QUANTIZE
    
      DEQUANTIZE
    
      CONDITION
    
      CONDITIONAL_INPUT
    
      CONDITIONAL_OUTPUT
    
      SCATTER
    
      EINSUM
    
      ASSERTION
    
      ONE_HOT
    
      NON_ZERO
    
      GRID_SAMPLE
    
      NMS
    
      REVERSE_SEQUENCE
    
      NORMALIZATION
    
      PLUGIN_V3
    
      SQUEEZE
    
      UNSQUEEZE
    
      CUMULATIVE
    
      DYNAMIC_QUANTIZE
    
      ATTENTION_INPUT
    
      ATTENTION_OUTPUT
    
      ROTARY_EMBEDDING
    
      KV_CACHE_UPDATE
    
      MOE
    
      DIST_COLLECTIVE
    """
    ACTIVATION: typing.ClassVar[LayerType]
    ASSERTION: typing.ClassVar[LayerType]
    ATTENTION_INPUT: typing.ClassVar[LayerType]
    ATTENTION_OUTPUT: typing.ClassVar[LayerType]
    CAST: typing.ClassVar[LayerType]
    CONCATENATION: typing.ClassVar[LayerType]
    CONDITION: typing.ClassVar[LayerType]
    CONDITIONAL_INPUT: typing.ClassVar[LayerType]
    CONDITIONAL_OUTPUT: typing.ClassVar[LayerType]
    CONSTANT: typing.ClassVar[LayerType]
    CONVOLUTION: typing.ClassVar[LayerType]
    CUMULATIVE: typing.ClassVar[LayerType]
    DECONVOLUTION: typing.ClassVar[LayerType]
    DEQUANTIZE: typing.ClassVar[LayerType]
    DIST_COLLECTIVE: typing.ClassVar[LayerType]
    DYNAMIC_QUANTIZE: typing.ClassVar[LayerType]
    EINSUM: typing.ClassVar[LayerType]
    ELEMENTWISE: typing.ClassVar[LayerType]
    FILL: typing.ClassVar[LayerType]
    GATHER: typing.ClassVar[LayerType]
    GRID_SAMPLE: typing.ClassVar[LayerType]
    IDENTITY: typing.ClassVar[LayerType]
    ITERATOR: typing.ClassVar[LayerType]
    KV_CACHE_UPDATE: typing.ClassVar[LayerType]
    LOOP_OUTPUT: typing.ClassVar[LayerType]
    LRN: typing.ClassVar[LayerType]
    MATRIX_MULTIPLY: typing.ClassVar[LayerType]
    MOE: typing.ClassVar[LayerType]
    NMS: typing.ClassVar[LayerType]
    NON_ZERO: typing.ClassVar[LayerType]
    NORMALIZATION: typing.ClassVar[LayerType]
    ONE_HOT: typing.ClassVar[LayerType]
    PADDING: typing.ClassVar[LayerType]
    PARAMETRIC_RELU: typing.ClassVar[LayerType]
    PLUGIN: typing.ClassVar[LayerType]
    PLUGIN_V2: typing.ClassVar[LayerType]
    PLUGIN_V3: typing.ClassVar[LayerType]
    POOLING: typing.ClassVar[LayerType]
    QUANTIZE: typing.ClassVar[LayerType]
    RAGGED_SOFTMAX: typing.ClassVar[LayerType]
    RECURRENCE: typing.ClassVar[LayerType]
    REDUCE: typing.ClassVar[LayerType]
    RESIZE: typing.ClassVar[LayerType]
    REVERSE_SEQUENCE: typing.ClassVar[LayerType]
    ROTARY_EMBEDDING: typing.ClassVar[LayerType]
    SCALE: typing.ClassVar[LayerType]
    SCATTER: typing.ClassVar[LayerType]
    SELECT: typing.ClassVar[LayerType]
    SHAPE: typing.ClassVar[LayerType]
    SHUFFLE: typing.ClassVar[LayerType]
    SLICE: typing.ClassVar[LayerType]
    SOFTMAX: typing.ClassVar[LayerType]
    SQUEEZE: typing.ClassVar[LayerType]
    TOPK: typing.ClassVar[LayerType]
    TRIP_LIMIT: typing.ClassVar[LayerType]
    UNARY: typing.ClassVar[LayerType]
    UNSQUEEZE: typing.ClassVar[LayerType]
    __members__: typing.ClassVar[dict[str, LayerType]]
    @typing.overload
    def __eq__(self, other: LayerType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: LayerType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ActivationType:
    """
    Members:
    
      RELU
    
      SIGMOID
    
      TANH
    
      LEAKY_RELU
    
      ELU
    
      SELU
    
      SOFTSIGN
    
      SOFTPLUS
    
      CLIP
    
      HARD_SIGMOID
    
      SCALED_TANH
    
      THRESHOLDED_RELU
    
      GELU_ERF
    
      GELU_TANH
    """
    CLIP: typing.ClassVar[ActivationType]
    ELU: typing.ClassVar[ActivationType]
    GELU_ERF: typing.ClassVar[ActivationType]
    GELU_TANH: typing.ClassVar[ActivationType]
    HARD_SIGMOID: typing.ClassVar[ActivationType]
    LEAKY_RELU: typing.ClassVar[ActivationType]
    RELU: typing.ClassVar[ActivationType]
    SCALED_TANH: typing.ClassVar[ActivationType]
    SELU: typing.ClassVar[ActivationType]
    SIGMOID: typing.ClassVar[ActivationType]
    SOFTPLUS: typing.ClassVar[ActivationType]
    SOFTSIGN: typing.ClassVar[ActivationType]
    TANH: typing.ClassVar[ActivationType]
    THRESHOLDED_RELU: typing.ClassVar[ActivationType]
    __members__: typing.ClassVar[dict[str, ActivationType]]
    @typing.overload
    def __eq__(self, other: ActivationType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ActivationType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class PoolingType:
    """
    Members:
    
      MAX
    
      AVERAGE
    
      MAX_AVERAGE_BLEND
    """
    AVERAGE: typing.ClassVar[PoolingType]
    MAX: typing.ClassVar[PoolingType]
    MAX_AVERAGE_BLEND: typing.ClassVar[PoolingType]
    __members__: typing.ClassVar[dict[str, PoolingType]]
    @typing.overload
    def __eq__(self, other: PoolingType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: PoolingType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ElementWiseOperation:
    """
    Members:
    
      SUM
    
      PROD
    
      MAX
    
      MIN
    
      SUB
    
      DIV
    
      POW
    
      FLOOR_DIV
    
      AND
    
      OR
    
      XOR
    
      EQUAL
    
      GREATER
    
      LESS
    """
    AND: typing.ClassVar[ElementWiseOperation]
    DIV: typing.ClassVar[ElementWiseOperation]
    EQUAL: typing.ClassVar[ElementWiseOperation]
    FLOOR_DIV: typing.ClassVar[ElementWiseOperation]
    GREATER: typing.ClassVar[ElementWiseOperation]
    LESS: typing.ClassVar[ElementWiseOperation]
    MAX: typing.ClassVar[ElementWiseOperation]
    MIN: typing.ClassVar[ElementWiseOperation]
    OR: typing.ClassVar[ElementWiseOperation]
    POW: typing.ClassVar[ElementWiseOperation]
    PROD: typing.ClassVar[ElementWiseOperation]
    SUB: typing.ClassVar[ElementWiseOperation]
    SUM: typing.ClassVar[ElementWiseOperation]
    XOR: typing.ClassVar[ElementWiseOperation]
    __members__: typing.ClassVar[dict[str, ElementWiseOperation]]
    @typing.overload
    def __eq__(self, other: ElementWiseOperation) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ElementWiseOperation) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class UnaryOperation:
    """
    Members:
    
      EXP
    
      LOG
    
      SQRT
    
      RECIP
    
      ABS
    
      NEG
    
      SIN
    
      COS
    
      TAN
    
      SINH
    
      COSH
    
      ASIN
    
      ACOS
    
      ATAN
    
      ASINH
    
      ACOSH
    
      ATANH
    
      CEIL
    
      FLOOR
    
      ERF
    
      NOT
    
      SIGN
    
      ROUND
    
      ISINF
    
      ISNAN
    """
    ABS: typing.ClassVar[UnaryOperation]
    ACOS: typing.ClassVar[UnaryOperation]
    ACOSH: typing.ClassVar[UnaryOperation]
    ASIN: typing.ClassVar[UnaryOperation]
    ASINH: typing.ClassVar[UnaryOperation]
    ATAN: typing.ClassVar[UnaryOperation]
    ATANH: typing.ClassVar[UnaryOperation]
    CEIL: typing.ClassVar[UnaryOperation]
    COS: typing.ClassVar[UnaryOperation]
    COSH: typing.ClassVar[UnaryOperation]
    ERF: typing.ClassVar[UnaryOperation]
    EXP: typing.ClassVar[UnaryOperation]
    FLOOR: typing.ClassVar[UnaryOperation]
    ISINF: typing.ClassVar[UnaryOperation]
    ISNAN: typing.ClassVar[UnaryOperation]
    LOG: typing.ClassVar[UnaryOperation]
    NEG: typing.ClassVar[UnaryOperation]
    NOT: typing.ClassVar[UnaryOperation]
    RECIP: typing.ClassVar[UnaryOperation]
    ROUND: typing.ClassVar[UnaryOperation]
    SIGN: typing.ClassVar[UnaryOperation]
    SIN: typing.ClassVar[UnaryOperation]
    SINH: typing.ClassVar[UnaryOperation]
    SQRT: typing.ClassVar[UnaryOperation]
    TAN: typing.ClassVar[UnaryOperation]
    __members__: typing.ClassVar[dict[str, UnaryOperation]]
    @typing.overload
    def __eq__(self, other: UnaryOperation) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: UnaryOperation) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ReduceOperation:
    """
    Members:
    
      SUM
    
      PROD
    
      MAX
    
      MIN
    
      AVG
    
      NONE
    """
    AVG: typing.ClassVar[ReduceOperation]
    MAX: typing.ClassVar[ReduceOperation]
    MIN: typing.ClassVar[ReduceOperation]
    NONE: typing.ClassVar[ReduceOperation]
    PROD: typing.ClassVar[ReduceOperation]
    SUM: typing.ClassVar[ReduceOperation]
    __members__: typing.ClassVar[dict[str, ReduceOperation]]
    @typing.overload
    def __eq__(self, other: ReduceOperation) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ReduceOperation) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class TopKOperation:
    """
    Members:
    
      MAX
    
      MIN
    """
    MAX: typing.ClassVar[TopKOperation]
    MIN: typing.ClassVar[TopKOperation]
    __members__: typing.ClassVar[dict[str, TopKOperation]]
    @typing.overload
    def __eq__(self, other: TopKOperation) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: TopKOperation) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class MatrixOperation:
    """
    Members:
    
      NONE
    
      TRANSPOSE
    
      VECTOR
    """
    NONE: typing.ClassVar[MatrixOperation]
    TRANSPOSE: typing.ClassVar[MatrixOperation]
    VECTOR: typing.ClassVar[MatrixOperation]
    __members__: typing.ClassVar[dict[str, MatrixOperation]]
    @typing.overload
    def __eq__(self, other: MatrixOperation) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: MatrixOperation) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class GatherMode:
    """
    Members:
    
      DEFAULT
    
      ELEMENT
    
      ND
    """
    DEFAULT: typing.ClassVar[GatherMode]
    ELEMENT: typing.ClassVar[GatherMode]
    ND: typing.ClassVar[GatherMode]
    __members__: typing.ClassVar[dict[str, GatherMode]]
    @typing.overload
    def __eq__(self, other: GatherMode) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: GatherMode) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ScatterMode:
    """
    Members:
    
      ELEMENT
    
      ND
    """
    ELEMENT: typing.ClassVar[ScatterMode]
    ND: typing.ClassVar[ScatterMode]
    __members__: typing.ClassVar[dict[str, ScatterMode]]
    @typing.overload
    def __eq__(self, other: ScatterMode) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ScatterMode) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class SampleMode:
    """
    Members:
    
      STRICT_BOUNDS
    
      WRAP
    
      CLAMP
    
      FILL
    
      REFLECT
    """
    CLAMP: typing.ClassVar[SampleMode]
    DEFAULT: typing.ClassVar[SampleMode]
    FILL: typing.ClassVar[SampleMode]
    REFLECT: typing.ClassVar[SampleMode]
    STRICT_BOUNDS: typing.ClassVar[SampleMode]
    WRAP: typing.ClassVar[SampleMode]
    __members__: typing.ClassVar[dict[str, SampleMode]]
    @typing.overload
    def __eq__(self, other: SampleMode) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: SampleMode) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class InterpolationMode:
    """
    Members:
    
      NEAREST
    
      LINEAR
    
      CUBIC
    """
    CUBIC: typing.ClassVar[InterpolationMode]
    LINEAR: typing.ClassVar[InterpolationMode]
    NEAREST: typing.ClassVar[InterpolationMode]
    __members__: typing.ClassVar[dict[str, InterpolationMode]]
    @typing.overload
    def __eq__(self, other: InterpolationMode) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: InterpolationMode) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ResizeCoordinateTransformation:
    """
    Members:
    
      ALIGN_CORNERS
    
      ASYMMETRIC
    
      HALF_PIXEL
    
      PYTORCH_HALF_PIXEL
    
      TF_HALF_PIXEL_FOR_NN
    
      HALF_PIXEL_SYMMETRIC
    """
    ALIGN_CORNERS: typing.ClassVar[ResizeCoordinateTransformation]
    ASYMMETRIC: typing.ClassVar[ResizeCoordinateTransformation]
    HALF_PIXEL: typing.ClassVar[ResizeCoordinateTransformation]
    HALF_PIXEL_SYMMETRIC: typing.ClassVar[ResizeCoordinateTransformation]
    PYTORCH_HALF_PIXEL: typing.ClassVar[ResizeCoordinateTransformation]
    TF_HALF_PIXEL_FOR_NN: typing.ClassVar[ResizeCoordinateTransformation]
    __members__: typing.ClassVar[dict[str, ResizeCoordinateTransformation]]
    @typing.overload
    def __eq__(self, other: ResizeCoordinateTransformation) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ResizeCoordinateTransformation) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ResizeSelector:
    """
    Members:
    
      FORMULA
    
      UPPER
    """
    FORMULA: typing.ClassVar[ResizeSelector]
    UPPER: typing.ClassVar[ResizeSelector]
    __members__: typing.ClassVar[dict[str, ResizeSelector]]
    @typing.overload
    def __eq__(self, other: ResizeSelector) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ResizeSelector) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ResizeRoundMode:
    """
    Members:
    
      HALF_UP
    
      HALF_DOWN
    
      FLOOR
    
      CEIL
    """
    CEIL: typing.ClassVar[ResizeRoundMode]
    FLOOR: typing.ClassVar[ResizeRoundMode]
    HALF_DOWN: typing.ClassVar[ResizeRoundMode]
    HALF_UP: typing.ClassVar[ResizeRoundMode]
    __members__: typing.ClassVar[dict[str, ResizeRoundMode]]
    @typing.overload
    def __eq__(self, other: ResizeRoundMode) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ResizeRoundMode) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class PaddingMode:
    """
    Members:
    
      EXPLICIT_ROUND_DOWN
    
      EXPLICIT_ROUND_UP
    
      SAME_UPPER
    
      SAME_LOWER
    """
    EXPLICIT_ROUND_DOWN: typing.ClassVar[PaddingMode]
    EXPLICIT_ROUND_UP: typing.ClassVar[PaddingMode]
    SAME_LOWER: typing.ClassVar[PaddingMode]
    SAME_UPPER: typing.ClassVar[PaddingMode]
    __members__: typing.ClassVar[dict[str, PaddingMode]]
    @typing.overload
    def __eq__(self, other: PaddingMode) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: PaddingMode) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ScaleMode:
    """
    Members:
    
      UNIFORM
    
      CHANNEL
    
      ELEMENTWISE
    """
    CHANNEL: typing.ClassVar[ScaleMode]
    ELEMENTWISE: typing.ClassVar[ScaleMode]
    UNIFORM: typing.ClassVar[ScaleMode]
    __members__: typing.ClassVar[dict[str, ScaleMode]]
    @typing.overload
    def __eq__(self, other: ScaleMode) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ScaleMode) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class FillOperation:
    """
    Members:
    
      LINSPACE
    
      RANDOM_UNIFORM
    
      RANDOM_NORMAL
    """
    LINSPACE: typing.ClassVar[FillOperation]
    RANDOM_NORMAL: typing.ClassVar[FillOperation]
    RANDOM_UNIFORM: typing.ClassVar[FillOperation]
    __members__: typing.ClassVar[dict[str, FillOperation]]
    @typing.overload
    def __eq__(self, other: FillOperation) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: FillOperation) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class BoundingBoxFormat:
    """
    Members:
    
      CORNER_PAIRS
    
      CENTER_SIZES
    """
    CENTER_SIZES: typing.ClassVar[BoundingBoxFormat]
    CORNER_PAIRS: typing.ClassVar[BoundingBoxFormat]
    __members__: typing.ClassVar[dict[str, BoundingBoxFormat]]
    @typing.overload
    def __eq__(self, other: BoundingBoxFormat) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: BoundingBoxFormat) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class CumulativeOperation:
    """
    Members:
    
      SUM
    """
    SUM: typing.ClassVar[CumulativeOperation]
    __members__: typing.ClassVar[dict[str, CumulativeOperation]]
    @typing.overload
    def __eq__(self, other: CumulativeOperation) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: CumulativeOperation) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class LoopOutput:
    """
    Members:
    
      LAST_VALUE
    
      CONCATENATE
    
      REVERSE
    """
    CONCATENATE: typing.ClassVar[LoopOutput]
    LAST_VALUE: typing.ClassVar[LoopOutput]
    REVERSE: typing.ClassVar[LoopOutput]
    __members__: typing.ClassVar[dict[str, LoopOutput]]
    @typing.overload
    def __eq__(self, other: LoopOutput) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: LoopOutput) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class TripLimit:
    """
    Members:
    
      COUNT
    
      WHILE
    """
    COUNT: typing.ClassVar[TripLimit]
    WHILE: typing.ClassVar[TripLimit]
    __members__: typing.ClassVar[dict[str, TripLimit]]
    @typing.overload
    def __eq__(self, other: TripLimit) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: TripLimit) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class WeightsRole:
    """
    Members:
    
      KERNEL
    
      BIAS
    
      SHIFT
    
      SCALE
    
      CONSTANT
    
      ANY
    """
    ANY: typing.ClassVar[WeightsRole]
    BIAS: typing.ClassVar[WeightsRole]
    CONSTANT: typing.ClassVar[WeightsRole]
    KERNEL: typing.ClassVar[WeightsRole]
    SCALE: typing.ClassVar[WeightsRole]
    SHIFT: typing.ClassVar[WeightsRole]
    __members__: typing.ClassVar[dict[str, WeightsRole]]
    @typing.overload
    def __eq__(self, other: WeightsRole) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: WeightsRole) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class AttentionNormalizationOp:
    """
    Members:
    
      NONE
    
      SOFTMAX
    """
    NONE: typing.ClassVar[AttentionNormalizationOp]
    SOFTMAX: typing.ClassVar[AttentionNormalizationOp]
    __members__: typing.ClassVar[dict[str, AttentionNormalizationOp]]
    @typing.overload
    def __eq__(self, other: AttentionNormalizationOp) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: AttentionNormalizationOp) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class KVCacheMode:
    """
    Members:
    
      LINEAR
    """
    LINEAR: typing.ClassVar[KVCacheMode]
    __members__: typing.ClassVar[dict[str, KVCacheMode]]
    @typing.overload
    def __eq__(self, other: KVCacheMode) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: KVCacheMode) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class MoEActType:
    """
    Members:
    
      NONE
    
      SILU
    """
    NONE: typing.ClassVar[MoEActType]
    SILU: typing.ClassVar[MoEActType]
    __members__: typing.ClassVar[dict[str, MoEActType]]
    @typing.overload
    def __eq__(self, other: MoEActType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: MoEActType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class LayerInformationFormat:
    """
    Members:
    
      ONELINE
    
      JSON
    """
    JSON: typing.ClassVar[LayerInformationFormat]
    ONELINE: typing.ClassVar[LayerInformationFormat]
    __members__: typing.ClassVar[dict[str, LayerInformationFormat]]
    @typing.overload
    def __eq__(self, other: LayerInformationFormat) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: LayerInformationFormat) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ExecutionContextAllocationStrategy:
    """
    Members:
    
      STATIC
    
      ON_PROFILE_CHANGE
    
      USER_MANAGED
    """
    ON_PROFILE_CHANGE: typing.ClassVar[ExecutionContextAllocationStrategy]
    STATIC: typing.ClassVar[ExecutionContextAllocationStrategy]
    USER_MANAGED: typing.ClassVar[ExecutionContextAllocationStrategy]
    __members__: typing.ClassVar[dict[str, ExecutionContextAllocationStrategy]]
    def __eq__(self, other: typing.Any) -> typing.Any:
        ...
    def __ge__(self, other: typing.Any) -> typing.Any:
        ...
    def __getstate__(self) -> int:
        ...
    def __gt__(self, other: typing.Any) -> typing.Any:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    def __le__(self, other: typing.Any) -> typing.Any:
        ...
    def __lt__(self, other: typing.Any) -> typing.Any:
        ...
    def __ne__(self, other: typing.Any) -> typing.Any:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class BuilderFlag:
    """
    Members:
    
      FP16
    
      INT8
    
      DEBUG
    
      GPU_FALLBACK
    
      REFIT
    
      DISABLE_TIMING_CACHE
    
      TF32
    
      SPARSE_WEIGHTS
    
      SAFETY_SCOPE
    
      OBEY_PRECISION_CONSTRAINTS
    
      PREFER_PRECISION_CONSTRAINTS
    
      DIRECT_IO
    
      REJECT_EMPTY_ALGORITHMS
    
      VERSION_COMPATIBLE
    
      EXCLUDE_LEAN_RUNTIME
    
      FP8
    
      ERROR_ON_TIMING_CACHE_MISS
    
      BF16
    
      DISABLE_COMPILATION_CACHE
    
      STRIP_PLAN
    
      WEIGHTLESS
    
      REFIT_IDENTICAL
    
      WEIGHT_STREAMING
    
      INT4
    
      REFIT_INDIVIDUAL
    
      STRICT_NANS
    
      MONITOR_MEMORY
    
      FP4
    
      EDITABLE_TIMING_CACHE
    
      DISTRIBUTIVE_INDEPENDENCE
    """
    BF16: typing.ClassVar[BuilderFlag]
    DEBUG: typing.ClassVar[BuilderFlag]
    DIRECT_IO: typing.ClassVar[BuilderFlag]
    DISABLE_COMPILATION_CACHE: typing.ClassVar[BuilderFlag]
    DISABLE_TIMING_CACHE: typing.ClassVar[BuilderFlag]
    DISTRIBUTIVE_INDEPENDENCE: typing.ClassVar[BuilderFlag]
    EDITABLE_TIMING_CACHE: typing.ClassVar[BuilderFlag]
    ERROR_ON_TIMING_CACHE_MISS: typing.ClassVar[BuilderFlag]
    EXCLUDE_LEAN_RUNTIME: typing.ClassVar[BuilderFlag]
    FP16: typing.ClassVar[BuilderFlag]
    FP4: typing.ClassVar[BuilderFlag]
    FP8: typing.ClassVar[BuilderFlag]
    GPU_FALLBACK: typing.ClassVar[BuilderFlag]
    INT4: typing.ClassVar[BuilderFlag]
    INT8: typing.ClassVar[BuilderFlag]
    MONITOR_MEMORY: typing.ClassVar[BuilderFlag]
    OBEY_PRECISION_CONSTRAINTS: typing.ClassVar[BuilderFlag]
    PREFER_PRECISION_CONSTRAINTS: typing.ClassVar[BuilderFlag]
    REFIT: typing.ClassVar[BuilderFlag]
    REFIT_IDENTICAL: typing.ClassVar[BuilderFlag]
    REFIT_INDIVIDUAL: typing.ClassVar[BuilderFlag]
    REJECT_EMPTY_ALGORITHMS: typing.ClassVar[BuilderFlag]
    SAFETY_SCOPE: typing.ClassVar[BuilderFlag]
    SPARSE_WEIGHTS: typing.ClassVar[BuilderFlag]
    STRICT_NANS: typing.ClassVar[BuilderFlag]
    STRICT_TYPES: typing.ClassVar[BuilderFlag]
    STRIP_PLAN: typing.ClassVar[BuilderFlag]
    TF32: typing.ClassVar[BuilderFlag]
    VERSION_COMPATIBLE: typing.ClassVar[BuilderFlag]
    WEIGHTLESS: typing.ClassVar[BuilderFlag]
    WEIGHT_STREAMING: typing.ClassVar[BuilderFlag]
    __members__: typing.ClassVar[dict[str, BuilderFlag]]
    def __eq__(self, other: typing.Any) -> typing.Any:
        ...
    def __ge__(self, other: typing.Any) -> typing.Any:
        ...
    def __getstate__(self) -> int:
        ...
    def __gt__(self, other: typing.Any) -> typing.Any:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    def __le__(self, other: typing.Any) -> typing.Any:
        ...
    def __lt__(self, other: typing.Any) -> typing.Any:
        ...
    def __ne__(self, other: typing.Any) -> typing.Any:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class CalibrationAlgoType:
    """
    Members:
    
      LEGACY_CALIBRATION
    
      ENTROPY_CALIBRATION
    
      ENTROPY_CALIBRATION_2
    
      MINMAX_CALIBRATION
    """
    ENTROPY_CALIBRATION: typing.ClassVar[CalibrationAlgoType]
    ENTROPY_CALIBRATION_2: typing.ClassVar[CalibrationAlgoType]
    LEGACY_CALIBRATION: typing.ClassVar[CalibrationAlgoType]
    MINMAX_CALIBRATION: typing.ClassVar[CalibrationAlgoType]
    __members__: typing.ClassVar[dict[str, CalibrationAlgoType]]
    @typing.overload
    def __eq__(self, other: CalibrationAlgoType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: CalibrationAlgoType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class CalibrationMethod:
    """
    Members:
    
      ENTROPY
    
      MINMAX
    
      PERCENTILE
    
      MSE
    """
    ENTROPY: typing.ClassVar[CalibrationMethod]
    MINMAX: typing.ClassVar[CalibrationMethod]
    MSE: typing.ClassVar[CalibrationMethod]
    PERCENTILE: typing.ClassVar[CalibrationMethod]
    __members__: typing.ClassVar[dict[str, CalibrationMethod]]
    @typing.overload
    def __eq__(self, other: CalibrationMethod) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: CalibrationMethod) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class QuantizationFlag:
    """
    Members:
    
      CALIBRATE_BEFORE_FUSION
    """
    CALIBRATE_BEFORE_FUSION: typing.ClassVar[QuantizationFlag]
    __members__: typing.ClassVar[dict[str, QuantizationFlag]]
    @typing.overload
    def __eq__(self, other: QuantizationFlag) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: QuantizationFlag) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class TacticSource:
    """
    Members:
    
      CUBLAS
    
      CUBLAS_LT
    
      CUDNN
    
      EDGE_MASK_CONVOLUTIONS
    
      JIT_CONVOLUTIONS
    
      ONEDNN
    
      NATIVE
    
      EIGEN
    """
    CUBLAS: typing.ClassVar[TacticSource]
    CUBLAS_LT: typing.ClassVar[TacticSource]
    CUDNN: typing.ClassVar[TacticSource]
    EDGE_MASK_CONVOLUTIONS: typing.ClassVar[TacticSource]
    EIGEN: typing.ClassVar[TacticSource]
    JIT_CONVOLUTIONS: typing.ClassVar[TacticSource]
    NATIVE: typing.ClassVar[TacticSource]
    ONEDNN: typing.ClassVar[TacticSource]
    __members__: typing.ClassVar[dict[str, TacticSource]]
    def __eq__(self, other: typing.Any) -> typing.Any:
        ...
    def __ge__(self, other: typing.Any) -> typing.Any:
        ...
    def __getstate__(self) -> int:
        ...
    def __gt__(self, other: typing.Any) -> typing.Any:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    def __le__(self, other: typing.Any) -> typing.Any:
        ...
    def __lt__(self, other: typing.Any) -> typing.Any:
        ...
    def __ne__(self, other: typing.Any) -> typing.Any:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class MemoryPoolType:
    """
    Members:
    
      WORKSPACE
    
      DLA_MANAGED_SRAM
    
      DLA_LOCAL_DRAM
    
      DLA_GLOBAL_DRAM
    
      TACTIC_DRAM
    
      TACTIC_SHARED_MEMORY
    """
    DLA_GLOBAL_DRAM: typing.ClassVar[MemoryPoolType]
    DLA_LOCAL_DRAM: typing.ClassVar[MemoryPoolType]
    DLA_MANAGED_SRAM: typing.ClassVar[MemoryPoolType]
    TACTIC_DRAM: typing.ClassVar[MemoryPoolType]
    TACTIC_SHARED_MEMORY: typing.ClassVar[MemoryPoolType]
    WORKSPACE: typing.ClassVar[MemoryPoolType]
    __members__: typing.ClassVar[dict[str, MemoryPoolType]]
    @typing.overload
    def __eq__(self, other: MemoryPoolType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: MemoryPoolType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class NetworkDefinitionCreationFlag:
    """
    Members:
    
      EXPLICIT_BATCH
    
      STRONGLY_TYPED
    
      PREFER_JIT_PYTHON_PLUGINS
    
      PREFER_AOT_PYTHON_PLUGINS
    """
    EXPLICIT_BATCH: typing.ClassVar[NetworkDefinitionCreationFlag]
    PREFER_AOT_PYTHON_PLUGINS: typing.ClassVar[NetworkDefinitionCreationFlag]
    PREFER_JIT_PYTHON_PLUGINS: typing.ClassVar[NetworkDefinitionCreationFlag]
    STRONGLY_TYPED: typing.ClassVar[NetworkDefinitionCreationFlag]
    __members__: typing.ClassVar[dict[str, NetworkDefinitionCreationFlag]]
    def __eq__(self, other: typing.Any) -> typing.Any:
        ...
    def __ge__(self, other: typing.Any) -> typing.Any:
        ...
    def __getstate__(self) -> int:
        ...
    def __gt__(self, other: typing.Any) -> typing.Any:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    def __le__(self, other: typing.Any) -> typing.Any:
        ...
    def __lt__(self, other: typing.Any) -> typing.Any:
        ...
    def __ne__(self, other: typing.Any) -> typing.Any:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ProfilingVerbosity:
    """
    Members:
    
      LAYER_NAMES_ONLY
    
      NONE
    
      DETAILED
    """
    DEFAULT: typing.ClassVar[ProfilingVerbosity]
    DETAILED: typing.ClassVar[ProfilingVerbosity]
    LAYER_NAMES_ONLY: typing.ClassVar[ProfilingVerbosity]
    NONE: typing.ClassVar[ProfilingVerbosity]
    VERBOSE: typing.ClassVar[ProfilingVerbosity]
    __members__: typing.ClassVar[dict[str, ProfilingVerbosity]]
    @typing.overload
    def __eq__(self, other: ProfilingVerbosity) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ProfilingVerbosity) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class HardwareCompatibilityLevel:
    """
    Members:
    
      NONE
    
      AMPERE_PLUS
    
      SAME_COMPUTE_CAPABILITY
    """
    AMPERE_PLUS: typing.ClassVar[HardwareCompatibilityLevel]
    NONE: typing.ClassVar[HardwareCompatibilityLevel]
    SAME_COMPUTE_CAPABILITY: typing.ClassVar[HardwareCompatibilityLevel]
    __members__: typing.ClassVar[dict[str, HardwareCompatibilityLevel]]
    @typing.overload
    def __eq__(self, other: HardwareCompatibilityLevel) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: HardwareCompatibilityLevel) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class PreviewFeature:
    """
    Members:
    
      PROFILE_SHARING_0806
    
      ALIASED_PLUGIN_IO_10_03
    
      RUNTIME_ACTIVATION_RESIZE_10_10
    
      MULTIDEVICE_RUNTIME_10_16
    """
    ALIASED_PLUGIN_IO_10_03: typing.ClassVar[PreviewFeature]
    FASTER_DYNAMIC_SHAPES_0805: typing.ClassVar[PreviewFeature]
    MULTIDEVICE_RUNTIME_10_16: typing.ClassVar[PreviewFeature]
    PROFILE_SHARING_0806: typing.ClassVar[PreviewFeature]
    RUNTIME_ACTIVATION_RESIZE_10_10: typing.ClassVar[PreviewFeature]
    __members__: typing.ClassVar[dict[str, PreviewFeature]]
    @typing.overload
    def __eq__(self, other: PreviewFeature) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: PreviewFeature) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class EngineCapability:
    """
    Members:
    
      STANDARD
    
      SAFETY
    
      DLA_STANDALONE
    """
    DEFAULT: typing.ClassVar[EngineCapability]
    DLA_STANDALONE: typing.ClassVar[EngineCapability]
    SAFETY: typing.ClassVar[EngineCapability]
    SAFE_DLA: typing.ClassVar[EngineCapability]
    SAFE_GPU: typing.ClassVar[EngineCapability]
    STANDARD: typing.ClassVar[EngineCapability]
    __members__: typing.ClassVar[dict[str, EngineCapability]]
    def __eq__(self, other: typing.Any) -> typing.Any:
        ...
    def __ge__(self, other: typing.Any) -> typing.Any:
        ...
    def __getstate__(self) -> int:
        ...
    def __gt__(self, other: typing.Any) -> typing.Any:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    def __le__(self, other: typing.Any) -> typing.Any:
        ...
    def __lt__(self, other: typing.Any) -> typing.Any:
        ...
    def __ne__(self, other: typing.Any) -> typing.Any:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class DeviceType:
    """
    Members:
    
      GPU
    
      DLA
    """
    DLA: typing.ClassVar[DeviceType]
    GPU: typing.ClassVar[DeviceType]
    __members__: typing.ClassVar[dict[str, DeviceType]]
    @typing.overload
    def __eq__(self, other: DeviceType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: DeviceType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class TilingOptimizationLevel:
    """
    Members:
    
      NONE
    
      FAST
    
      MODERATE
    
      FULL
    """
    FAST: typing.ClassVar[TilingOptimizationLevel]
    FULL: typing.ClassVar[TilingOptimizationLevel]
    MODERATE: typing.ClassVar[TilingOptimizationLevel]
    NONE: typing.ClassVar[TilingOptimizationLevel]
    __members__: typing.ClassVar[dict[str, TilingOptimizationLevel]]
    @typing.overload
    def __eq__(self, other: TilingOptimizationLevel) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: TilingOptimizationLevel) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class OnnxParserFlag:
    """
    Members:
    
      NATIVE_INSTANCENORM
    
      ENABLE_UINT8_AND_ASYMMETRIC_QUANTIZATION_DLA
    
      REPORT_CAPABILITY_DLA
    
      ENABLE_PLUGIN_OVERRIDE
    
      ADJUST_FOR_DLA
    """
    ADJUST_FOR_DLA: typing.ClassVar[OnnxParserFlag]
    ENABLE_PLUGIN_OVERRIDE: typing.ClassVar[OnnxParserFlag]
    ENABLE_UINT8_AND_ASYMMETRIC_QUANTIZATION_DLA: typing.ClassVar[OnnxParserFlag]
    NATIVE_INSTANCENORM: typing.ClassVar[OnnxParserFlag]
    REPORT_CAPABILITY_DLA: typing.ClassVar[OnnxParserFlag]
    __members__: typing.ClassVar[dict[str, OnnxParserFlag]]
    @typing.overload
    def __eq__(self, other: OnnxParserFlag) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: OnnxParserFlag) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class SerializationFlag:
    """
    Members:
    
      EXCLUDE_WEIGHTS
    
      EXCLUDE_LEAN_RUNTIME
    
      INCLUDE_REFIT
    """
    EXCLUDE_LEAN_RUNTIME: typing.ClassVar[SerializationFlag]
    EXCLUDE_WEIGHTS: typing.ClassVar[SerializationFlag]
    INCLUDE_REFIT: typing.ClassVar[SerializationFlag]
    __members__: typing.ClassVar[dict[str, SerializationFlag]]
    @typing.overload
    def __eq__(self, other: SerializationFlag) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: SerializationFlag) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ErrorCode:
    """
    Members:
    
      SUCCESS
    
      INTERNAL_ERROR
    
      MEM_ALLOC_FAILED
    
      MODEL_DESERIALIZE_FAILED
    
      INVALID_VALUE
    
      INVALID_GRAPH
    
      INVALID_NODE
    
      UNSUPPORTED_GRAPH
    
      UNSUPPORTED_NODE
    
      UNSUPPORTED_NODE_ATTR
    
      UNSUPPORTED_NODE_INPUT
    
      UNSUPPORTED_NODE_DATATYPE
    
      UNSUPPORTED_NODE_DYNAMIC
    
      UNSUPPORTED_NODE_SHAPE
    
      REFIT_FAILED
    """
    INTERNAL_ERROR: typing.ClassVar[ErrorCode]
    INVALID_GRAPH: typing.ClassVar[ErrorCode]
    INVALID_NODE: typing.ClassVar[ErrorCode]
    INVALID_VALUE: typing.ClassVar[ErrorCode]
    MEM_ALLOC_FAILED: typing.ClassVar[ErrorCode]
    MODEL_DESERIALIZE_FAILED: typing.ClassVar[ErrorCode]
    REFIT_FAILED: typing.ClassVar[ErrorCode]
    SUCCESS: typing.ClassVar[ErrorCode]
    UNSUPPORTED_GRAPH: typing.ClassVar[ErrorCode]
    UNSUPPORTED_NODE: typing.ClassVar[ErrorCode]
    UNSUPPORTED_NODE_ATTR: typing.ClassVar[ErrorCode]
    UNSUPPORTED_NODE_DATATYPE: typing.ClassVar[ErrorCode]
    UNSUPPORTED_NODE_DYNAMIC: typing.ClassVar[ErrorCode]
    UNSUPPORTED_NODE_INPUT: typing.ClassVar[ErrorCode]
    UNSUPPORTED_NODE_SHAPE: typing.ClassVar[ErrorCode]
    __members__: typing.ClassVar[dict[str, ErrorCode]]
    @typing.overload
    def __eq__(self, other: ErrorCode) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ErrorCode) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class ErrorCodeTRT:
    """
    Members:
    
      SUCCESS
    
      UNSPECIFIED_ERROR
    
      INTERNAL_ERROR
    
      INVALID_ARGUMENT
    
      INVALID_CONFIG
    
      FAILED_ALLOCATION
    
      FAILED_INITIALIZATION
    
      FAILED_EXECUTION
    
      FAILED_COMPUTATION
    
      INVALID_STATE
    
      UNSUPPORTED_STATE
    """
    FAILED_ALLOCATION: typing.ClassVar[ErrorCodeTRT]
    FAILED_COMPUTATION: typing.ClassVar[ErrorCodeTRT]
    FAILED_EXECUTION: typing.ClassVar[ErrorCodeTRT]
    FAILED_INITIALIZATION: typing.ClassVar[ErrorCodeTRT]
    INTERNAL_ERROR: typing.ClassVar[ErrorCodeTRT]
    INVALID_ARGUMENT: typing.ClassVar[ErrorCodeTRT]
    INVALID_CONFIG: typing.ClassVar[ErrorCodeTRT]
    INVALID_STATE: typing.ClassVar[ErrorCodeTRT]
    SUCCESS: typing.ClassVar[ErrorCodeTRT]
    UNSPECIFIED_ERROR: typing.ClassVar[ErrorCodeTRT]
    UNSUPPORTED_STATE: typing.ClassVar[ErrorCodeTRT]
    __members__: typing.ClassVar[dict[str, ErrorCodeTRT]]
    @typing.overload
    def __eq__(self, other: ErrorCodeTRT) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: ErrorCodeTRT) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class AllocatorFlag:
    """
    Members:
    
      RESIZABLE
    """
    RESIZABLE: typing.ClassVar[AllocatorFlag]
    __members__: typing.ClassVar[dict[str, AllocatorFlag]]
    def __eq__(self, other: typing.Any) -> typing.Any:
        ...
    def __ge__(self, other: typing.Any) -> typing.Any:
        ...
    def __getstate__(self) -> int:
        ...
    def __gt__(self, other: typing.Any) -> typing.Any:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    def __le__(self, other: typing.Any) -> typing.Any:
        ...
    def __lt__(self, other: typing.Any) -> typing.Any:
        ...
    def __ne__(self, other: typing.Any) -> typing.Any:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class APILanguage:
    """
    Members:
    
      CPP
    
      PYTHON
    """
    CPP: typing.ClassVar[APILanguage]
    PYTHON: typing.ClassVar[APILanguage]
    __members__: typing.ClassVar[dict[str, APILanguage]]
    @typing.overload
    def __eq__(self, other: APILanguage) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: APILanguage) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class SeekPosition:
    """
    Members:
    
      SET
    
      CUR
    
      END
    """
    CUR: typing.ClassVar[SeekPosition]
    END: typing.ClassVar[SeekPosition]
    SET: typing.ClassVar[SeekPosition]
    __members__: typing.ClassVar[dict[str, SeekPosition]]
    @typing.overload
    def __eq__(self, other: SeekPosition) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: SeekPosition) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class EngineStat:
    """
    Members:
    
      TOTAL_WEIGHTS_SIZE
    
      STRIPPED_WEIGHTS_SIZE
    """
    STRIPPED_WEIGHTS_SIZE: typing.ClassVar[EngineStat]
    TOTAL_WEIGHTS_SIZE: typing.ClassVar[EngineStat]
    __members__: typing.ClassVar[dict[str, EngineStat]]
    @typing.overload
    def __eq__(self, other: EngineStat) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: EngineStat) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class RuntimePlatform:
    """
    Members:
    
      SAME_AS_BUILD
    
      WINDOWS_AMD64
    """
    SAME_AS_BUILD: typing.ClassVar[RuntimePlatform]
    WINDOWS_AMD64: typing.ClassVar[RuntimePlatform]
    __members__: typing.ClassVar[dict[str, RuntimePlatform]]
    @typing.overload
    def __eq__(self, other: RuntimePlatform) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: RuntimePlatform) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class TempfileControlFlag:
    """
    Members:
    
      ALLOW_IN_MEMORY_FILES
    
      ALLOW_TEMPORARY_FILES
    """
    ALLOW_IN_MEMORY_FILES: typing.ClassVar[TempfileControlFlag]
    ALLOW_TEMPORARY_FILES: typing.ClassVar[TempfileControlFlag]
    __members__: typing.ClassVar[dict[str, TempfileControlFlag]]
    def __eq__(self, other: typing.Any) -> typing.Any:
        ...
    def __ge__(self, other: typing.Any) -> typing.Any:
        ...
    def __getstate__(self) -> int:
        ...
    def __gt__(self, other: typing.Any) -> typing.Any:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    def __le__(self, other: typing.Any) -> typing.Any:
        ...
    def __lt__(self, other: typing.Any) -> typing.Any:
        ...
    def __ne__(self, other: typing.Any) -> typing.Any:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class PluginFieldType:
    """
    Members:
    
      FLOAT16
    
      FLOAT32
    
      FLOAT64
    
      INT8
    
      INT16
    
      INT32
    
      CHAR
    
      DIMS
    
      UNKNOWN
    
      BF16
    
      INT64
    
      FP8
    
      INT4
    
      FP4
    """
    BF16: typing.ClassVar[PluginFieldType]
    CHAR: typing.ClassVar[PluginFieldType]
    DIMS: typing.ClassVar[PluginFieldType]
    FLOAT16: typing.ClassVar[PluginFieldType]
    FLOAT32: typing.ClassVar[PluginFieldType]
    FLOAT64: typing.ClassVar[PluginFieldType]
    FP4: typing.ClassVar[PluginFieldType]
    FP8: typing.ClassVar[PluginFieldType]
    INT16: typing.ClassVar[PluginFieldType]
    INT32: typing.ClassVar[PluginFieldType]
    INT4: typing.ClassVar[PluginFieldType]
    INT64: typing.ClassVar[PluginFieldType]
    INT8: typing.ClassVar[PluginFieldType]
    UNKNOWN: typing.ClassVar[PluginFieldType]
    __members__: typing.ClassVar[dict[str, PluginFieldType]]
    @typing.overload
    def __eq__(self, other: PluginFieldType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: PluginFieldType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class PluginCreatorVersion:
    """
    Members:
    
      V1
    
      V1_PYTHON
    """
    V1: typing.ClassVar[PluginCreatorVersion]
    V1_PYTHON: typing.ClassVar[PluginCreatorVersion]
    __members__: typing.ClassVar[dict[str, PluginCreatorVersion]]
    @typing.overload
    def __eq__(self, other: PluginCreatorVersion) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: PluginCreatorVersion) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class TensorRTPhase:
    """
    Members:
    
      BUILD
    
      RUNTIME
    """
    BUILD: typing.ClassVar[TensorRTPhase]
    RUNTIME: typing.ClassVar[TensorRTPhase]
    __members__: typing.ClassVar[dict[str, TensorRTPhase]]
    @typing.overload
    def __eq__(self, other: TensorRTPhase) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: TensorRTPhase) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class PluginCapabilityType:
    """
    Members:
    
      CORE
    
      BUILD
    
      RUNTIME
    """
    BUILD: typing.ClassVar[PluginCapabilityType]
    CORE: typing.ClassVar[PluginCapabilityType]
    RUNTIME: typing.ClassVar[PluginCapabilityType]
    __members__: typing.ClassVar[dict[str, PluginCapabilityType]]
    @typing.overload
    def __eq__(self, other: PluginCapabilityType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: PluginCapabilityType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class QuickPluginCreationRequest:
    """
    Members:
    
      UNKNOWN
    
      PREFER_JIT
    
      PREFER_AOT
    
      STRICT_JIT
    
      STRICT_AOT
    """
    PREFER_AOT: typing.ClassVar[QuickPluginCreationRequest]
    PREFER_JIT: typing.ClassVar[QuickPluginCreationRequest]
    STRICT_AOT: typing.ClassVar[QuickPluginCreationRequest]
    STRICT_JIT: typing.ClassVar[QuickPluginCreationRequest]
    UNKNOWN: typing.ClassVar[QuickPluginCreationRequest]
    __members__: typing.ClassVar[dict[str, QuickPluginCreationRequest]]
    @typing.overload
    def __eq__(self, other: QuickPluginCreationRequest) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: QuickPluginCreationRequest) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class PluginArgType:
    """
    Members:
    
      INT
    """
    INT: typing.ClassVar[PluginArgType]
    __members__: typing.ClassVar[dict[str, PluginArgType]]
    @typing.overload
    def __eq__(self, other: PluginArgType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: PluginArgType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class PluginArgDataType:
    """
    Members:
    
      INT8
    
      INT16
    
      INT32
    """
    INT16: typing.ClassVar[PluginArgDataType]
    INT32: typing.ClassVar[PluginArgDataType]
    INT8: typing.ClassVar[PluginArgDataType]
    __members__: typing.ClassVar[dict[str, PluginArgDataType]]
    @typing.overload
    def __eq__(self, other: PluginArgDataType) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: PluginArgDataType) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class DimensionOperation:
    """
    Members:
    
      SUM
    
      PROD
    
      MAX
    
      MIN
    
      SUB
    
      EQUAL
    
      LESS
    
      FLOOR_DIV
    
      CEIL_DIV
    """
    CEIL_DIV: typing.ClassVar[DimensionOperation]
    EQUAL: typing.ClassVar[DimensionOperation]
    FLOOR_DIV: typing.ClassVar[DimensionOperation]
    LESS: typing.ClassVar[DimensionOperation]
    MAX: typing.ClassVar[DimensionOperation]
    MIN: typing.ClassVar[DimensionOperation]
    PROD: typing.ClassVar[DimensionOperation]
    SUB: typing.ClassVar[DimensionOperation]
    SUM: typing.ClassVar[DimensionOperation]
    __members__: typing.ClassVar[dict[str, DimensionOperation]]
    @typing.overload
    def __eq__(self, other: DimensionOperation) -> bool:
        ...
    @typing.overload
    def __eq__(self, other: typing.Any) -> bool:
        ...
    def __getstate__(self) -> int:
        ...
    def __hash__(self) -> int:
        ...
    def __index__(self) -> int:
        ...
    def __init__(self, value: int) -> None:
        ...
    def __int__(self) -> int:
        ...
    @typing.overload
    def __ne__(self, other: DimensionOperation) -> bool:
        ...
    @typing.overload
    def __ne__(self, other: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setstate__(self, state: int) -> None:
        ...
    def __str__(self) -> str:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def value(self) -> int:
        ...
class Dims:
    """
    The extents of a tensor, at most MAX_DIMS; -1 where they are known at run time only.
    """
    MAX_DIMS: typing.ClassVar[int] = 8
    def __eq__(self, arg0: typing.Any) -> bool:
        ...
    @typing.overload
    def __getitem__(self, arg0: int) -> int:
        ...
    @typing.overload
    def __getitem__(self, arg0: slice) -> typing.Any:
        ...
    def __hash__(self) -> int:
        ...
    @typing.overload
    def __init__(self) -> None:
        ...
    @typing.overload
    def __init__(self, shape: typing.Any) -> None:
        ...
    def __iter__(self) -> collections.abc.Iterator:
        ...
    def __len__(self) -> int:
        ...
    def __ne__(self, arg0: typing.Any) -> bool:
        ...
    def __repr__(self) -> str:
        ...
    def __setitem__(self, arg0: int, arg1: int) -> None:
        ...
    def __str__(self) -> str:
        ...
class Dims2(Dims):
    @typing.overload
    def __init__(self) -> None:
        ...
    @typing.overload
    def __init__(self, shape: typing.Any) -> None:
        ...
    @typing.overload
    def __init__(self, dim0: int, dim1: int) -> None:
        ...
class DimsHW(Dims2):
    @typing.overload
    def __init__(self) -> None:
        ...
    @typing.overload
    def __init__(self, shape: typing.Any) -> None:
        ...
    @typing.overload
    def __init__(self, h: int, w: int) -> None:
        ...
    @property
    def h(self) -> int:
        ...
    @h.setter
    def h(self, arg1: int) -> None:
        ...
    @property
    def w(self) -> int:
        ...
    @w.setter
    def w(self, arg1: int) -> None:
        ...
class Dims3(Dims):
    @typing.overload
    def __init__(self) -> None:
        ...
    @typing.overload
    def __init__(self, shape: typing.Any) -> None:
        ...
    @typing.overload
    def __init__(self, dim0: int, dim1: int, dim2: int) -> None:
        ...
class Dims4(Dims):
    @typing.overload
    def __init__(self) -> None:
        ...
    @typing.overload
    def __init__(self, shape: typing.Any) -> None:
        ...
    @typing.overload
    def __init__(self, dim0: int, dim1: int, dim2: int, dim3: int) -> None:
        ...
class Weights:
    """
    A block of constant elements. Made of an array it shares the array's memory.
    """
    @typing.overload
    def __init__(self, type: DataType = DataType.FLOAT) -> None:
        ...
    @typing.overload
    def __init__(self, type: DataType, ptr: int, count: int) -> None:
        ...
    @typing.overload
    def __init__(self, a: numpy.ndarray) -> None:
        ...
    def __len__(self) -> int:
        ...
    def numpy(self) -> numpy.ndarray:
        ...
    @property
    def dtype(self) -> DataType:
        ...
    @property
    def nbytes(self) -> int:
        ...
    @property
    def size(self) -> int:
        ...
class IHostMemory:
    def __buffer__(self, flags: int) -> memoryview: ...
    """
    Bytes of a plan or a timing cache; supports the buffer protocol.
    """
    def __bool__(self) -> bool:
        ...
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __len__(self) -> int:
        ...
    @property
    def dtype(self) -> DataType:
        ...
    @property
    def nbytes(self) -> int:
        ...
class ILogger:
    """
    Subclass and override log(severity, msg) to receive every message.
    """
    class Severity:
        """
        Members:
        
          INTERNAL_ERROR
        
          ERROR
        
          WARNING
        
          INFO
        
          VERBOSE
        """
        ERROR: typing.ClassVar[ILogger.Severity]
        INFO: typing.ClassVar[ILogger.Severity]
        INTERNAL_ERROR: typing.ClassVar[ILogger.Severity]
        VERBOSE: typing.ClassVar[ILogger.Severity]
        WARNING: typing.ClassVar[ILogger.Severity]
        __members__: typing.ClassVar[dict[str, ILogger.Severity]]
        def __eq__(self, other: typing.Any) -> typing.Any:
            ...
        def __ge__(self, other: typing.Any) -> typing.Any:
            ...
        def __getstate__(self) -> int:
            ...
        def __gt__(self, other: typing.Any) -> typing.Any:
            ...
        def __hash__(self) -> int:
            ...
        def __index__(self) -> int:
            ...
        def __init__(self, value: int) -> None:
            ...
        def __int__(self) -> int:
            ...
        def __le__(self, other: typing.Any) -> typing.Any:
            ...
        def __lt__(self, other: typing.Any) -> typing.Any:
            ...
        def __ne__(self, other: typing.Any) -> typing.Any:
            ...
        def __repr__(self) -> str:
            ...
        def __setstate__(self, state: int) -> None:
            ...
        def __str__(self) -> str:
            ...
        @property
        def name(self) -> str:
            ...
        @property
        def value(self) -> int:
            ...
    ERROR: typing.ClassVar[ILogger.Severity]
    INFO: typing.ClassVar[ILogger.Severity]
    INTERNAL_ERROR: typing.ClassVar[ILogger.Severity]
    VERBOSE: typing.ClassVar[ILogger.Severity]
    WARNING: typing.ClassVar[ILogger.Severity]
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self) -> None:
        ...
    def log(self, severity: ILogger.Severity, msg: str) -> None:
        ...
class Logger(ILogger):
    """
    Prints messages of at least min_severity to standard output.
    """
    min_severity: ILogger.Severity
    def __init__(self, min_severity: ILogger.Severity = ILogger.Severity.WARNING) -> None:
        ...
    def log(self, severity: ILogger.Severity, msg: str) -> None:
        ...
class IProfiler:
    """
    Subclass and override report_layer_time(layer_name, ms).
    """
    def __init__(self) -> None:
        ...
    def report_layer_time(self, layer_name: str, ms: float) -> None:
        ...
class Profiler(IProfiler):
    def __init__(self) -> None:
        ...
    def report_layer_time(self, layer_name: str, ms: float) -> None:
        ...
class IProgressMonitor:
    """
    Subclass and override phase_start, step_complete (False or an exception cancels) and phase_finish.
    """
    def __init__(self) -> None:
        ...
    def phase_finish(self, phase_name: str) -> None:
        ...
    def phase_start(self, phase_name: str, parent_phase: str, num_steps: int) -> None:
        ...
    def step_complete(self, phase_name: str, step: int) -> bool:
        ...
class IOutputAllocator:
    """
    Subclass and override reallocate_output(tensor_name, memory, size, alignment) -> address and notify_shape(tensor_name, shape).
    """
    def __init__(self) -> None:
        ...
class IDebugListener:
    """
    Subclass and override process_debug_tensor(addr, location, type, shape, name, stream): the address holds the elements until it returns; False ends the run as a failure.
    """
    def __init__(self) -> None:
        ...
    def process_debug_tensor(self, addr: int, location: TensorLocation, type: DataType, shape: Dims | collections.abc.Sequence[int], name: str, stream: int) -> bool:
        ...
class IErrorRecorder:
    """
    Subclass and override report_error(code, desc) and the questions about what it was told: each failure comes with its ErrorCodeTRT.
    """
    MAX_DESC_LENGTH: typing.ClassVar[int] = 127
    def __init__(self) -> None:
        ...
    def clear(self) -> None:
        ...
    def get_error_code(self, index: int) -> ErrorCodeTRT:
        ...
    def get_error_desc(self, index: int) -> str:
        ...
    def has_overflowed(self) -> bool:
        ...
    def num_errors(self) -> int:
        ...
    def report_error(self, code: ErrorCodeTRT, desc: str) -> bool:
        ...
class InterfaceInfo:
    """
    Name and version of an interface.
    """
    kind: str
    @property
    def major(self) -> int:
        ...
    @major.setter
    def major(self, arg0: int) -> None:
        ...
    @property
    def minor(self) -> int:
        ...
    @minor.setter
    def minor(self, arg0: int) -> None:
        ...
class IVersionedInterface:
    """
    Base of interfaces that say which one they are.
    """
    @property
    def api_language(self) -> APILanguage:
        ...
    @property
    def interface_info(self) -> InterfaceInfo:
        ...
class IGpuAllocator(IVersionedInterface):
    """
    Subclass and override allocate(size, alignment, flags) -> address and deallocate(memory) -> bool, or their asynchronous forms: contexts compute in the host memory that they give.
    """
    def __init__(self) -> None:
        ...
    def allocate(self, size: int, alignment: int, flags: int) -> int:
        """
        The address of new memory; 0 when there is none.
        """
    def allocate_async(self, size: int, alignment: int, flags: int, stream: int) -> int:
        ...
    def deallocate(self, memory: int) -> bool:
        ...
    def deallocate_async(self, memory: int, stream: int) -> bool:
        ...
    def reallocate(self, address: int, alignment: int, new_size: int) -> int:
        ...
class IGpuAsyncAllocator(IGpuAllocator):
    """
    Subclass and override allocate_async(size, alignment, flags, stream) -> address and deallocate_async(memory, stream) -> bool.
    """
    def __init__(self) -> None:
        ...
class IStreamReader:
    """
    Subclass and override read(size) -> bytes: the next bytes of a plan.
    """
    def __init__(self) -> None:
        ...
    def read(self, size: int) -> bytes:
        """
        The next bytes, at most that many.
        """
class IStreamReaderV2:
    """
    Subclass and override read(num_bytes, stream) -> bytes and seek(offset, where) -> bool.
    """
    def __init__(self) -> None:
        ...
    def read(self, num_bytes: int, stream: int) -> bytes:
        """
        The next bytes, at most that many.
        """
    def seek(self, offset: int, where: SeekPosition) -> bool:
        ...
class IStreamWriter:
    """
    Subclass and override write(data) -> int: how many of the plan's bytes were taken.
    """
    def __init__(self) -> None:
        ...
    def write(self, data: str) -> int:
        """
        How many of the bytes were taken.
        """
class ITensor:
    """
    A tensor of a network.
    """
    broadcast_across_batch: bool
    dtype: DataType
    location: TensorLocation
    name: str
    shape: Dims
    def __eq__(self, arg0: typing.Any) -> bool:
        ...
    def __hash__(self) -> int:
        ...
    def get_dimension_name(self, index: int) -> str:
        ...
    def reset_dynamic_range(self) -> None:
        ...
    def set_dimension_name(self, index: int, name: str) -> None:
        ...
    def set_dynamic_range(self, min: float, max: float) -> bool:
        ...
    @property
    def allowed_formats(self) -> int:
        ...
    @allowed_formats.setter
    def allowed_formats(self, arg1: int) -> None:
        ...
    @property
    def dynamic_range(self) -> tuple[float, float] | None:
        ...
    @dynamic_range.setter
    def dynamic_range(self, arg1: tuple[typing.SupportsFloat | typing.SupportsIndex, typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
    @property
    def is_execution_tensor(self) -> bool:
        ...
    @property
    def is_network_input(self) -> bool:
        ...
    @property
    def is_network_output(self) -> bool:
        ...
    @property
    def is_shape_tensor(self) -> bool:
        ...
class ILayer:
    """
    An operation with inputs, outputs and properties.
    """
    metadata: str
    name: str
    precision: DataType
    def __eq__(self, arg0: typing.Any) -> bool:
        ...
    def __hash__(self) -> int:
        ...
    def get_input(self, index: int) -> typing.Any:
        ...
    def get_output(self, index: int) -> typing.Any:
        ...
    def get_output_type(self, index: int) -> DataType:
        ...
    def output_type_is_set(self, index: int) -> bool:
        ...
    def reset_output_type(self, index: int) -> None:
        ...
    def reset_precision(self) -> None:
        ...
    def set_input(self, index: int, tensor: ITensor) -> None:
        ...
    def set_output_type(self, index: int, dtype: DataType) -> None:
        ...
    @property
    def num_inputs(self) -> int:
        ...
    @property
    def num_outputs(self) -> int:
        ...
    @property
    def op_name(self) -> str:
        """
        The operation's name, also for layers without a class of their own.
        """
    @property
    def precision_is_set(self) -> bool:
        ...
    @property
    def type(self) -> LayerType:
        ...
class IConvolutionLayer(ILayer):
    bias: Weights
    dilation_nd: Dims
    kernel: Weights
    kernel_size_nd: Dims
    padding_mode: PaddingMode
    padding_nd: Dims
    post_padding: Dims
    pre_padding: Dims
    stride_nd: Dims
    @property
    def dilation(self) -> typing.Any:
        ...
    @dilation.setter
    def dilation(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
    @property
    def kernel_size(self) -> typing.Any:
        ...
    @kernel_size.setter
    def kernel_size(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
    @property
    def num_groups(self) -> int:
        ...
    @num_groups.setter
    def num_groups(self, arg1: int) -> None:
        ...
    @property
    def num_output_maps(self) -> int:
        ...
    @num_output_maps.setter
    def num_output_maps(self, arg1: int) -> None:
        ...
    @property
    def padding(self) -> typing.Any:
        ...
    @padding.setter
    def padding(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
    @property
    def stride(self) -> typing.Any:
        ...
    @stride.setter
    def stride(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
class IDeconvolutionLayer(ILayer):
    bias: Weights
    dilation_nd: Dims
    kernel: Weights
    kernel_size_nd: Dims
    padding_mode: PaddingMode
    padding_nd: Dims
    post_padding: Dims
    pre_padding: Dims
    stride_nd: Dims
    @property
    def kernel_size(self) -> typing.Any:
        ...
    @kernel_size.setter
    def kernel_size(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
    @property
    def num_groups(self) -> int:
        ...
    @num_groups.setter
    def num_groups(self, arg1: int) -> None:
        ...
    @property
    def num_output_maps(self) -> int:
        ...
    @num_output_maps.setter
    def num_output_maps(self, arg1: int) -> None:
        ...
    @property
    def padding(self) -> typing.Any:
        ...
    @padding.setter
    def padding(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
    @property
    def stride(self) -> typing.Any:
        ...
    @stride.setter
    def stride(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
class IPoolingLayer(ILayer):
    average_count_excludes_padding: bool
    padding_mode: PaddingMode
    padding_nd: Dims
    post_padding: Dims
    pre_padding: Dims
    stride_nd: Dims
    type: PoolingType
    window_size_nd: Dims
    @property
    def blend_factor(self) -> float:
        ...
    @blend_factor.setter
    def blend_factor(self, arg1: float) -> None:
        ...
    @property
    def padding(self) -> typing.Any:
        ...
    @padding.setter
    def padding(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
    @property
    def stride(self) -> typing.Any:
        ...
    @stride.setter
    def stride(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
    @property
    def window_size(self) -> typing.Any:
        ...
    @window_size.setter
    def window_size(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
class IActivationLayer(ILayer):
    type: ActivationType
    @property
    def alpha(self) -> float:
        ...
    @alpha.setter
    def alpha(self, arg1: float) -> None:
        ...
    @property
    def beta(self) -> float:
        ...
    @beta.setter
    def beta(self, arg1: float) -> None:
        ...
class IElementWiseLayer(ILayer):
    op: ElementWiseOperation
class IUnaryLayer(ILayer):
    op: UnaryOperation
class ICastLayer(ILayer):
    to_type: DataType
class IIdentityLayer(ILayer):
    pass
class ISelectLayer(ILayer):
    pass
class IParametricReLULayer(ILayer):
    pass
class IScaleLayer(ILayer):
    mode: ScaleMode
    power: Weights
    scale: Weights
    shift: Weights
    @property
    def channel_axis(self) -> int:
        ...
    @channel_axis.setter
    def channel_axis(self, arg1: int) -> None:
        ...
class IQuantizeLayer(ILayer):
    block_shape: Dims
    to_type: DataType
    @property
    def axis(self) -> int:
        ...
    @axis.setter
    def axis(self, arg1: int) -> None:
        ...
class IDequantizeLayer(ILayer):
    block_shape: Dims
    to_type: DataType
    @property
    def axis(self) -> int:
        ...
    @axis.setter
    def axis(self, arg1: int) -> None:
        ...
class IDynamicQuantizeLayer(ILayer):
    block_shape: Dims
    scale_type: DataType
    to_type: DataType
    @property
    def axis(self) -> int:
        ...
    @axis.setter
    def axis(self, arg1: int) -> None:
        ...
    @property
    def block_size(self) -> int:
        ...
    @block_size.setter
    def block_size(self, arg1: int) -> None:
        ...
class IReduceLayer(ILayer):
    keep_dims: bool
    op: ReduceOperation
    @property
    def axes(self) -> int:
        ...
    @axes.setter
    def axes(self, arg1: int) -> None:
        ...
class ITopKLayer(ILayer):
    indices_type: DataType
    op: TopKOperation
    @property
    def axes(self) -> int:
        ...
    @axes.setter
    def axes(self, arg1: int) -> None:
        ...
    @property
    def k(self) -> int:
        ...
    @k.setter
    def k(self, arg1: int) -> None:
        ...
class ISoftMaxLayer(ILayer):
    @property
    def axes(self) -> int:
        ...
    @axes.setter
    def axes(self, arg1: int) -> None:
        ...
class ILRNLayer(ILayer):
    @property
    def alpha(self) -> float:
        ...
    @alpha.setter
    def alpha(self, arg1: float) -> None:
        ...
    @property
    def beta(self) -> float:
        ...
    @beta.setter
    def beta(self, arg1: float) -> None:
        ...
    @property
    def k(self) -> float:
        ...
    @k.setter
    def k(self, arg1: float) -> None:
        ...
    @property
    def window_size(self) -> int:
        ...
    @window_size.setter
    def window_size(self, arg1: int) -> None:
        ...
class INormalizationLayer(ILayer):
    compute_precision: DataType
    @property
    def axes(self) -> int:
        ...
    @axes.setter
    def axes(self, arg1: int) -> None:
        ...
    @property
    def epsilon(self) -> float:
        ...
    @epsilon.setter
    def epsilon(self, arg1: float) -> None:
        ...
    @property
    def is_v2(self) -> bool:
        ...
    @property
    def num_groups(self) -> int:
        ...
    @num_groups.setter
    def num_groups(self, arg1: int) -> None:
        ...
class IRaggedSoftMaxLayer(ILayer):
    pass
class ICumulativeLayer(ILayer):
    exclusive: bool
    op: CumulativeOperation
    reverse: bool
class IMatrixMultiplyLayer(ILayer):
    op0: MatrixOperation
    op1: MatrixOperation
class IEinsumLayer(ILayer):
    equation: str
class Permutation(Dims):
    def __init__(self, order: collections.abc.Sequence) -> None:
        ...
class IShuffleLayer(ILayer):
    first_transpose: Permutation
    reshape_dims: Dims
    second_transpose: Permutation
    zero_is_placeholder: bool
class ISliceLayer(ILayer):
    axes: Dims
    mode: SampleMode
    shape: Dims
    start: Dims
    stride: Dims
class IConcatenationLayer(ILayer):
    @property
    def axis(self) -> int:
        ...
    @axis.setter
    def axis(self, arg1: int) -> None:
        ...
class IGatherLayer(ILayer):
    mode: GatherMode
    @property
    def axis(self) -> int:
        ...
    @axis.setter
    def axis(self, arg1: int) -> None:
        ...
    @property
    def num_elementwise_dims(self) -> int:
        ...
    @num_elementwise_dims.setter
    def num_elementwise_dims(self, arg1: int) -> None:
        ...
class IScatterLayer(ILayer):
    mode: ScatterMode
    @property
    def axis(self) -> int:
        ...
    @axis.setter
    def axis(self, arg1: int) -> None:
        ...
class IShapeLayer(ILayer):
    pass
class ISqueezeLayer(ILayer):
    pass
class IUnsqueezeLayer(ILayer):
    pass
class IPaddingLayer(ILayer):
    post_padding_nd: Dims
    pre_padding_nd: Dims
    @property
    def post_padding(self) -> typing.Any:
        ...
    @post_padding.setter
    def post_padding(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
    @property
    def pre_padding(self) -> typing.Any:
        ...
    @pre_padding.setter
    def pre_padding(self, arg1: Dims | collections.abc.Sequence[int]) -> None:
        ...
class IResizeLayer(ILayer):
    coordinate_transformation: ResizeCoordinateTransformation
    exclude_outside: bool
    nearest_rounding: ResizeRoundMode
    resize_mode: InterpolationMode
    selector_for_single_pixel: ResizeSelector
    shape: Dims
    @property
    def cubic_coeff(self) -> float:
        ...
    @cubic_coeff.setter
    def cubic_coeff(self, arg1: float) -> None:
        ...
    @property
    def scales(self) -> list[float]:
        ...
    @scales.setter
    def scales(self, arg1: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> None:
        ...
class IOneHotLayer(ILayer):
    @property
    def axis(self) -> int:
        ...
    @axis.setter
    def axis(self, arg1: int) -> None:
        ...
class IReverseSequenceLayer(ILayer):
    @property
    def batch_axis(self) -> int:
        ...
    @batch_axis.setter
    def batch_axis(self, arg1: int) -> None:
        ...
    @property
    def sequence_axis(self) -> int:
        ...
    @sequence_axis.setter
    def sequence_axis(self, arg1: int) -> None:
        ...
class IGridSampleLayer(ILayer):
    align_corners: bool
    interpolation_mode: InterpolationMode
    sample_mode: SampleMode
class IConstantLayer(ILayer):
    shape: Dims
    weights: Weights
class IFillLayer(ILayer):
    alpha: typing.Any
    beta: typing.Any
    operation: FillOperation
    shape: Dims
    to_type: DataType
    def is_alpha_beta_int64(self: ILayer) -> bool:
        ...
class IAssertionLayer(ILayer):
    message: str
class INonZeroLayer(ILayer):
    indices_type: DataType
class INMSLayer(ILayer):
    bounding_box_format: BoundingBoxFormat
    indices_type: DataType
    @property
    def topk_box_limit(self) -> int:
        ...
    @topk_box_limit.setter
    def topk_box_limit(self, arg1: int) -> None:
        ...
class IAttention:
    """
    norm(Q K^T + mask) V.
    """
    __hash__: typing.ClassVar[None] = None
    decomposable: bool
    metadata: str
    name: str
    norm_op: AttentionNormalizationOp
    normalization_quantize_to_type: DataType
    def __eq__(self, arg0: IAttention) -> bool:
        ...
    def get_input(self, index: int) -> typing.Any:
        ...
    def get_output(self, index: int) -> typing.Any:
        ...
    def set_input(self, index: int, tensor: ITensor) -> bool:
        ...
    @property
    def causal(self) -> bool:
        """
        Query i sees no key behind number i. Not together with a mask.
        """
    @causal.setter
    def causal(self, arg1: bool) -> None:
        ...
    @property
    def mask(self) -> typing.Any:
        ...
    @mask.setter
    def mask(self, arg1: ITensor) -> None:
        ...
    @property
    def normalization_quantize_scale(self) -> typing.Any:
        ...
    @normalization_quantize_scale.setter
    def normalization_quantize_scale(self, arg1: ITensor) -> None:
        ...
    @property
    def num_inputs(self) -> int:
        ...
    @property
    def num_outputs(self) -> int:
        ...
class IAttentionBoundaryLayer(ILayer):
    @property
    def attention(self) -> IAttention:
        ...
class IAttentionInputLayer(IAttentionBoundaryLayer):
    pass
class IAttentionOutputLayer(IAttentionBoundaryLayer):
    pass
class IRotaryEmbeddingLayer(ILayer):
    interleaved: bool
    @property
    def rotary_embedding_dim(self) -> int:
        ...
    @rotary_embedding_dim.setter
    def rotary_embedding_dim(self, arg1: int) -> None:
        ...
class IKVCacheUpdateLayer(ILayer):
    cache_mode: KVCacheMode
class IMoELayer(ILayer):
    activation_type: MoEActType
    dyn_q_output_scale_type: DataType
    quantization_block_shape: Dims
    quantization_to_type: DataType
    def set_gated_biases(self: ILayer, fc_gate_biases: ITensor, fc_up_biases: ITensor, fc_down_biases: ITensor) -> None:
        ...
    def set_gated_weights(self: ILayer, fc_gate_weights: ITensor, fc_up_weights: ITensor, fc_down_weights: ITensor, activation_type: MoEActType) -> None:
        ...
    def set_quantization_dynamic_dbl_q(self: ILayer, fc_down_activation_dbl_q_scale: ITensor, data_type: DataType, block_shape: Dims | collections.abc.Sequence[int], dyn_q_output_scale_type: DataType) -> None:
        ...
    def set_quantization_static(self: ILayer, fc_down_activation_scale: ITensor, data_type: DataType) -> None:
        ...
    def set_swiglu_params(self: ILayer, limit: float, alpha: float, beta: float) -> None:
        ...
    @property
    def swiglu_param_alpha(self) -> float:
        ...
    @swiglu_param_alpha.setter
    def swiglu_param_alpha(self, arg1: float) -> None:
        ...
    @property
    def swiglu_param_beta(self) -> float:
        ...
    @swiglu_param_beta.setter
    def swiglu_param_beta(self, arg1: float) -> None:
        ...
    @property
    def swiglu_param_limit(self) -> float:
        ...
    @swiglu_param_limit.setter
    def swiglu_param_limit(self, arg1: float) -> None:
        ...
class ILoop:
    __hash__: typing.ClassVar[None] = None
    name: str
    def __eq__(self, arg0: ILoop) -> bool:
        ...
    def add_iterator(self, tensor: ITensor, axis: int = 0, reverse: bool = False) -> IIteratorLayer:
        ...
    def add_loop_output(self, tensor: ITensor, kind: LoopOutput, axis: int = 0) -> ILoopOutputLayer:
        ...
    def add_recurrence(self, initial_value: ITensor) -> IRecurrenceLayer:
        ...
    def add_trip_limit(self, tensor: ITensor, kind: TripLimit) -> ITripLimitLayer:
        ...
class ILoopBoundaryLayer(ILayer):
    @property
    def loop(self) -> ILoop:
        ...
class IRecurrenceLayer(ILoopBoundaryLayer):
    pass
class ITripLimitLayer(ILoopBoundaryLayer):
    @property
    def kind(self) -> TripLimit:
        ...
class IIteratorLayer(ILoopBoundaryLayer):
    reverse: bool
    @property
    def axis(self) -> int:
        ...
    @axis.setter
    def axis(self, arg1: int) -> None:
        ...
class ILoopOutputLayer(ILoopBoundaryLayer):
    @property
    def axis(self) -> int:
        ...
    @axis.setter
    def axis(self, arg1: int) -> None:
        ...
    @property
    def kind(self) -> LoopOutput:
        ...
class IIfConditional:
    __hash__: typing.ClassVar[None] = None
    name: str
    def __eq__(self, arg0: IIfConditional) -> bool:
        ...
    def add_input(self, input: ITensor) -> IIfConditionalInputLayer:
        ...
    def add_output(self, true_subgraph_output: ITensor, false_subgraph_output: ITensor) -> IIfConditionalOutputLayer:
        ...
    def set_condition(self, condition: ITensor) -> IConditionLayer:
        ...
class IIfConditionalBoundaryLayer(ILayer):
    @property
    def conditional(self) -> IIfConditional:
        ...
class IConditionLayer(IIfConditionalBoundaryLayer):
    pass
class IIfConditionalInputLayer(IIfConditionalBoundaryLayer):
    pass
class IIfConditionalOutputLayer(IIfConditionalBoundaryLayer):
    pass
class INetworkDefinition:
    """
    A network under construction.
    """
    name: str
    def add_convolution(self, *args: typing.Any, **kwargs: typing.Any) -> typing.Any:
        """
        `add_convolution_nd` under its old name.
        """
    def add_deconvolution(self, *args: typing.Any, **kwargs: typing.Any) -> typing.Any:
        """
        `add_deconvolution_nd` under its old name.
        """
    def add_fully_connected(self, input: ITensor, num_outputs: int, kernel: typing.Any, bias: typing.Any = None) -> ILayer:
        """
        The last layer of what a fully connected one is now: a product over all but the batch.
        """
    def add_padding(self, *args: typing.Any, **kwargs: typing.Any) -> typing.Any:
        """
        `add_padding_nd` under its old name.
        """
    def add_pooling(self, *args: typing.Any, **kwargs: typing.Any) -> typing.Any:
        """
        `add_pooling_nd` under its old name.
        """
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __getitem__(self, index: int) -> typing.Any:
        ...
    def __len__(self) -> int:
        ...
    def __str__(self) -> str:
        ...
    def add_activation(self, input: ITensor, type: ActivationType) -> IActivationLayer:
        ...
    def add_assertion(self, condition: ITensor, message: str) -> IAssertionLayer:
        ...
    def add_attention(self, query: ITensor, key: ITensor, value: ITensor, norm_op: AttentionNormalizationOp, causal: bool) -> IAttention:
        ...
    def add_cast(self, input: ITensor, to_type: DataType) -> ICastLayer:
        ...
    def add_concatenation(self, inputs: collections.abc.Sequence[ITensor]) -> IConcatenationLayer:
        ...
    def add_constant(self, shape: Dims | collections.abc.Sequence[int], weights: Weights | numpy.ndarray) -> IConstantLayer:
        ...
    def add_convolution_nd(self, input: ITensor, num_output_maps: int, kernel_shape: Dims | collections.abc.Sequence[int], kernel: Weights | numpy.ndarray, bias: Weights | numpy.ndarray | None = None) -> IConvolutionLayer:
        ...
    def add_cumulative(self, input: ITensor, axis: ITensor, op: CumulativeOperation, exclusive: bool, reverse: bool) -> ICumulativeLayer:
        ...
    def add_deconvolution_nd(self, input: ITensor, num_output_maps: int, kernel_shape: Dims | collections.abc.Sequence[int], kernel: Weights | numpy.ndarray, bias: Weights | numpy.ndarray | None = None) -> IDeconvolutionLayer:
        ...
    def add_dequantize(self, input: ITensor, scale: ITensor, output_type: DataType = DataType.FLOAT) -> IDequantizeLayer:
        ...
    def add_dynamic_quantize(self, input: ITensor, axis: int, block_size: int, output_type: DataType, scale_type: DataType) -> IDynamicQuantizeLayer:
        ...
    def add_dynamic_quantize_v2(self, input: ITensor, block_shape: Dims | collections.abc.Sequence[int], output_type: DataType, scale_type: DataType) -> IDynamicQuantizeLayer:
        ...
    def add_einsum(self, inputs: collections.abc.Sequence[ITensor], equation: str) -> IEinsumLayer:
        ...
    def add_elementwise(self, input1: ITensor, input2: ITensor, op: ElementWiseOperation) -> IElementWiseLayer:
        ...
    def add_fill(self, shape: Dims | collections.abc.Sequence[int], op: FillOperation, output_type: DataType = DataType.FLOAT) -> IFillLayer:
        ...
    def add_gather(self, input: ITensor, indices: ITensor, axis: int) -> IGatherLayer:
        ...
    def add_gather_v2(self, input: ITensor, indices: ITensor, mode: GatherMode) -> IGatherLayer:
        ...
    def add_grid_sample(self, input: ITensor, grid: ITensor) -> IGridSampleLayer:
        ...
    def add_identity(self, input: ITensor) -> IIdentityLayer:
        ...
    def add_if_conditional(self) -> IIfConditional:
        ...
    def add_input(self, name: str, dtype: DataType, shape: Dims | collections.abc.Sequence[int]) -> ITensor:
        ...
    def add_kv_cache_update(self, cache: ITensor, update: ITensor, write_indices: ITensor, cache_mode: KVCacheMode) -> IKVCacheUpdateLayer:
        ...
    def add_loop(self) -> ILoop:
        ...
    def add_lrn(self, input: ITensor, window: int, alpha: float, beta: float, k: float) -> ILRNLayer:
        ...
    def add_matrix_multiply(self, input0: ITensor, op0: MatrixOperation, input1: ITensor, op1: MatrixOperation) -> IMatrixMultiplyLayer:
        ...
    def add_moe(self, hidden_states: ITensor, selected_experts_for_tokens: ITensor, scores_for_selected_experts: ITensor) -> IMoELayer:
        ...
    def add_nms(self, boxes: ITensor, scores: ITensor, max_output_boxes_per_class: ITensor, indices_type: DataType = DataType.INT32) -> INMSLayer:
        ...
    def add_node(self, op: str, inputs: collections.abc.Sequence[ITensor | None], attributes: collections.abc.Mapping[str, bool | typing.SupportsInt | typing.SupportsIndex | typing.SupportsFloat | typing.SupportsIndex | str | collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex] | collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]] = {}) -> typing.Any:
        """
        Adds a layer by the name of its operation, with None for absent inputs.
        """
    def add_non_zero(self, input: ITensor, indices_type: DataType = DataType.INT32) -> INonZeroLayer:
        ...
    def add_normalization(self, input: ITensor, scale: ITensor, bias: ITensor, axesMask: int) -> INormalizationLayer:
        ...
    def add_normalization_v2(self, input: ITensor, scale: ITensor, bias: ITensor, axesMask: int) -> INormalizationLayer:
        ...
    def add_one_hot(self, indices: ITensor, values: ITensor, depth: ITensor, axis: int) -> IOneHotLayer:
        ...
    def add_padding_nd(self, input: ITensor, pre_padding: Dims | collections.abc.Sequence[int], post_padding: Dims | collections.abc.Sequence[int]) -> IPaddingLayer:
        ...
    def add_parametric_relu(self, input: ITensor, slopes: ITensor) -> IParametricReLULayer:
        ...
    def add_pooling_nd(self, input: ITensor, type: PoolingType, window_size: Dims | collections.abc.Sequence[int]) -> IPoolingLayer:
        ...
    def add_quantize(self, input: ITensor, scale: ITensor, output_type: DataType = DataType.INT8) -> IQuantizeLayer:
        ...
    def add_ragged_softmax(self, input: ITensor, bounds: ITensor) -> IRaggedSoftMaxLayer:
        ...
    def add_reduce(self, input: ITensor, op: ReduceOperation, axes: int, keep_dims: bool) -> IReduceLayer:
        ...
    def add_resize(self, input: ITensor) -> IResizeLayer:
        ...
    def add_reverse_sequence(self, input: ITensor, sequence_lens: ITensor) -> IReverseSequenceLayer:
        ...
    def add_rotary_embedding(self, input: ITensor, cos_cache: ITensor, sin_cache: ITensor, interleaved: bool, rotary_embedding_dim: int) -> IRotaryEmbeddingLayer:
        ...
    def add_scale(self, input: ITensor, mode: ScaleMode, shift: Weights | numpy.ndarray | None = None, scale: Weights | numpy.ndarray | None = None, power: Weights | numpy.ndarray | None = None) -> IScaleLayer:
        ...
    def add_scale_nd(self, input: ITensor, mode: ScaleMode, shift: Weights | numpy.ndarray | None = None, scale: Weights | numpy.ndarray | None = None, power: Weights | numpy.ndarray | None = None, channel_axis: int = 1) -> IScaleLayer:
        ...
    def add_scatter(self, data: ITensor, indices: ITensor, updates: ITensor, mode: ScatterMode) -> IScatterLayer:
        ...
    def add_select(self, condition: ITensor, then_input: ITensor, else_input: ITensor) -> ISelectLayer:
        ...
    def add_shape(self, input: ITensor) -> IShapeLayer:
        ...
    def add_shuffle(self, input: ITensor) -> IShuffleLayer:
        ...
    def add_slice(self, input: ITensor, start: Dims | collections.abc.Sequence[int], shape: Dims | collections.abc.Sequence[int], stride: Dims | collections.abc.Sequence[int]) -> ISliceLayer:
        ...
    def add_softmax(self, input: ITensor) -> ISoftMaxLayer:
        ...
    def add_squeeze(self, input: ITensor, axes: ITensor) -> ISqueezeLayer:
        ...
    def add_topk(self, input: ITensor, op: TopKOperation, k: int, axes: int, indices_type: DataType = DataType.INT32) -> ITopKLayer:
        ...
    def add_unary(self, input: ITensor, op: UnaryOperation) -> IUnaryLayer:
        ...
    def add_unsqueeze(self, input: ITensor, axes: ITensor) -> IUnsqueezeLayer:
        ...
    def are_weights_marked_refittable(self, name: str) -> bool:
        ...
    def get_flag(self, flag: NetworkDefinitionCreationFlag) -> bool:
        ...
    def get_input(self, index: int) -> typing.Any:
        ...
    def get_layer(self, index: int) -> typing.Any:
        ...
    def get_output(self, index: int) -> typing.Any:
        ...
    def is_debug_tensor(self, tensor: ITensor) -> bool:
        ...
    def mark_debug(self, tensor: ITensor) -> bool:
        """
        Hands the tensor to debug listeners when a run has computed it; no fusion takes it in. False when it was marked before.
        """
    def mark_output(self, tensor: ITensor) -> None:
        ...
    def mark_output_for_shapes(self, tensor: ITensor) -> bool:
        """
        Makes a list of integers an output; False, with the reason in the log, for others.
        """
    def mark_unfused_tensors_as_debug_tensors(self) -> bool:
        """
        The same for all that fusions leave, by the engine's own names.
        """
    def mark_weights_refittable(self, name: str) -> bool:
        """
        For BuilderFlag.REFIT_INDIVIDUAL.
        """
    def remove_tensor(self, tensor: ITensor) -> None:
        """
        Removes a tensor that no layer makes or reads; others stay, with a warning in the log.
        """
    def set_weights_name(self, weights: Weights | numpy.ndarray, name: str | None) -> bool:
        """
        Names all uses of these weights, found by where they lie, for refitting; None takes the name away. Weights that a parser reads have the model's names.
        """
    def unmark_debug(self, tensor: ITensor) -> bool:
        ...
    def unmark_output(self, tensor: ITensor) -> None:
        ...
    def unmark_output_for_shapes(self, tensor: ITensor) -> bool:
        """
        False, with the reason in the log, for what is no output.
        """
    def unmark_unfused_tensors_as_debug_tensors(self) -> bool:
        ...
    def unmark_weights_refittable(self, name: str) -> bool:
        ...
    @property
    def builder(self) -> typing.Any:
        """
        The builder that made the network; None for a copy of it.
        """
    @property
    def error_recorder(self) -> typing.Any:
        """
        Told of each failure with its ErrorCodeTRT; None for nobody.
        """
    @error_recorder.setter
    def error_recorder(self, arg1: typing.Any) -> None:
        ...
    @property
    def flags(self) -> int:
        ...
    @property
    def has_implicit_batch_dimension(self) -> bool:
        ...
    @property
    def num_inputs(self) -> int:
        ...
    @property
    def num_layers(self) -> int:
        ...
    @property
    def num_outputs(self) -> int:
        ...
class IOptimizationProfile:
    """
    The ranges in which dynamic shapes and shape-tensor values may move.
    """
    def __bool__(self) -> bool:
        ...
    def __init__(self) -> None:
        ...
    def get_shape(self, input: str) -> list[Dims]:
        ...
    def get_shape_input(self, input: str) -> list[list[int]]:
        ...
    def set_shape(self, input: str, min: Dims | collections.abc.Sequence[int], opt: Dims | collections.abc.Sequence[int], max: Dims | collections.abc.Sequence[int]) -> None:
        ...
    def set_shape_input(self, input: str, min: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], opt: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex], max: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
    @property
    def extra_memory_target(self) -> float:
        ...
    @extra_memory_target.setter
    def extra_memory_target(self, arg0: float) -> None:
        ...
class TimingCacheKey:
    """
    What an entry of an editable timing cache is for.
    """
    @staticmethod
    def parse(text: str) -> TimingCacheKey:
        """
        The key of this text, which str(key) gives.
        
        Raises:
            UserError: for what is no text of a key.
        """
    def __eq__(self, arg0: TimingCacheKey) -> bool:
        ...
    def __hash__(self) -> int:
        ...
    def __str__(self) -> str:
        ...
class TimingCacheValue:
    """
    The tactic that an entry's nodes run by, and its time.
    """
    def __init__(self, tactic_hash: int, timing_msec: float) -> None:
        ...
    @property
    def tacticHash(self) -> int:
        ...
    @tacticHash.setter
    def tacticHash(self, arg0: int) -> None:
        ...
    @property
    def timingMSec(self) -> float:
        ...
    @timingMSec.setter
    def timingMSec(self, arg0: float) -> None:
        ...
class ITimingCache:
    """
    Remembered measurements: a build that finds all it needs here measures nothing.
    """
    def __len__(self) -> int:
        ...
    def combine(self, input_cache: ITimingCache, ignore_mismatch: bool) -> bool:
        ...
    def query(self, key: TimingCacheKey) -> TimingCacheValue:
        """
        The key's value; an invalid one (NaN) where there is none.
        """
    def queryKeys(self) -> list[TimingCacheKey]:
        """
        The keys of the entries that builds with EDITABLE_TIMING_CACHE made.
        """
    def reset(self) -> bool:
        ...
    def serialize(self) -> IHostMemory:
        ...
    def update(self, key: TimingCacheKey, value: TimingCacheValue) -> bool:
        """
        Lets builds with EDITABLE_TIMING_CACHE run the key's nodes by another tactic; a time of NaN deletes the entry. False for an unknown key or an invalid value.
        """
    @property
    def fingerprint(self) -> str:
        ...
class IInt8Calibrator:
    """
    Subclass it and define get_batch_size() and get_batch(names), which returns one address or array for each name (or a dict of them by name), or None after the last batch; read_calibration_cache() and write_calibration_cache(cache) keep the result. An attribute `method` (CalibrationMethod) chooses ranges in another way than the class stands for.
    """
    def __init__(self) -> None:
        ...
    def read_calibration_cache(self) -> None:
        ...
    def write_calibration_cache(self, cache: typing.Any) -> None:
        ...
class IInt8EntropyCalibrator2(IInt8Calibrator):
    """
    Subclass it and define get_batch_size() and get_batch(names), which returns one address or array for each name (or a dict of them by name), or None after the last batch; read_calibration_cache() and write_calibration_cache(cache) keep the result. An attribute `method` (CalibrationMethod) chooses ranges in another way than the class stands for.
    """
    def __init__(self) -> None:
        ...
    def get_algorithm(self) -> CalibrationAlgoType:
        ...
class IInt8EntropyCalibrator(IInt8Calibrator):
    """
    Subclass it and define get_batch_size() and get_batch(names), which returns one address or array for each name (or a dict of them by name), or None after the last batch; read_calibration_cache() and write_calibration_cache(cache) keep the result. An attribute `method` (CalibrationMethod) chooses ranges in another way than the class stands for.
    """
    def __init__(self) -> None:
        ...
    def get_algorithm(self) -> CalibrationAlgoType:
        ...
class IInt8MinMaxCalibrator(IInt8Calibrator):
    """
    Subclass it and define get_batch_size() and get_batch(names), which returns one address or array for each name (or a dict of them by name), or None after the last batch; read_calibration_cache() and write_calibration_cache(cache) keep the result. An attribute `method` (CalibrationMethod) chooses ranges in another way than the class stands for.
    """
    def __init__(self) -> None:
        ...
    def get_algorithm(self) -> CalibrationAlgoType:
        ...
class IInt8LegacyCalibrator(IInt8Calibrator):
    """
    Subclass it and define get_batch_size() and get_batch(names), which returns one address or array for each name (or a dict of them by name), or None after the last batch; read_calibration_cache() and write_calibration_cache(cache) keep the result. An attribute `method` (CalibrationMethod) chooses ranges in another way than the class stands for.
    """
    def __init__(self) -> None:
        ...
    def get_algorithm(self) -> CalibrationAlgoType:
        ...
class IAlgorithmIOInfo:
    """
    The form of one operand of an algorithm.
    """
    @property
    def components_per_element(self) -> int:
        ...
    @property
    def dtype(self) -> DataType:
        ...
    @property
    def strides(self) -> Dims:
        ...
    @property
    def vectorized_dim(self) -> int:
        ...
class IAlgorithmVariant:
    """
    Numbers that name a way to compute, the same in every build.
    """
    @property
    def implementation(self) -> int:
        ...
    @property
    def tactic(self) -> int:
        ...
class IAlgorithmContext:
    """
    The node that algorithms are for.
    """
    def get_shape(self, index: int) -> list[Dims]:
        """
        Least, timed and largest extents of an input (those that are no weights) or, after these, an output.
        
        Returns:
            Three Dims; an empty list beyond the last one.
        """
    @property
    def name(self) -> str:
        ...
    @property
    def num_inputs(self) -> int:
        ...
    @property
    def num_outputs(self) -> int:
        ...
class IAlgorithm:
    """
    One way to compute a node.
    """
    def get_algorithm_io_info(self, index: int) -> IAlgorithmIOInfo:
        """
        The form of an input or, after these, an output; None beyond the last one.
        """
    @property
    def algorithm_variant(self) -> IAlgorithmVariant:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def timing_msec(self) -> float:
        ...
    @property
    def workspace_size(self) -> int:
        ...
class IAlgorithmSelector:
    """
    Subclass it and override both functions. What they raise ends the build.
    """
    def __init__(self) -> None:
        ...
    def report_algorithms(self, contexts: collections.abc.Sequence[IAlgorithmContext], choices: collections.abc.Sequence[IAlgorithm]) -> None:
        """
        Told once a build: choices[i] was taken for contexts[i].
        """
    def select_algorithms(self, context: IAlgorithmContext, choices: collections.abc.Sequence[IAlgorithm]) -> list[int]:
        """
        Asked once a node, with its candidates and their times.
        
        Returns:
            Indices of the choices that the build may take; none leaves all of them, or ends the build with BuilderFlag.REJECT_EMPTY_ALGORITHMS.
        """
class IRuntimeConfig:
    """
    How contexts are made.
    """
    def get_execution_context_allocation_strategy(self) -> ExecutionContextAllocationStrategy:
        ...
    def set_execution_context_allocation_strategy(self, strategy: ExecutionContextAllocationStrategy = ExecutionContextAllocationStrategy.STATIC) -> None:
        ...
class ICudaEngine:
    """
    A loaded plan. Safe to use from several threads.
    """
    def get_device_memory_size(self) -> int:
        """
        Bytes of activations and scratch that one context needs.
        """
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __getitem__(self, index: int) -> str:
        ...
    def _log_error(self, arg0: str) -> None:
        ...
    def create_engine_inspector(self) -> EngineInspector:
        ...
    @typing.overload
    def create_execution_context(self, strategy: ExecutionContextAllocationStrategy = ExecutionContextAllocationStrategy.STATIC) -> IExecutionContext:
        ...
    @typing.overload
    def create_execution_context(self, runtime_config: IRuntimeConfig = None) -> IExecutionContext:
        ...
    def create_execution_context_without_device_memory(self) -> IExecutionContext:
        ...
    def create_runtime_config(self) -> IRuntimeConfig:
        """
        How contexts are made.
        """
    def create_serialization_config(self) -> ISerializationConfig:
        ...
    def get_device_memory_size_for_profile(self, profile_index: int) -> int:
        ...
    def get_device_memory_size_for_profile_v2(self, profile_index: int) -> int:
        ...
    def get_engine_stat(self, stat: EngineStat = EngineStat.TOTAL_WEIGHTS_SIZE) -> int:
        ...
    @typing.overload
    def get_tensor_bytes_per_component(self, name: str) -> int:
        ...
    @typing.overload
    def get_tensor_bytes_per_component(self, name: str, profile_index: int) -> int:
        ...
    @typing.overload
    def get_tensor_components_per_element(self, name: str) -> int:
        ...
    @typing.overload
    def get_tensor_components_per_element(self, name: str, profile_index: int) -> int:
        ...
    def get_tensor_dtype(self, name: str) -> DataType:
        ...
    @typing.overload
    def get_tensor_format(self, name: str) -> TensorFormat:
        ...
    @typing.overload
    def get_tensor_format(self, name: str, profile_index: int) -> TensorFormat:
        ...
    @typing.overload
    def get_tensor_format_desc(self, name: str) -> str:
        ...
    @typing.overload
    def get_tensor_format_desc(self, name: str, profile_index: int) -> str:
        ...
    def get_tensor_location(self, name: str) -> TensorLocation:
        ...
    def get_tensor_mode(self, name: str) -> TensorIOMode:
        ...
    def get_tensor_name(self, index: int) -> str:
        ...
    def get_tensor_profile_shape(self, name: str, profile_index: int) -> list[Dims]:
        ...
    def get_tensor_profile_values(self, name: str, profile_index: int) -> list[list[int]]:
        ...
    def get_tensor_shape(self, name: str) -> Dims:
        ...
    @typing.overload
    def get_tensor_vectorized_dim(self, name: str) -> int:
        ...
    @typing.overload
    def get_tensor_vectorized_dim(self, name: str, profile_index: int) -> int:
        ...
    def get_weight_streaming_automatic_budget(self) -> int:
        """
        What the machine has room for now.
        """
    def is_debug_tensor(self, name: str) -> bool:
        """
        True for tensors that network.mark_debug marked.
        """
    def is_shape_inference_io(self, name: str) -> bool:
        ...
    def serialize(self) -> IHostMemory:
        ...
    def serialize_with_config(self, config: ISerializationConfig) -> IHostMemory:
        """
        Without the weights that can be refitted where EXCLUDE_WEIGHTS is set; with them the engine can be refitted again where INCLUDE_REFIT is.
        """
    @property
    def device_memory_size(self) -> int:
        ...
    @property
    def device_memory_size_v2(self) -> int:
        ...
    @property
    def engine_capability(self) -> EngineCapability:
        ...
    @property
    def error_recorder(self) -> typing.Any:
        """
        Told of each failure with its ErrorCodeTRT; None for nobody.
        """
    @error_recorder.setter
    def error_recorder(self, arg1: typing.Any) -> None:
        ...
    @property
    def hardware_compatibility_level(self) -> HardwareCompatibilityLevel:
        ...
    @property
    def has_implicit_batch_dimension(self) -> bool:
        ...
    @property
    def minimum_weight_streaming_budget(self) -> int:
        ...
    @property
    def name(self) -> str:
        ...
    @property
    def num_aux_streams(self) -> int:
        ...
    @property
    def num_io_tensors(self) -> int:
        ...
    @property
    def num_layers(self) -> int:
        ...
    @property
    def num_optimization_profiles(self) -> int:
        ...
    @property
    def profiling_verbosity(self) -> ProfilingVerbosity:
        ...
    @property
    def refittable(self) -> bool:
        ...
    @property
    def streamable_weights_size(self) -> int:
        """
        Bytes of weights whose pages can be given back: those of a plan file that load_engine_file maps.
        """
    @property
    def tactic_sources(self) -> int:
        """
        Bits of TacticSource: where its layers' tactics come from.
        """
    @property
    def weight_streaming_budget(self) -> int:
        ...
    @weight_streaming_budget.setter
    def weight_streaming_budget(self, arg1: int) -> None:
        ...
    @property
    def weight_streaming_budget_v2(self) -> int:
        """
        Bytes of streamable weights that stay in memory between runs; what is more is read from the file again.
        """
    @weight_streaming_budget_v2.setter
    def weight_streaming_budget_v2(self, arg1: int) -> None:
        ...
    @property
    def weight_streaming_scratch_memory_size(self) -> int:
        ...
    @property
    def weights_size(self) -> int:
        ...
class IExecutionContext:
    """
    One running instance of an engine; belongs to one thread at a time.
    """
    debug_sync: bool
    enqueue_emits_profile: bool
    name: str
    nvtx_verbosity: ProfilingVerbosity
    profiler: typing.Any
    unfused_tensors_debug_state: bool
    def infer(self, inputs: collections.abc.Mapping[str, numpy.ndarray], outputs: collections.abc.Mapping[str, numpy.ndarray] | None = None) -> dict[str, numpy.ndarray]:
        """
        Runs the context on arrays and returns the outputs by name.
        
            C-contiguous inputs of the engine's type are read in place; others are converted first. Other
            threads are kept out of the context meanwhile.
        
            Args:
                inputs: an array for each input of the engine.
                outputs: arrays to write to; those not given are allocated, those whose extents follow from
                    the data when these are known.
        
            Raises:
                ValueError: an input is missing or unknown, its shape is outside the profile, or an output
                    has another shape than the run gives it.
                TypeError: an array holds another kind of number than the engine takes.
                RuntimeError: the run failed, for the reason in the log; or the context is in use by another
                    thread, or by the run that calls this from a callback.
            
        """
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def _enter(self) -> None:
        ...
    def _infer(self, inputs: typing.Any, outputs: typing.Any) -> dict:
        ...
    def _leave(self) -> None:
        ...
    def execute_async_v3(self, stream_handle: int) -> bool:
        """
        Queues a run. The default stream, 0, has run when this returns. False, with the reason in the log, on failure.
        """
    def execute_v2(self, bindings: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> bool:
        ...
    def get_debug_listener(self) -> typing.Any:
        ...
    def get_debug_state(self, name: str) -> bool:
        ...
    def get_input_consumed_event(self) -> int:
        ...
    def get_max_output_size(self, name: str) -> int:
        ...
    def get_output_allocator(self, name: str) -> typing.Any:
        ...
    def get_runtime_config(self) -> IRuntimeConfig:
        ...
    def get_tensor_address(self, name: str) -> int:
        ...
    def get_tensor_shape(self, name: str) -> Dims:
        ...
    def get_tensor_strides(self, name: str) -> Dims:
        ...
    def infer_shapes(self) -> list[str]:
        ...
    def report_to_profiler(self) -> bool:
        ...
    def set_all_tensors_debug_state(self, flag: bool) -> bool:
        ...
    def set_aux_streams(self, aux_streams: collections.abc.Sequence[typing.SupportsInt | typing.SupportsIndex]) -> None:
        ...
    def set_debug_listener(self, listener: typing.Any) -> bool:
        """
        Who is told of debug tensors whose state is on when a run has computed them.
        """
    def set_device_memory(self, memory: int, size: int) -> None:
        """
        The memory of a context of strategy USER_MANAGED, at a multiple of 64.
        """
    def set_input_consumed_event(self, event: int) -> bool:
        ...
    def set_input_shape(self, name: str, shape: Dims | collections.abc.Sequence[int]) -> bool:
        ...
    def set_optimization_profile_async(self, profile_index: int, stream_handle: int) -> bool:
        ...
    def set_output_allocator(self, name: str, output_allocator: typing.Any) -> bool:
        ...
    def set_tensor_address(self, name: str, memory: typing.Any) -> bool:
        """
        The memory of an input or output: an address as an int, or a C-contiguous array. The array lives as long as it is set here and a queued run uses it; of an address, the array among the caller's variables (or in a list, tuple or dict there) that starts at it. Memory may be an input's and an output's at once.
        """
    def set_tensor_debug_state(self, name: str, flag: bool) -> bool:
        """
        False, with a message, when no debug tensor has the name.
        """
    def update_device_memory_size_for_shapes(self) -> int:
        """
        Bytes that set_device_memory must give for the shapes as they are now.
        """
    @property
    def active_optimization_profile(self) -> int:
        """
        The index of the profile in use.
        """
    @active_optimization_profile.setter
    def active_optimization_profile(self, profile: int) -> None:
        ...
    @property
    def all_binding_shapes_specified(self) -> bool:
        ...
    @property
    def all_shape_inputs_specified(self) -> bool:
        ...
    @property
    def device_memory(self) -> typing.Any:
        """
        `set_device_memory` of memory that is large enough for every profile.
        """
    @device_memory.setter
    def device_memory(self, memory: int) -> None:
        ...
    @property
    def engine(self) -> ICudaEngine:
        ...
    @property
    def error_recorder(self) -> typing.Any:
        """
        Told of each failure with its ErrorCodeTRT; None for nobody.
        """
    @error_recorder.setter
    def error_recorder(self, arg1: typing.Any) -> None:
        ...
    @property
    def memory_size(self) -> int:
        ...
    @property
    def num_threads(self) -> int:
        ...
    @property
    def persistent_cache_limit(self) -> int:
        ...
    @persistent_cache_limit.setter
    def persistent_cache_limit(self, arg1: int) -> None:
        ...
    @property
    def temporary_allocator(self) -> typing.Any:
        """
        Where the context's memory comes from; None is the library's own.
        """
    @temporary_allocator.setter
    def temporary_allocator(self, arg1: typing.Any) -> None:
        ...
class ISerializationConfig:
    """
    What of an engine goes into its bytes.
    """
    def clear_flag(self, flag: SerializationFlag) -> bool:
        ...
    def get_flag(self, flag: SerializationFlag) -> bool:
        ...
    def set_flag(self, flag: SerializationFlag) -> bool:
        ...
    @property
    def flags(self) -> int:
        ...
    @flags.setter
    def flags(self, arg1: int) -> None:
        ...
class EngineInspector:
    """
    Layers of an engine as JSON or one line of text.
    """
    execution_context: IExecutionContext
    def get_engine_information(self, format: LayerInformationFormat) -> str:
        ...
    def get_layer_information(self, layer_index: int, format: LayerInformationFormat) -> str:
        ...
    @property
    def error_recorder(self) -> typing.Any:
        """
        Told of each failure with its ErrorCodeTRT; None for nobody.
        """
    @error_recorder.setter
    def error_recorder(self, arg1: typing.Any) -> None:
        ...
class ArrayAllocator(IOutputAllocator):
    """
    Memory of an output whose extents the run tells, as an array.
    """
    def __init__(self) -> None:
        ...
    def array(self, dtype: DataType) -> typing.Any:
        """
        What the last run gave, on the memory that the next one writes to.
        """
class IBuilderConfig:
    """
    What a build may do.
    """
    algorithm_selector: typing.Any
    default_device_type: DeviceType
    engine_capability: EngineCapability
    hardware_compatibility_level: HardwareCompatibilityLevel
    int8_calibrator: typing.Any
    profiling_verbosity: ProfilingVerbosity
    progress_monitor: typing.Any
    remote_auto_tuning_config: str
    runtime_platform: RuntimePlatform
    tiling_optimization_level: TilingOptimizationLevel
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self) -> None:
        ...
    def add_optimization_profile(self, profile: IOptimizationProfile) -> int:
        ...
    def can_run_on_DLA(self, layer: ILayer) -> bool:
        """
        False: there is no DLA.
        """
    def clear_flag(self, flag: BuilderFlag) -> None:
        ...
    def clear_quantization_flag(self, flag: QuantizationFlag) -> None:
        ...
    def create_timing_cache(self, serialized_timing_cache: typing.Any) -> ITimingCache:
        ...
    def get_calibration_profile(self) -> IOptimizationProfile:
        ...
    def get_device_type(self, layer: ILayer) -> DeviceType:
        ...
    def get_flag(self, flag: BuilderFlag) -> bool:
        ...
    def get_memory_pool_limit(self, pool: MemoryPoolType) -> int:
        ...
    def get_preview_feature(self, feature: PreviewFeature) -> bool:
        ...
    def get_quantization_flag(self, flag: QuantizationFlag) -> bool:
        ...
    def get_tactic_sources(self) -> int:
        ...
    def get_timing_cache(self) -> ITimingCache:
        ...
    def is_device_type_set(self, layer: ILayer) -> bool:
        ...
    def reset(self) -> None:
        ...
    def reset_device_type(self, layer: ILayer) -> None:
        ...
    def set_calibration_profile(self, profile: IOptimizationProfile) -> bool:
        ...
    def set_device_type(self, layer: ILayer, device_type: DeviceType) -> None:
        ...
    def set_flag(self, flag: BuilderFlag) -> None:
        ...
    def set_memory_pool_limit(self, pool: MemoryPoolType, pool_size: int) -> None:
        ...
    def set_preview_feature(self, feature: PreviewFeature, enable: bool) -> None:
        ...
    def set_quantization_flag(self, flag: QuantizationFlag) -> None:
        ...
    def set_tactic_sources(self, tactic_sources: int) -> bool:
        ...
    def set_timing_cache(self, cache: ITimingCache, ignore_mismatch: bool) -> bool:
        ...
    @property
    def DLA_core(self) -> int:
        ...
    @DLA_core.setter
    def DLA_core(self, arg1: int) -> None:
        ...
    @property
    def avg_timing_iterations(self) -> int:
        ...
    @avg_timing_iterations.setter
    def avg_timing_iterations(self, arg1: int) -> None:
        ...
    @property
    def builder_optimization_level(self) -> int:
        ...
    @builder_optimization_level.setter
    def builder_optimization_level(self, arg1: int) -> None:
        ...
    @property
    def flags(self) -> int:
        ...
    @flags.setter
    def flags(self, arg1: int) -> None:
        ...
    @property
    def l2_limit_for_tiling(self) -> int:
        ...
    @l2_limit_for_tiling.setter
    def l2_limit_for_tiling(self, arg1: int) -> None:
        ...
    @property
    def max_aux_streams(self) -> int:
        ...
    @max_aux_streams.setter
    def max_aux_streams(self, arg1: int) -> None:
        ...
    @property
    def max_num_tactics(self) -> int:
        ...
    @max_num_tactics.setter
    def max_num_tactics(self, arg1: int) -> None:
        ...
    @property
    def max_workspace_size(self) -> int:
        """
        The limit of MemoryPoolType.WORKSPACE.
        """
    @max_workspace_size.setter
    def max_workspace_size(self, size: int) -> None:
        ...
    @property
    def min_timing_iterations(self) -> typing.Any:
        """
        Kept as it was set.
        """
    @min_timing_iterations.setter
    def min_timing_iterations(self, value: typing.Any) -> None:
        ...
    @property
    def num_optimization_profiles(self) -> int:
        ...
    @property
    def num_threads(self) -> int:
        """
        Threads that the engine is tuned for and runs on; 0: the CPUs of the process.
        """
    @num_threads.setter
    def num_threads(self, arg1: int) -> None:
        ...
    @property
    def plugins_to_serialize(self) -> list[str]:
        ...
    @plugins_to_serialize.setter
    def plugins_to_serialize(self, arg1: collections.abc.Sequence[str]) -> None:
        ...
    @property
    def profile_stream(self) -> int:
        ...
    @profile_stream.setter
    def profile_stream(self, arg1: int) -> None:
        ...
    @property
    def quantization_flags(self) -> int:
        ...
    @quantization_flags.setter
    def quantization_flags(self, arg1: int) -> None:
        ...
class Builder:
    """
    Builds plans and engines from networks.
    """
    def build_cuda_engine(self, network: INetworkDefinition) -> ICudaEngine | None:
        """
        Builds with the builder's own settings, as TensorRT 7 did.
        """
    def build_engine(self, *args: typing.Any, **kwargs: typing.Any) -> typing.Any:
        """
        `build_engine_with_config` under its old name.
        """
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, logger: typing.Any) -> None:
        ...
    def build_engine_with_config(self, network: INetworkDefinition, config: IBuilderConfig) -> ICudaEngine:
        ...
    def build_serialized_network(self, network: INetworkDefinition, config: IBuilderConfig) -> IHostMemory:
        """
        The plan's bytes; None, with the reason in the log, when the build fails.
        """
    def build_serialized_network_to_stream(self, network: INetworkDefinition, config: IBuilderConfig, writer: IStreamWriter) -> bool:
        """
        Hands the plan's bytes to an IStreamWriter. False, with the reason in the log, on failure.
        """
    def calibrate(self, network: INetworkDefinition, config: IBuilderConfig) -> bytes:
        """
        What a build would learn from config.int8_calibrator, as the bytes of a calibration cache; empty, with the reason in the log, on failure.
        """
    def create_builder_config(self) -> IBuilderConfig:
        ...
    def create_network(self, flags: int = 0) -> typing.Any:
        ...
    def create_optimization_profile(self) -> IOptimizationProfile:
        ...
    def is_network_supported(self, network: INetworkDefinition, config: IBuilderConfig) -> bool:
        ...
    def reset(self) -> None:
        ...
    @property
    def error_recorder(self) -> typing.Any:
        """
        Told of each failure with its ErrorCodeTRT; None for nobody.
        """
    @error_recorder.setter
    def error_recorder(self, arg1: typing.Any) -> None:
        ...
    @property
    def fp16_mode(self) -> typing.Any:
        """
        Kept as it was set.
        """
    @fp16_mode.setter
    def fp16_mode(self, value: typing.Any) -> None:
        ...
    @property
    def gpu_allocator(self) -> typing.Any:
        """
        Where contexts of engines that this builder makes have their memory from.
        """
    @gpu_allocator.setter
    def gpu_allocator(self, arg1: typing.Any) -> None:
        ...
    @property
    def int8_calibrator(self) -> typing.Any:
        """
        Kept as it was set.
        """
    @int8_calibrator.setter
    def int8_calibrator(self, value: typing.Any) -> None:
        ...
    @property
    def int8_mode(self) -> typing.Any:
        """
        Kept as it was set.
        """
    @int8_mode.setter
    def int8_mode(self, value: typing.Any) -> None:
        ...
    @property
    def logger(self) -> typing.Any:
        ...
    @property
    def max_DLA_batch_size(self) -> int:
        ...
    @property
    def max_batch_size(self) -> typing.Any:
        """
        Kept as it was set.
        """
    @max_batch_size.setter
    def max_batch_size(self, value: typing.Any) -> None:
        ...
    @property
    def max_threads(self) -> int:
        ...
    @max_threads.setter
    def max_threads(self, arg1: int) -> None:
        ...
    @property
    def max_workspace_size(self) -> typing.Any:
        """
        Kept as it was set.
        """
    @max_workspace_size.setter
    def max_workspace_size(self, value: typing.Any) -> None:
        ...
    @property
    def num_DLA_cores(self) -> int:
        ...
    @property
    def platform_has_fast_bf16(self) -> bool:
        ...
    @property
    def platform_has_fast_fp16(self) -> bool:
        ...
    @property
    def platform_has_fast_int8(self) -> bool:
        ...
    @property
    def platform_has_tf32(self) -> bool:
        ...
    @property
    def refittable(self) -> typing.Any:
        """
        Kept as it was set.
        """
    @refittable.setter
    def refittable(self, value: typing.Any) -> None:
        ...
    @property
    def report(self) -> dict:
        """
        What the last build did: fusions by name, winning tactics with their runners-up, seconds.
        """
    @property
    def strict_type_constraints(self) -> typing.Any:
        """
        Kept as it was set.
        """
    @strict_type_constraints.setter
    def strict_type_constraints(self, value: typing.Any) -> None:
        ...
class ParserError:
    def __repr__(self) -> str:
        ...
    def __str__(self) -> str:
        ...
    def code(self) -> ErrorCode:
        ...
    def desc(self) -> str:
        ...
    def file(self) -> str:
        ...
    def func(self) -> str:
        ...
    def line(self) -> int:
        ...
    def local_function_stack(self) -> list[str]:
        ...
    def local_function_stack_size(self) -> int:
        ...
    def node(self) -> int:
        ...
    def node_name(self) -> str:
        ...
    def node_operator(self) -> str:
        ...
class NodeIndices:
    __hash__: typing.ClassVar[None] = None
    def __bool__(self) -> bool:
        """
        Check whether the list is nonempty
        """
    def __contains__(self, x: int) -> bool:
        """
        Return true the container contains ``x``
        """
    @typing.overload
    def __delitem__(self, arg0: int) -> None:
        """
        Delete the list elements at index ``i``
        """
    @typing.overload
    def __delitem__(self, arg0: slice) -> None:
        """
        Delete list elements using a slice object
        """
    def __eq__(self, arg0: NodeIndices) -> bool:
        ...
    @typing.overload
    def __getitem__(self, s: slice) -> NodeIndices:
        """
        Retrieve list elements using a slice object
        """
    @typing.overload
    def __getitem__(self, arg0: int) -> int:
        ...
    @typing.overload
    def __init__(self) -> None:
        ...
    @typing.overload
    def __init__(self, arg0: NodeIndices) -> None:
        """
        Copy constructor
        """
    @typing.overload
    def __init__(self, arg0: collections.abc.Iterable) -> None:
        ...
    def __iter__(self) -> collections.abc.Iterator[int]:
        ...
    def __len__(self) -> int:
        ...
    def __ne__(self, arg0: NodeIndices) -> bool:
        ...
    def __repr__(self) -> str:
        """
        Return the canonical string representation of this list.
        """
    @typing.overload
    def __setitem__(self, arg0: int, arg1: int) -> None:
        ...
    @typing.overload
    def __setitem__(self, arg0: slice, arg1: NodeIndices) -> None:
        """
        Assign list elements using a slice object
        """
    def append(self, x: int) -> None:
        """
        Add an item to the end of the list
        """
    def clear(self) -> None:
        """
        Clear the contents
        """
    def count(self, x: int) -> int:
        """
        Return the number of times ``x`` appears in the list
        """
    @typing.overload
    def extend(self, L: NodeIndices) -> None:
        """
        Extend the list by appending all the items in the given list
        """
    @typing.overload
    def extend(self, L: collections.abc.Iterable) -> None:
        """
        Extend the list by appending all the items in the given list
        """
    def insert(self, i: int, x: int) -> None:
        """
        Insert an item at a given position.
        """
    @typing.overload
    def pop(self) -> int:
        """
        Remove and return the last item
        """
    @typing.overload
    def pop(self, i: int) -> int:
        """
        Remove and return the item at index ``i``
        """
    def remove(self, x: int) -> None:
        """
        Remove the first item from the list whose value is x. It is an error if there is no such item.
        """
class SubGraphCollection:
    __hash__: typing.ClassVar[None] = None
    def __bool__(self) -> bool:
        """
        Check whether the list is nonempty
        """
    def __contains__(self, x: tuple[NodeIndices, bool]) -> bool:
        """
        Return true the container contains ``x``
        """
    @typing.overload
    def __delitem__(self, arg0: int) -> None:
        """
        Delete the list elements at index ``i``
        """
    @typing.overload
    def __delitem__(self, arg0: slice) -> None:
        """
        Delete list elements using a slice object
        """
    def __eq__(self, arg0: SubGraphCollection) -> bool:
        ...
    @typing.overload
    def __getitem__(self, s: slice) -> SubGraphCollection:
        """
        Retrieve list elements using a slice object
        """
    @typing.overload
    def __getitem__(self, arg0: int) -> tuple[NodeIndices, bool]:
        ...
    @typing.overload
    def __init__(self) -> None:
        ...
    @typing.overload
    def __init__(self, arg0: SubGraphCollection) -> None:
        """
        Copy constructor
        """
    @typing.overload
    def __init__(self, arg0: collections.abc.Iterable) -> None:
        ...
    def __iter__(self) -> collections.abc.Iterator[tuple[NodeIndices, bool]]:
        ...
    def __len__(self) -> int:
        ...
    def __ne__(self, arg0: SubGraphCollection) -> bool:
        ...
    @typing.overload
    def __setitem__(self, arg0: int, arg1: tuple[NodeIndices, bool]) -> None:
        ...
    @typing.overload
    def __setitem__(self, arg0: slice, arg1: SubGraphCollection) -> None:
        """
        Assign list elements using a slice object
        """
    def append(self, x: tuple[NodeIndices, bool]) -> None:
        """
        Add an item to the end of the list
        """
    def clear(self) -> None:
        """
        Clear the contents
        """
    def count(self, x: tuple[NodeIndices, bool]) -> int:
        """
        Return the number of times ``x`` appears in the list
        """
    @typing.overload
    def extend(self, L: SubGraphCollection) -> None:
        """
        Extend the list by appending all the items in the given list
        """
    @typing.overload
    def extend(self, L: collections.abc.Iterable) -> None:
        """
        Extend the list by appending all the items in the given list
        """
    def insert(self, i: int, x: tuple[NodeIndices, bool]) -> None:
        """
        Insert an item at a given position.
        """
    @typing.overload
    def pop(self) -> tuple[NodeIndices, bool]:
        """
        Remove and return the last item
        """
    @typing.overload
    def pop(self, i: int) -> tuple[NodeIndices, bool]:
        """
        Remove and return the item at index ``i``
        """
    def remove(self, x: tuple[NodeIndices, bool]) -> None:
        """
        Remove the first item from the list whose value is x. It is an error if there is no such item.
        """
class OnnxParser:
    """
    Parses ONNX models of opset 7 to 27 into a network; collects errors.
    """
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, network: INetworkDefinition, logger: typing.Any) -> None:
        ...
    def clear_errors(self) -> None:
        ...
    def clear_flag(self, flag: OnnxParserFlag) -> None:
        ...
    def get_error(self, index: int) -> ParserError:
        ...
    def get_flag(self, flag: OnnxParserFlag) -> bool:
        ...
    def get_layer_output_tensor(self, name: str, i: int) -> ITensor:
        ...
    def get_subgraph_nodes(self, index: int) -> list[int]:
        """
        The indices of the nodes in the model.
        """
    def get_used_vc_plugin_libraries(self) -> list[str]:
        ...
    def is_subgraph_supported(self, index: int) -> bool:
        ...
    def load_initializer(self, name: str, data: int, size: int) -> bool:
        """
        Copies size bytes at the address data to an initializer of the model that was loaded.
        """
    def load_model_proto(self, model: typing_extensions.Buffer, path: str | None = None) -> bool:
        """
        Reads a model for parse_model_proto.
        """
    @typing.overload
    def parse(self, model: typing_extensions.Buffer, path: str | None = None) -> bool:
        """
        Parses a serialized model; path says where external data lies. False when errors were collected.
        """
    @typing.overload
    def parse(self, path: str) -> bool:
        """
        Parses a model file.
        """
    def parse_from_file(self, model: str) -> bool:
        """
        Parses a model file of any size.
        """
    def parse_model_proto(self) -> bool:
        """
        Parses the model that was loaded, once.
        """
    def parse_with_weight_descriptors(self, model: typing_extensions.Buffer, path: str | None = None) -> bool:
        """
        The same as parse.
        """
    def set_flag(self, flag: OnnxParserFlag) -> None:
        ...
    def supports_model(self, model: typing_extensions.Buffer, path: str | None = None) -> tuple[bool, SubGraphCollection]:
        """
        Whether every node can be imported, and the runs of nodes between those that cannot.
        """
    def supports_model_v2(self, model: typing_extensions.Buffer, path: str | None = None) -> bool:
        """
        Whether every node can be imported; subgraphs are the runs of nodes between those that cannot.
        """
    def supports_operator(self, op_name: str) -> bool:
        ...
    @property
    def flags(self) -> int:
        ...
    @flags.setter
    def flags(self, arg1: int) -> None:
        ...
    @property
    def num_errors(self) -> int:
        ...
    @property
    def num_subgraphs(self) -> int:
        ...
class Runtime:
    """
    Loads plans.
    """
    engine_host_code_allowed: bool
    temporary_directory: str
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, logger: typing.Any) -> None:
        ...
    @typing.overload
    def deserialize_cuda_engine(self, serialized_engine: typing_extensions.Buffer) -> ICudaEngine:
        """
        The engine; None, with the reason in the log, when the bytes are no plan that can run here. The engine owns what it reads: it shares the memory of bytes and IHostMemory, which nobody can change, and copies what another buffer holds.
        """
    @typing.overload
    def deserialize_cuda_engine(self, stream_reader: IStreamReader) -> ICudaEngine:
        ...
    @typing.overload
    def deserialize_cuda_engine(self, stream_reader_v2: IStreamReaderV2) -> ICudaEngine:
        ...
    @typing.overload
    def deserialize_cuda_engine(self, stream_reader: typing.Any) -> ICudaEngine:
        ...
    def load_engine_file(self, path: str) -> ICudaEngine:
        """
        Loads a plan file. Larger ones than 16 MiB are mapped, not copied, and must stay as they are while the engine lives: replace such a file by renaming a new one over it.
        """
    def load_runtime(self, path: str) -> typing.Any:
        """
        This runtime: it reads the plans of all versions.
        """
    @property
    def DLA_core(self) -> int:
        ...
    @DLA_core.setter
    def DLA_core(self, arg1: int) -> None:
        ...
    @property
    def error_recorder(self) -> typing.Any:
        """
        Told of each failure with its ErrorCodeTRT; None for nobody.
        """
    @error_recorder.setter
    def error_recorder(self, arg1: typing.Any) -> None:
        ...
    @property
    def gpu_allocator(self) -> typing.Any:
        """
        Where contexts of engines that are loaded from now on have their memory from.
        """
    @gpu_allocator.setter
    def gpu_allocator(self, arg1: typing.Any) -> None:
        ...
    @property
    def logger(self) -> typing.Any:
        ...
    @property
    def max_threads(self) -> int:
        ...
    @max_threads.setter
    def max_threads(self, arg1: int) -> None:
        ...
    @property
    def num_DLA_cores(self) -> int:
        ...
    @property
    def tempfile_control_flags(self) -> int:
        ...
    @tempfile_control_flags.setter
    def tempfile_control_flags(self, arg1: int) -> None:
        ...
class Refitter:
    """
    Gives an engine other weights. Failures return False and are logged.
    """
    weights_validation: bool
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, engine: ICudaEngine, logger: typing.Any) -> None:
        ...
    def get_all(self) -> tuple:
        """
        Layers and roles of all weights that layers have as their own.
        """
    def get_all_weights(self) -> list[str]:
        ...
    def get_dynamic_range(self, tensor_name: str) -> tuple:
        ...
    def get_missing(self) -> tuple:
        """
        Layers and roles of weights that must be set too.
        """
    def get_missing_weights(self) -> list[str]:
        """
        Names of weights that must be set too; empty for those without one.
        """
    def get_named_weights(self, weights_name: str) -> Weights:
        ...
    def get_tensors_with_dynamic_range(self) -> list[str]:
        ...
    def get_weights_location(self, weights_name: str) -> TensorLocation:
        ...
    def get_weights_prototype(self, weights_name: str) -> Weights:
        """
        Type and size; a size of -1 where there are no weights of the name.
        """
    def refit_cuda_engine(self) -> bool:
        """
        Computes what follows from the weights. Runs that begin from here on see it.
        """
    def refit_cuda_engine_async(self, stream_handle: int) -> bool:
        """
        The same once the stream has run what is queued.
        """
    def set_dynamic_range(self, tensor_name: str, range: collections.abc.Sequence[typing.SupportsFloat | typing.SupportsIndex]) -> bool:
        ...
    @typing.overload
    def set_named_weights(self, name: str, weights: Weights | numpy.ndarray) -> bool:
        """
        The same for weights of a name.
        """
    @typing.overload
    def set_named_weights(self, name: str, weights: Weights | numpy.ndarray, location: TensorLocation) -> bool:
        """
        A CPU has one memory: every location is the host's.
        """
    def set_weights(self, layer_name: str, role: WeightsRole, weights: Weights | numpy.ndarray) -> bool:
        """
        Remembers weights of a layer until refit_cuda_engine reads them.
        """
    def unset_named_weights(self, weights_name: str) -> bool:
        ...
    @property
    def error_recorder(self) -> typing.Any:
        """
        Told of each failure with its ErrorCodeTRT; None for nobody.
        """
    @error_recorder.setter
    def error_recorder(self, arg1: typing.Any) -> None:
        ...
    @property
    def logger(self) -> typing.Any:
        ...
    @property
    def max_threads(self) -> int:
        ...
    @max_threads.setter
    def max_threads(self, arg1: int) -> None:
        ...
class OnnxParserRefitter:
    """
    Sets a refitter's weights from the initializers of an ONNX model; collects errors.
    """
    def __enter__(self) -> typing.Any:
        ...
    def __exit__(self, *args) -> None:
        ...
    def __init__(self, refitter: Refitter, logger: typing.Any) -> None:
        ...
    def clear_errors(self) -> None:
        ...
    def get_error(self, index: int) -> ParserError:
        ...
    def load_initializer(self, name: str, data: int, size: int) -> bool:
        """
        Takes size bytes at the address data in place of an initializer of the loaded model. They must stay until refit_cuda_engine.
        """
    def load_model_proto(self, model: typing_extensions.Buffer, path: str | None = None) -> bool:
        """
        Reads a serialized model for refit_model_proto.
        """
    def refit_from_bytes(self, model: typing_extensions.Buffer, path: str | None = None) -> bool:
        """
        Sets the weights from a serialized model; path says where external data lies. False when errors were collected. Refitter.refit_cuda_engine comes after it.
        """
    def refit_from_file(self, model: str) -> bool:
        """
        The same from a file of any size.
        """
    def refit_model_proto(self) -> bool:
        """
        Sets the weights from the loaded model.
        """
    @property
    def num_errors(self) -> int:
        ...
def cpu_fingerprint() -> str:
    """
    The CPU that timings are valid for.
    """
def create_stream() -> int:
    """
    A handle of a new ordered queue with a worker of its own.
    """
def default_num_threads() -> int:
    """
    Threads of a build and of a context.
    """
def destroy_stream(handle: int) -> None:
    """
    Runs what is queued first.
    """
def environment_switches() -> list[tuple[str, str]]:
    """
    Name and meaning of every environment switch.
    """
def init_libnvinfer_plugins(logger: typing.Any, namespace: str) -> bool:
    """
    True: there is no library of plugins that would have to be loaded.
    """
def measure_peaks(threads: int = 0) -> MachinePeaks:
    """
    Measures the machine for about a quarter of a second; 0 threads: as many as a context takes.
    """
def nptype(trt_type: DataType) -> numpy.dtype[typing.Any]:
    """
    The numpy dtype of an element type; TypeError where numpy has none. Of BF16 and numbers of 8 bits it is ml_dtypes' type, and where ml_dtypes is not installed uint16 or uint8: their bits. A bfloat16 is (x.astype(numpy.uint32) << 16).view(numpy.float32).
    """
def synchronize_stream(handle: int) -> None:
    """
    Waits until all that was queued has run; for the default stream, 0, on every stream.
    """
__trtlike_version__: str = '0.1.0'
__version__: str = '10.16.0'
tensorrt_version: str = '10.16.0'
ResizeMode = InterpolationMode
SliceMode = SampleMode
