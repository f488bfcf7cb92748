// The ONNX reader; what it takes is built at level 0, and run where it is small.
#include "core/shape.h"
#include "fuzz/fuzz_target.h"
#include "ir/network_state.h"
#include "support/make_plan.h"
#include "trtlike/builder.h"
#include "trtlike/onnx_parser.h"
#include "trtlike/runtime.h"

namespace trtlike::test {
namespace {

constexpr int64_t kMostElems = 1 << 14;

bool is_small(const Dims& dims) {
  return core::is_static(dims) && core::has_valid_extents(dims) && core::elems(dims) <= kMostElems;
}

/// Every extent that is not known is 2.
BuilderConfig config_of(const ir::Graph& graph) {
  BuilderConfig config;
  config.set_builder_optimization_level(0);
  const auto profile = std::make_shared<OptimizationProfile>();
  bool is_dynamic = false;
  for (const ir::ValueId id : graph.inputs()) {
    const ir::Value& value = graph.value(id);
    Dims dims = value.type.dims;
    for (int i = 0; i < dims.rank(); ++i) {
      is_dynamic = is_dynamic || dims[i] < 0;
      if (dims[i] < 0) dims[i] = 2;
    }
    profile->set_shape(value.name, dims, dims, dims);
  }
  if (is_dynamic) config.add_optimization_profile(profile);
  return config;
}

bool has_small_values(const ir::Graph& graph) {
  for (const ir::NodeId id : graph.nodes())
    for (const ir::ValueId output : graph.node(id).outputs) {
      const Dims& dims = graph.value(output).type.dims;
      if (core::is_static(dims) && !is_small(dims)) return false;
    }
  return true;
}

void run(const std::shared_ptr<CudaEngine>& engine) {
  const auto context = engine->create_execution_context(engine);
  if (context == nullptr) return;
  std::vector<std::vector<std::byte>> memory;
  for (int pass = 0; pass < 2; ++pass)
    for (int i = 0; i < engine->num_io_tensors(); ++i) {
      const std::string& name = engine->tensor_name(i);
      const bool is_input = engine->tensor_mode(name) == TensorIOMode::Input;
      if (is_input != (pass == 0)) continue;
      if (is_input) context->set_input_shape(name, engine->tensor_profile_shape(name, 0)[1]);
      const Dims dims = context->tensor_shape(name);
      if (!is_small(dims)) return;
      memory.emplace_back(static_cast<size_t>(core::elems(dims)) * 8 + 64, std::byte{0});
      context->set_tensor_address(name, memory.back().data());
    }
  context->execute_async_v3(0);
}

}  // namespace

std::string fuzz_onnx_reader(std::string_view bytes) {
  return find_fault([&]() -> std::string {
    const auto logger = std::make_shared<RecordingLogger>();
    Network network;
    OnnxParser parser(network, logger);
    const bool parsed = parser.parse(bytes);
    if (!parsed && parser.num_errors() == 0) return "refused without an error";
    for (int i = 0; i < parser.num_errors(); ++i)
      if (parser.error(i).code == ParserErrorCode::InternalError)
        return parser.error(i).to_string();
    if (!parsed) return "";
    const ir::Graph& graph = NetworkAccess::state(network)->graph;
    BuilderConfig config = config_of(graph);
    const auto plan = Builder(logger).build_serialized_network(network, config);
    if (plan == nullptr) {
      if (logger->text.empty()) return "refused without a message";
      return find_fault_in_log(logger->text);
    }
    const auto engine = Runtime(logger).deserialize_cuda_engine(plan->owner(), plan->nbytes());
    if (engine == nullptr) return "a plan that cannot be loaded: " + logger->text;
    if (has_small_values(graph)) run(engine);
    return find_fault_in_log(logger->text);
  });
}

}  // namespace trtlike::test
