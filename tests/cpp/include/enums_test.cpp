// The public enumerations have TensorRT 10.16's names and numbers.
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "trtlike/enums/build_enums.h"
#include "trtlike/enums/layer_enums.h"
#include "trtlike/enums/plugin_enums.h"
#include "trtlike/enums/runtime_enums.h"
#include "trtlike/enums/transformer_enums.h"
#include "trtlike/enums/type_enums.h"

namespace trtlike {
namespace {

using Values = std::map<std::string, int>;

struct Published {
  const char* enumeration;
  const char* values;
};

/// As TensorRT's Python package publishes them.
constexpr Published kTensorrt[] = {
    {"DataType",
     "FLOAT=0 HALF=1 INT8=2 INT32=3 BOOL=4 UINT8=5 FP8=6 BF16=7 INT64=8 INT4=9 "
     "FP4=10 E8M0=11"},
    {"ErrorCodeTRT",
     "SUCCESS=0 UNSPECIFIED_ERROR=1 INTERNAL_ERROR=2 INVALID_ARGUMENT=3 INVALID_CONFIG=4 "
     "FAILED_ALLOCATION=5 FAILED_INITIALIZATION=6 FAILED_EXECUTION=7 FAILED_COMPUTATION=8 "
     "INVALID_STATE=9 UNSUPPORTED_STATE=10"},
    {"AllocatorFlag", "RESIZABLE=0"},
    {"APILanguage", "CPP=0 PYTHON=1"},
    {"SeekPosition", "SET=0 CUR=1 END=2"},
    {"EngineStat", "TOTAL_WEIGHTS_SIZE=0 STRIPPED_WEIGHTS_SIZE=1"},
    {"RuntimePlatform", "SAME_AS_BUILD=0 WINDOWS_AMD64=1"},
    {"TempfileControlFlag", "ALLOW_IN_MEMORY_FILES=0 ALLOW_TEMPORARY_FILES=1"},
    {"PluginFieldType",
     "FLOAT16=0 FLOAT32=1 FLOAT64=2 INT8=3 INT16=4 INT32=5 CHAR=6 DIMS=7 UNKNOWN=8 BF16=9 "
     "INT64=10 FP8=11 INT4=12 FP4=13"},
    {"PluginCreatorVersion", "V1=0 V1_PYTHON=64"},
    {"TensorRTPhase", "BUILD=0 RUNTIME=1"},
    {"PluginCapabilityType", "CORE=0 BUILD=1 RUNTIME=2"},
    {"QuickPluginCreationRequest", "UNKNOWN=0 PREFER_JIT=1 PREFER_AOT=2 STRICT_JIT=3 STRICT_AOT=4"},
    {"PluginArgType", "INT=0"},
    {"PluginArgDataType", "INT8=0 INT16=1 INT32=2"},
    {"DimensionOperation", "SUM=0 PROD=1 MAX=2 MIN=3 SUB=4 EQUAL=5 LESS=6 FLOOR_DIV=7 CEIL_DIV=8"},
    {"TensorIOMode", "NONE=0 INPUT=1 OUTPUT=2"},
    {"TensorLocation", "DEVICE=0 HOST=1"},
    {"TensorFormat",
     "LINEAR=0 CHW2=1 HWC8=2 CHW4=3 CHW16=4 CHW32=5 DHWC8=6 CDHW32=7 HWC=8 "
     "DLA_LINEAR=9 DLA_HWC4=10 HWC16=11 DHWC=12"},
    {"WeightsRole", "KERNEL=0 BIAS=1 SHIFT=2 SCALE=3 CONSTANT=4 ANY=5"},
    {"Severity", "INTERNAL_ERROR=0 ERROR=1 WARNING=2 INFO=3 VERBOSE=4"},
    {"LayerType",
     "CONVOLUTION=0 CAST=1 ACTIVATION=2 POOLING=3 LRN=4 SCALE=5 SOFTMAX=6 "
     "DECONVOLUTION=7 CONCATENATION=8 ELEMENTWISE=9 PLUGIN=10 UNARY=11 PADDING=12 "
     "SHUFFLE=13 REDUCE=14 TOPK=15 GATHER=16 MATRIX_MULTIPLY=17 RAGGED_SOFTMAX=18 "
     "CONSTANT=19 IDENTITY=20 PLUGIN_V2=21 SLICE=22 SHAPE=23 PARAMETRIC_RELU=24 "
     "RESIZE=25 TRIP_LIMIT=26 RECURRENCE=27 ITERATOR=28 LOOP_OUTPUT=29 SELECT=30 "
     "FILL=31 QUANTIZE=32 DEQUANTIZE=33 CONDITION=34 CONDITIONAL_INPUT=35 "
     "CONDITIONAL_OUTPUT=36 SCATTER=37 EINSUM=38 ASSERTION=39 ONE_HOT=40 "
     "NON_ZERO=41 GRID_SAMPLE=42 NMS=43 REVERSE_SEQUENCE=44 NORMALIZATION=45 "
     "PLUGIN_V3=46 SQUEEZE=47 UNSQUEEZE=48 CUMULATIVE=49 DYNAMIC_QUANTIZE=50 "
     "ATTENTION_INPUT=51 ATTENTION_OUTPUT=52 ROTARY_EMBEDDING=53 "
     "KV_CACHE_UPDATE=54 MOE=55 DIST_COLLECTIVE=56"},
    {"ActivationType",
     "RELU=0 SIGMOID=1 TANH=2 LEAKY_RELU=3 ELU=4 SELU=5 SOFTSIGN=6 SOFTPLUS=7 "
     "CLIP=8 HARD_SIGMOID=9 SCALED_TANH=10 THRESHOLDED_RELU=11 GELU_ERF=12 "
     "GELU_TANH=13"},
    {"PoolingType", "MAX=0 AVERAGE=1 MAX_AVERAGE_BLEND=2"},
    {"ElementWiseOperation",
     "SUM=0 PROD=1 MAX=2 MIN=3 SUB=4 DIV=5 POW=6 FLOOR_DIV=7 AND=8 OR=9 XOR=10 "
     "EQUAL=11 GREATER=12 LESS=13"},
    {"UnaryOperation",
     "EXP=0 LOG=1 SQRT=2 RECIP=3 ABS=4 NEG=5 SIN=6 COS=7 TAN=8 SINH=9 COSH=10 "
     "ASIN=11 ACOS=12 ATAN=13 ASINH=14 ACOSH=15 ATANH=16 CEIL=17 FLOOR=18 ERF=19 "
     "NOT=20 SIGN=21 ROUND=22 ISINF=23 ISNAN=24"},
    {"ReduceOperation", "SUM=0 PROD=1 MAX=2 MIN=3 AVG=4 NONE=5"},
    {"TopKOperation", "MAX=0 MIN=1"},
    {"MatrixOperation", "NONE=0 TRANSPOSE=1 VECTOR=2"},
    {"GatherMode", "DEFAULT=0 ELEMENT=1 ND=2"},
    {"ScatterMode", "ELEMENT=0 ND=1"},
    {"SampleMode", "STRICT_BOUNDS=0 WRAP=1 CLAMP=2 FILL=3 REFLECT=4"},
    {"InterpolationMode", "NEAREST=0 LINEAR=1 CUBIC=2"},
    {"ResizeCoordinateTransformation", "ALIGN_CORNERS=0 ASYMMETRIC=1 HALF_PIXEL=2"},
    {"ResizeSelector", "FORMULA=0 UPPER=1"},
    {"ResizeRoundMode", "HALF_UP=0 HALF_DOWN=1 FLOOR=2 CEIL=3"},
    {"PaddingMode", "EXPLICIT_ROUND_DOWN=0 EXPLICIT_ROUND_UP=1 SAME_UPPER=2 SAME_LOWER=3"},
    {"ScaleMode", "UNIFORM=0 CHANNEL=1 ELEMENTWISE=2"},
    {"FillOperation", "LINSPACE=0 RANDOM_UNIFORM=1 RANDOM_NORMAL=2"},
    {"BoundingBoxFormat", "CORNER_PAIRS=0 CENTER_SIZES=1"},
    {"CumulativeOperation", "SUM=0"},
    {"LoopOutput", "LAST_VALUE=0 CONCATENATE=1 REVERSE=2"},
    {"TripLimit", "COUNT=0 WHILE=1"},
    {"LayerInformationFormat", "ONELINE=0 JSON=1"},
    {"ExecutionContextAllocationStrategy", "STATIC=0 ON_PROFILE_CHANGE=1 USER_MANAGED=2"},
    {"BuilderFlag",
     "FP16=0 INT8=1 DEBUG=2 GPU_FALLBACK=3 REFIT=4 DISABLE_TIMING_CACHE=5 TF32=6 "
     "SPARSE_WEIGHTS=7 SAFETY_SCOPE=8 OBEY_PRECISION_CONSTRAINTS=9 "
     "PREFER_PRECISION_CONSTRAINTS=10 DIRECT_IO=11 REJECT_EMPTY_ALGORITHMS=12 "
     "VERSION_COMPATIBLE=13 EXCLUDE_LEAN_RUNTIME=14 FP8=15 "
     "ERROR_ON_TIMING_CACHE_MISS=16 BF16=17 DISABLE_COMPILATION_CACHE=18 "
     "STRIP_PLAN=19 WEIGHTLESS=19 REFIT_IDENTICAL=20 WEIGHT_STREAMING=21 INT4=22 "
     "REFIT_INDIVIDUAL=23 STRICT_NANS=24 MONITOR_MEMORY=25 FP4=26 "
     "EDITABLE_TIMING_CACHE=27 DISTRIBUTIVE_INDEPENDENCE=28"},
    {"CalibrationAlgoType",
     "LEGACY_CALIBRATION=0 ENTROPY_CALIBRATION=1 ENTROPY_CALIBRATION_2=2 MINMAX_CALIBRATION=3"},
    {"QuantizationFlag", "CALIBRATE_BEFORE_FUSION=0"},
    {"CalibrationMethod", ""},
    {"TacticSource", "CUBLAS=0 CUBLAS_LT=1 CUDNN=2 EDGE_MASK_CONVOLUTIONS=3 JIT_CONVOLUTIONS=4"},
    {"MemoryPoolType",
     "WORKSPACE=0 DLA_MANAGED_SRAM=1 DLA_LOCAL_DRAM=2 DLA_GLOBAL_DRAM=3 "
     "TACTIC_DRAM=4 TACTIC_SHARED_MEMORY=5"},
    {"NetworkDefinitionCreationFlag",
     "EXPLICIT_BATCH=0 STRONGLY_TYPED=1 PREFER_JIT_PYTHON_PLUGINS=2 "
     "PREFER_AOT_PYTHON_PLUGINS=3"},
    {"ProfilingVerbosity", "LAYER_NAMES_ONLY=0 NONE=1 DETAILED=2"},
    {"HardwareCompatibilityLevel", "NONE=0 AMPERE_PLUS=1 SAME_COMPUTE_CAPABILITY=2"},
    {"PreviewFeature",
     "PROFILE_SHARING_0806=0 ALIASED_PLUGIN_IO_10_03=1 "
     "RUNTIME_ACTIVATION_RESIZE_10_10=2 MULTIDEVICE_RUNTIME_10_16=3"},
    {"EngineCapability", "STANDARD=0 SAFETY=1 DLA_STANDALONE=2"},
    {"DeviceType", "GPU=0 DLA=1"},
    {"AttentionNormalizationOp", "NONE=0 SOFTMAX=1"},
    {"KVCacheMode", "LINEAR=0"},
    {"MoEActType", "NONE=0 SILU=1"},
    {"TilingOptimizationLevel", "NONE=0 FAST=1 MODERATE=2 FULL=3"},
    {"SerializationFlag", "EXCLUDE_WEIGHTS=0 EXCLUDE_LEAN_RUNTIME=1 INCLUDE_REFIT=2"},
    {"OnnxParserFlag",
     "NATIVE_INSTANCENORM=0 ENABLE_UINT8_AND_ASYMMETRIC_QUANTIZATION_DLA=1 "
     "REPORT_CAPABILITY_DLA=2 ENABLE_PLUGIN_OVERRIDE=3 ADJUST_FOR_DLA=4"},
    {"ErrorCode",
     "SUCCESS=0 INTERNAL_ERROR=1 MEM_ALLOC_FAILED=2 MODEL_DESERIALIZE_FAILED=3 "
     "INVALID_VALUE=4 INVALID_GRAPH=5 INVALID_NODE=6 UNSUPPORTED_GRAPH=7 "
     "UNSUPPORTED_NODE=8 UNSUPPORTED_NODE_ATTR=9 UNSUPPORTED_NODE_INPUT=10 "
     "UNSUPPORTED_NODE_DATATYPE=11 UNSUPPORTED_NODE_DYNAMIC=12 "
     "UNSUPPORTED_NODE_SHAPE=13 REFIT_FAILED=14"},
};

/// What TensorRT has not.
constexpr Published kOwn[] = {
    {"DataType",
     "DOUBLE=64 INT16=65 UINT16=66 UINT32=67 UINT64=68 UINT4=69 INT2=70 "
     "UINT2=71 FP8E5M2=72 FP8E4M3FNUZ=73 FP8E5M2FNUZ=74"},
    {"ResizeCoordinateTransformation",
     "PYTORCH_HALF_PIXEL=3 TF_HALF_PIXEL_FOR_NN=4 HALF_PIXEL_SYMMETRIC=5"},
    {"TacticSource", "ONEDNN=5 NATIVE=6 EIGEN=7"},
    {"CalibrationMethod", "ENTROPY=0 MINMAX=1 PERCENTILE=2 MSE=3"},
};

Values parse(const char* text) {
  Values values;
  std::istringstream in(text);
  for (std::string item; in >> item;) {
    const size_t equals = item.find('=');
    values[item.substr(0, equals)] = std::stoi(item.substr(equals + 1));
  }
  return values;
}

std::map<std::string, Values> our_enums() {
  std::map<std::string, Values> all;
  const auto add = [&]<typename E>() {
    Values& values = all[EnumTable<E>::kName];
    for (const EnumEntry<E>& entry : enum_entries<E>())
      values[entry.name] = static_cast<int>(entry.value);
  };
  for_each_enum(TypeEnums(), add);
  for_each_enum(LayerEnums(), add);
  for_each_enum(TransformerEnums(), add);
  for_each_enum(BuildEnums(), add);
  for_each_enum(RuntimeEnums(), add);
  for_each_enum(PluginEnums(), add);
  return all;
}

class Enums : public testing::TestWithParam<Published> {};

TEST_P(Enums, names_and_numbers_are_tensorrts) {
  Values expected = parse(GetParam().values);
  for (const Published& own : kOwn)
    if (std::string(own.enumeration) == GetParam().enumeration) expected.merge(parse(own.values));
  ASSERT_FALSE(expected.empty());
  EXPECT_EQ(our_enums()[GetParam().enumeration], expected);
}

INSTANTIATE_TEST_SUITE_P(All, Enums, testing::ValuesIn(kTensorrt),
                         [](const auto& info) { return std::string(info.param.enumeration); });

TEST(EnumTables, every_enumeration_is_compared_with_tensorrts) {
  std::set<std::string> published, ours;
  for (const Published& row : kTensorrt) published.insert(row.enumeration);
  for (const auto& [name, values] : our_enums()) ours.insert(name);
  EXPECT_EQ(ours, published);
}

TEST(EnumTables, values_have_names) {
  EXPECT_STREQ(enum_name(ActivationType::LeakyRelu), "LEAKY_RELU");
  EXPECT_STREQ(enum_name(BuilderFlag::Weightless), "STRIP_PLAN");
  EXPECT_STREQ(enum_name(static_cast<GatherMode>(3)), "UNKNOWN");
  EXPECT_EQ(kEnumCount<UnaryOperation>, 25);
}

}  // namespace
}  // namespace trtlike
