// Enumerations, as tables of TensorRT's names and values.
#include <initializer_list>

#include "bindings/arithmetic_enum.h"
#include "bindings/enums.h"
#include "bindings/module.h"

namespace trtlike::bindings {
namespace {

using Values = std::initializer_list<std::pair<const char*, int32_t>>;

template <typename E>
void bind_enum(py::module_& m, const char* name, Values values) {
  py::enum_<E> e(m, name);
  for (const auto& [key, value] : values) e.value(key, static_cast<E>(value));
}

void make_arithmetic_enums(const py::module_& m) {
  for (const char* name : {"BuilderFlag", "EngineCapability", "ExecutionContextAllocationStrategy",
                           "NetworkDefinitionCreationFlag", "TacticSource", "TensorFormat"})
    make_arithmetic(m.attr(name));
}

void bind_layer_enums(py::module_& m) {
  bind_enum<LayerType>(m, "LayerType",
                       {{"CONVOLUTION", 0},
                        {"CAST", 1},
                        {"ACTIVATION", 2},
                        {"POOLING", 3},
                        {"LRN", 4},
                        {"SCALE", 5},
                        {"SOFTMAX", 6},
                        {"DECONVOLUTION", 7},
                        {"CONCATENATION", 8},
                        {"ELEMENTWISE", 9},
                        {"PLUGIN", 10},
                        {"UNARY", 11},
                        {"PADDING", 12},
                        {"SHUFFLE", 13},
                        {"REDUCE", 14},
                        {"TOPK", 15},
                        {"GATHER", 16},
                        {"MATRIX_MULTIPLY", 17},
                        {"RAGGED_SOFTMAX", 18},
                        {"CONSTANT", 19},
                        {"IDENTITY", 20},
                        {"PLUGIN_V2", 21},
                        {"SLICE", 22},
                        {"SHAPE", 23},
                        {"PARAMETRIC_RELU", 24},
                        {"RESIZE", 25},
                        {"TRIP_LIMIT", 26},
                        {"RECURRENCE", 27},
                        {"ITERATOR", 28},
                        {"LOOP_OUTPUT", 29},
                        {"SELECT", 30},
                        {"FILL", 31},
                        {"QUANTIZE", 32},
                        {"DEQUANTIZE", 33},
                        {"CONDITION", 34},
                        {"CONDITIONAL_INPUT", 35},
                        {"CONDITIONAL_OUTPUT", 36},
                        {"SCATTER", 37},
                        {"EINSUM", 38},
                        {"ASSERTION", 39},
                        {"ONE_HOT", 40},
                        {"NON_ZERO", 41},
                        {"GRID_SAMPLE", 42},
                        {"NMS", 43},
                        {"REVERSE_SEQUENCE", 44},
                        {"NORMALIZATION", 45},
                        {"PLUGIN_V3", 46},
                        {"SQUEEZE", 47},
                        {"UNSQUEEZE", 48},
                        {"CUMULATIVE", 49},
                        {"DYNAMIC_QUANTIZE", 50},
                        {"ATTENTION_INPUT", 51},
                        {"ATTENTION_OUTPUT", 52},
                        {"ROTARY_EMBEDDING", 53},
                        {"KV_CACHE_UPDATE", 54},
                        {"MOE", 55},
                        {"DIST_COLLECTIVE", 56}});
  bind_enum<ActivationType>(m, "ActivationType",
                            {{"RELU", 0},
                             {"SIGMOID", 1},
                             {"TANH", 2},
                             {"LEAKY_RELU", 3},
                             {"ELU", 4},
                             {"SELU", 5},
                             {"SOFTSIGN", 6},
                             {"SOFTPLUS", 7},
                             {"CLIP", 8},
                             {"HARD_SIGMOID", 9},
                             {"SCALED_TANH", 10},
                             {"THRESHOLDED_RELU", 11},
                             {"GELU_ERF", 12},
                             {"GELU_TANH", 13}});
  bind_enum<PoolingType>(m, "PoolingType", {{"MAX", 0}, {"AVERAGE", 1}, {"MAX_AVERAGE_BLEND", 2}});
  bind_enum<ElementWiseOperation>(m, "ElementWiseOperation",
                                  {{"SUM", 0},
                                   {"PROD", 1},
                                   {"MAX", 2},
                                   {"MIN", 3},
                                   {"SUB", 4},
                                   {"DIV", 5},
                                   {"POW", 6},
                                   {"FLOOR_DIV", 7},
                                   {"AND", 8},
                                   {"OR", 9},
                                   {"XOR", 10},
                                   {"EQUAL", 11},
                                   {"GREATER", 12},
                                   {"LESS", 13}});
  bind_enum<UnaryOperation>(
      m, "UnaryOperation",
      {{"EXP", 0},    {"LOG", 1},    {"SQRT", 2},   {"RECIP", 3},  {"ABS", 4},
       {"NEG", 5},    {"SIN", 6},    {"COS", 7},    {"TAN", 8},    {"SINH", 9},
       {"COSH", 10},  {"ASIN", 11},  {"ACOS", 12},  {"ATAN", 13},  {"ASINH", 14},
       {"ACOSH", 15}, {"ATANH", 16}, {"CEIL", 17},  {"FLOOR", 18}, {"ERF", 19},
       {"NOT", 20},   {"SIGN", 21},  {"ROUND", 22}, {"ISINF", 23}, {"ISNAN", 24}});
  bind_enum<ReduceOperation>(
      m, "ReduceOperation",
      {{"SUM", 0}, {"PROD", 1}, {"MAX", 2}, {"MIN", 3}, {"AVG", 4}, {"NONE", 5}});
  bind_enum<TopKOperation>(m, "TopKOperation", {{"MAX", 0}, {"MIN", 1}});
  bind_enum<MatrixOperation>(m, "MatrixOperation", {{"NONE", 0}, {"TRANSPOSE", 1}, {"VECTOR", 2}});
  bind_enum<GatherMode>(m, "GatherMode", {{"DEFAULT", 0}, {"ELEMENT", 1}, {"ND", 2}});
  bind_enum<ScatterMode>(m, "ScatterMode", {{"ELEMENT", 0}, {"ND", 1}});
  bind_enum<SampleMode>(
      m, "SampleMode",
      {{"STRICT_BOUNDS", 0}, {"WRAP", 1}, {"CLAMP", 2}, {"FILL", 3}, {"REFLECT", 4}});
  bind_enum<InterpolationMode>(m, "InterpolationMode",
                               {{"NEAREST", 0}, {"LINEAR", 1}, {"CUBIC", 2}});
  bind_enum<ResizeCoordinateTransformation>(
      m, "ResizeCoordinateTransformation",
      {{"ALIGN_CORNERS", 0}, {"ASYMMETRIC", 1}, {"HALF_PIXEL", 2}});
  bind_enum<ResizeSelector>(m, "ResizeSelector", {{"FORMULA", 0}, {"UPPER", 1}});
  bind_enum<ResizeRoundMode>(m, "ResizeRoundMode",
                             {{"HALF_UP", 0}, {"HALF_DOWN", 1}, {"FLOOR", 2}, {"CEIL", 3}});
  bind_enum<PaddingMode>(
      m, "PaddingMode",
      {{"EXPLICIT_ROUND_DOWN", 0}, {"EXPLICIT_ROUND_UP", 1}, {"SAME_UPPER", 2}, {"SAME_LOWER", 3}});
  bind_enum<ScaleMode>(m, "ScaleMode", {{"UNIFORM", 0}, {"CHANNEL", 1}, {"ELEMENTWISE", 2}});
  bind_enum<FillOperation>(m, "FillOperation",
                           {{"LINSPACE", 0}, {"RANDOM_UNIFORM", 1}, {"RANDOM_NORMAL", 2}});
  bind_enum<CumulativeOperation>(m, "CumulativeOperation", {{"SUM", 0}});
  bind_enum<WeightsRole>(
      m, "WeightsRole",
      {{"KERNEL", 0}, {"BIAS", 1}, {"SHIFT", 2}, {"SCALE", 3}, {"CONSTANT", 4}, {"ANY", 5}});
}

void bind_build_enums(py::module_& m) {
  bind_enum<BuilderFlag>(m, "BuilderFlag",
                         {{"FP16", 0},
                          {"INT8", 1},
                          {"DEBUG", 2},
                          {"GPU_FALLBACK", 3},
                          {"REFIT", 4},
                          {"DISABLE_TIMING_CACHE", 5},
                          {"TF32", 6},
                          {"SPARSE_WEIGHTS", 7},
                          {"SAFETY_SCOPE", 8},
                          {"OBEY_PRECISION_CONSTRAINTS", 9},
                          {"PREFER_PRECISION_CONSTRAINTS", 10},
                          {"DIRECT_IO", 11},
                          {"REJECT_EMPTY_ALGORITHMS", 12},
                          {"VERSION_COMPATIBLE", 13},
                          {"EXCLUDE_LEAN_RUNTIME", 14},
                          {"FP8", 15},
                          {"ERROR_ON_TIMING_CACHE_MISS", 16},
                          {"BF16", 17},
                          {"DISABLE_COMPILATION_CACHE", 18},
                          {"STRIP_PLAN", 19},
                          {"WEIGHTLESS", 19},
                          {"REFIT_IDENTICAL", 20},
                          {"WEIGHT_STREAMING", 21},
                          {"INT4", 22},
                          {"REFIT_INDIVIDUAL", 23},
                          {"STRICT_NANS", 24},
                          {"MONITOR_MEMORY", 25},
                          {"FP4", 26},
                          {"EDITABLE_TIMING_CACHE", 27},
                          {"DISTRIBUTIVE_INDEPENDENCE", 28}});
  bind_enum<TacticSource>(m, "TacticSource",
                          {{"CUBLAS", 0},
                           {"CUBLAS_LT", 1},
                           {"CUDNN", 2},
                           {"EDGE_MASK_CONVOLUTIONS", 3},
                           {"JIT_CONVOLUTIONS", 4},
                           {"ONEDNN", 5},
                           {"NATIVE", 6},
                           {"EIGEN", 7}});
  bind_enum<MemoryPoolType>(m, "MemoryPoolType",
                            {{"WORKSPACE", 0},
                             {"DLA_MANAGED_SRAM", 1},
                             {"DLA_LOCAL_DRAM", 2},
                             {"DLA_GLOBAL_DRAM", 3},
                             {"TACTIC_DRAM", 4},
                             {"TACTIC_SHARED_MEMORY", 5}});
  bind_enum<NetworkDefinitionCreationFlag>(m, "NetworkDefinitionCreationFlag",
                                           {{"EXPLICIT_BATCH", 0},
                                            {"STRONGLY_TYPED", 1},
                                            {"PREFER_JIT_PYTHON_PLUGINS", 2},
                                            {"PREFER_AOT_PYTHON_PLUGINS", 3}});
  bind_enum<ProfilingVerbosity>(m, "ProfilingVerbosity",
                                {{"LAYER_NAMES_ONLY", 0}, {"NONE", 1}, {"DETAILED", 2}});
  bind_enum<HardwareCompatibilityLevel>(
      m, "HardwareCompatibilityLevel",
      {{"NONE", 0}, {"AMPERE_PLUS", 1}, {"SAME_COMPUTE_CAPABILITY", 2}});
  bind_enum<PreviewFeature>(m, "PreviewFeature",
                            {{"PROFILE_SHARING_0806", 0},
                             {"ALIASED_PLUGIN_IO_10_03", 1},
                             {"RUNTIME_ACTIVATION_RESIZE_10_10", 2},
                             {"MULTIDEVICE_RUNTIME_10_16", 3}});
  bind_enum<EngineCapability>(m, "EngineCapability",
                              {{"STANDARD", 0}, {"SAFETY", 1}, {"DLA_STANDALONE", 2}});
  bind_enum<DeviceType>(m, "DeviceType", {{"GPU", 0}, {"DLA", 1}});
  bind_enum<TilingOptimizationLevel>(m, "TilingOptimizationLevel",
                                     {{"NONE", 0}, {"FAST", 1}, {"MODERATE", 2}, {"FULL", 3}});
  bind_enum<OnnxParserFlag>(m, "OnnxParserFlag",
                            {{"NATIVE_INSTANCENORM", 0},
                             {"ENABLE_UINT8_AND_ASYMMETRIC_QUANTIZATION_DLA", 1},
                             {"REPORT_CAPABILITY_DLA", 2},
                             {"ENABLE_PLUGIN_OVERRIDE", 3},
                             {"ADJUST_FOR_DLA", 4}});
  bind_enum<ParserErrorCode>(m, "ErrorCode",
                             {{"SUCCESS", 0},
                              {"INTERNAL_ERROR", 1},
                              {"MEM_ALLOC_FAILED", 2},
                              {"MODEL_DESERIALIZE_FAILED", 3},
                              {"INVALID_VALUE", 4},
                              {"INVALID_GRAPH", 5},
                              {"INVALID_NODE", 6},
                              {"UNSUPPORTED_GRAPH", 7},
                              {"UNSUPPORTED_NODE", 8},
                              {"UNSUPPORTED_NODE_ATTR", 9},
                              {"UNSUPPORTED_NODE_INPUT", 10},
                              {"UNSUPPORTED_NODE_DATATYPE", 11},
                              {"UNSUPPORTED_NODE_DYNAMIC", 12},
                              {"UNSUPPORTED_NODE_SHAPE", 13},
                              {"REFIT_FAILED", 14}});
}

}  // namespace

void bind_enums(py::module_& m) {
  bind_enum<DataType>(m, "DataType",
                      {{"FLOAT", 0},
                       {"HALF", 1},
                       {"INT8", 2},
                       {"INT32", 3},
                       {"BOOL", 4},
                       {"UINT8", 5},
                       {"FP8", 6},
                       {"BF16", 7},
                       {"INT64", 8},
                       {"INT4", 9},
                       {"FP4", 10},
                       {"E8M0", 11},
                       {"DOUBLE", 64},
                       {"INT16", 65},
                       {"UINT16", 66},
                       {"UINT32", 67},
                       {"UINT64", 68}});
  bind_enum<TensorIOMode>(m, "TensorIOMode", {{"NONE", 0}, {"INPUT", 1}, {"OUTPUT", 2}});
  bind_enum<TensorLocation>(m, "TensorLocation", {{"DEVICE", 0}, {"HOST", 1}});
  bind_enum<TensorFormat>(m, "TensorFormat",
                          {{"LINEAR", 0},
                           {"CHW2", 1},
                           {"HWC8", 2},
                           {"CHW4", 3},
                           {"CHW16", 4},
                           {"CHW32", 5},
                           {"DHWC8", 6},
                           {"CDHW32", 7},
                           {"HWC", 8},
                           {"DLA_LINEAR", 9},
                           {"DLA_HWC4", 10},
                           {"HWC16", 11},
                           {"DHWC", 12}});
  bind_enum<LayerInformationFormat>(m, "LayerInformationFormat", {{"ONELINE", 0}, {"JSON", 1}});
  bind_enum<ExecutionContextAllocationStrategy>(
      m, "ExecutionContextAllocationStrategy",
      {{"STATIC", 0}, {"ON_PROFILE_CHANGE", 1}, {"USER_MANAGED", 2}});
  bind_layer_enums(m);
  bind_build_enums(m);
  make_arithmetic_enums(m);
}

}  // namespace trtlike::bindings
