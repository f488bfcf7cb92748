// Queries of a loaded plan, and contexts from it.
#include "trtlike/engine.h"

#include <algorithm>

#include "core/check.h"
#include "core/failures/report.h"
#include "engine/recipes/refit.h"
#include "runtime/bindings.h"
#include "runtime/context_impl.h"
#include "runtime/execution/profile_memory.h"

namespace trtlike {

namespace {

size_t index(int i) { return static_cast<size_t>(i); }

int get_binding(const CudaEngine& e, const std::string& name) {
  return core::recorded(e.error_recorder(),
                        [&] { return runtime::get_binding(RuntimeAccess::plan(e), name); });
}

const engine::PlanBinding& binding_of(const CudaEngine& e, const std::string& name) {
  return RuntimeAccess::plan(e).bindings[index(get_binding(e, name))];
}

const engine::PlanValue& value_of(const CudaEngine& e, const std::string& name) {
  return runtime::binding_value(RuntimeAccess::plan(e), get_binding(e, name));
}

}  // namespace

CudaEngine::CudaEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

CudaEngine::~CudaEngine() = default;

const std::shared_ptr<Logger>& CudaEngine::logger() const { return impl_->logger; }
const std::string& CudaEngine::name() const { return impl_->plan().name; }
int CudaEngine::num_io_tensors() const { return static_cast<int>(impl_->plan().bindings.size()); }
int CudaEngine::num_layers() const { return static_cast<int>(impl_->plan().steps.size()); }
int CudaEngine::num_optimization_profiles() const { return runtime::num_profiles(impl_->plan()); }

const std::string& CudaEngine::tensor_name(int i) const {
  TRTLIKE_CHECK(i >= 0 && i < num_io_tensors(), "[runtime] tensor index: expected 0 to ",
                num_io_tensors() - 1, ", got ", i, ".");
  return impl_->plan().bindings[index(i)].name;
}

bool CudaEngine::has_tensor(const std::string& name) const {
  return runtime::find_binding(impl_->plan(), name) >= 0;
}

TensorIOMode CudaEngine::tensor_mode(const std::string& name) const {
  return binding_of(*this, name).mode;
}
Dims CudaEngine::tensor_shape(const std::string& name) const { return value_of(*this, name).dims; }
DataType CudaEngine::tensor_dtype(const std::string& name) const {
  return value_of(*this, name).dtype;
}

TensorLocation CudaEngine::tensor_location(const std::string& name) const {
  return binding_of(*this, name).is_shape_tensor ? TensorLocation::Host : TensorLocation::Device;
}

TensorFormat CudaEngine::tensor_format(const std::string& name) const {
  return value_of(*this, name).layout == kernels::Layout::ChannelsLast ? TensorFormat::HWC
                                                                       : TensorFormat::Linear;
}

std::string CudaEngine::tensor_format_desc(const std::string& name) const {
  return tensor_format(name) == TensorFormat::HWC ? "Channel last format (kHWC)"
                                                  : "Row-major linear format (kLINEAR)";
}

bool CudaEngine::is_shape_inference_io(const std::string& name) const {
  return binding_of(*this, name).is_shape_tensor;
}

std::array<Dims, 3> CudaEngine::tensor_profile_shape(const std::string& name, int profile) const {
  const int binding = get_binding(*this, name);
  runtime::check_profile(impl_->plan(), profile);
  if (impl_->plan().bindings[index(binding)].mode == TensorIOMode::Output)
    return {Dims::unknown_rank(), Dims::unknown_rank(), Dims::unknown_rank()};
  return runtime::profile_shape(impl_->plan(), binding, profile);
}

std::array<std::vector<int64_t>, 3> CudaEngine::tensor_profile_values(const std::string& name,
                                                                      int profile) const {
  const int binding = get_binding(*this, name);
  runtime::check_profile(impl_->plan(), profile);
  return runtime::profile_values(impl_->plan(), binding, profile);
}

int64_t CudaEngine::device_memory_size() const {
  int64_t most = 0;
  for (int p = 0; p < num_optimization_profiles(); ++p)
    most = std::max(most, device_memory_size_for_profile(p));
  return most;
}

int64_t CudaEngine::device_memory_size_for_profile(int profile) const {
  runtime::check_profile(impl_->plan(), profile);
  if (!impl_->plan().profiles.empty() && impl_->plan().profiles[index(profile)].memory_bytes > 0)
    return impl_->plan().profiles[index(profile)].memory_bytes;
  const auto loaded = impl_->latest();
  return loaded->has_weights() ? runtime::profile_memory_bytes(*loaded, profile) : 0;
}

bool CudaEngine::is_debug_tensor(const std::string& name) const {
  const auto& tensors = impl_->plan().debug_tensors;
  return std::any_of(tensors.begin(), tensors.end(),
                     [&](const auto& tensor) { return tensor.name == name; });
}

const std::shared_ptr<ErrorRecorder>& CudaEngine::error_recorder() const { return impl_->recorder; }
void CudaEngine::set_error_recorder(std::shared_ptr<ErrorRecorder> recorder) {
  impl_->recorder = std::move(recorder);
}

int64_t CudaEngine::weights_size() const {
  return static_cast<int64_t>(impl_->loaded->constants_bytes);
}
ProfilingVerbosity CudaEngine::profiling_verbosity() const { return impl_->plan().verbosity; }

bool CudaEngine::refittable() const { return !impl_->plan().recipes.empty(); }
bool CudaEngine::has_weights() const { return impl_->latest()->has_weights(); }

std::shared_ptr<HostMemory> CudaEngine::serialize() const {
  return engine::serialize(*impl_->latest(), engine::Serialized::AsItIs);
}

std::shared_ptr<SerializationConfig> CudaEngine::create_serialization_config() const {
  return std::make_shared<SerializationConfig>();
}

std::shared_ptr<HostMemory> CudaEngine::serialize_with_config(
    const SerializationConfig& config) const {
  using engine::Serialized;
  const bool excludes = config.flag(SerializationFlag::ExcludeWeights);
  const bool keeps = config.flag(SerializationFlag::IncludeRefit);
  return engine::serialize(*impl_->latest(), excludes ? Serialized::WithoutWeights
                                             : keeps  ? Serialized::AsItIs
                                                      : Serialized::WithoutRecipes);
}

std::shared_ptr<ExecutionContext> CudaEngine::create_execution_context(
    const std::shared_ptr<const CudaEngine>& self) const {
  return create_execution_context(self, RuntimeConfig());
}

std::shared_ptr<ExecutionContext> CudaEngine::create_execution_context(
    const std::shared_ptr<const CudaEngine>& self,
    ExecutionContextAllocationStrategy strategy) const {
  RuntimeConfig config;
  config.set_execution_context_allocation_strategy(strategy);
  return create_execution_context(self, config);
}

std::shared_ptr<ExecutionContext> CudaEngine::create_execution_context(
    const std::shared_ptr<const CudaEngine>& self, const RuntimeConfig& config) const {
  std::shared_ptr<ExecutionContext> context;
  const std::string doing = core::str("while creating a context of '", name(), "'");
  core::report_failures(logger().get(), error_recorder().get(), doing, [&] {
    TRTLIKE_CHECK(has_weights(), "[runtime] engine '", name(),
                  "': expected its weights, got a plan without them. Give it some first: see "
                  "Refitter and OnnxParserRefitter.");
    auto impl = std::make_shared<ExecutionContext::Impl>(self, config);
    // What is fixed already is prepared now rather than in the first run.
    if (impl->missing_inputs().empty()) impl->prepare();
    context = std::make_shared<ExecutionContext>(std::move(impl));
  });
  return context;
}

}  // namespace trtlike
