// The engine and its stream, and calls through the C interface, which takes its arguments as an
// array that was filled at prepare.
#include "kernels/onednn/onednn.h"

#include <omp.h>

#include <string_view>

#include "core/check.h"
#include "core/os/address_space.h"
#include "core/os/environment.h"

namespace trtlike::kernels::onednn {
namespace {

dnnl::stream& stream() {
  static dnnl::stream stream(engine());
  return stream;
}

/// Lets oneDNN keep to TRTLIKE_MAX_ISA. Must come before it makes a primitive.
void limit_isa() {
  if (core::environment(core::Switch::MaxIsa).empty()) return;
  const core::Isa isa = core::cpu_isa();
  dnnl::set_max_cpu_isa(isa >= core::Isa::Avx512Bf16   ? dnnl::cpu_isa::avx512_core_bf16
                        : isa >= core::Isa::Avx512Vnni ? dnnl::cpu_isa::avx512_core_vnni
                        : isa >= core::Isa::Avx512     ? dnnl::cpu_isa::avx512_core
                        : isa >= core::Isa::Avx2       ? dnnl::cpu_isa::avx2
                                                       : dnnl::cpu_isa::sse41);
}

}  // namespace

dnnl::engine& engine() {
  static dnnl::engine engine = [] {
    limit_isa();
    return dnnl::engine(dnnl::engine::kind::cpu, 0);
  }();
  return engine;
}

std::optional<dnnl::memory::data_type> find_type(DataType dtype) {
  if (dtype == DataType::Float) return dnnl::memory::data_type::f32;
  if (dtype == DataType::BF16 && core::cpu_isa() >= core::Isa::Avx512Bf16)
    return dnnl::memory::data_type::bf16;
  return std::nullopt;
}

bool is_quantized(const Problem& problem) {
  return problem.attributes->find("zero_point") != nullptr;
}

dnnl::memory::data_type get_type(DataType dtype) {
  if (dtype == DataType::Int8) return dnnl::memory::data_type::s8;
  if (dtype == DataType::UInt8) return dnnl::memory::data_type::u8;
  const auto type = find_type(dtype);
  TRTLIKE_ASSERT(type.has_value(), "oneDNN type of ", core::dtype_name(dtype));
  return *type;
}

OneThread::OneThread() : before_(omp_get_max_threads()) {
  if (before_ != 1) omp_set_num_threads(1);
}

OneThread::~OneThread() {
  if (before_ != 1) omp_set_num_threads(before_);
}

dnnl::primitive_attr make_attributes() {
  dnnl::primitive_attr attributes;
  attributes.set_scratchpad_mode(dnnl::scratchpad_mode::user);
  return attributes;
}

bool find_fast(dnnl::primitive_desc_base& desc, bool needs_vector_code) {
  do {
    const std::string_view name = desc.impl_info_str();
    if (name.starts_with("ref") || name.starts_with("simple")) continue;
    // Convolutions by products ("x64:gemm:jit") take the results one by one.
    if (!needs_vector_code || name.find(":gemm:") == name.npos) return true;
  } while (static_cast<dnnl::primitive_desc&>(desc).next_impl());
  return false;
}

dnnl::primitive make_primitive(const dnnl::primitive_desc_base& desc) {
  // A guess on the safe side.
  constexpr size_t kCodeBytes = size_t{16} << 20;
  core::check_address_space(kCodeBytes, "code of a oneDNN primitive");
  const OneThread one_thread;
  return dnnl::primitive(desc.get());
}

Call::Call(const dnnl::primitive& primitive, size_t num_arguments) : primitive_(primitive) {
  memories_.reserve(num_arguments);
  arguments_.reserve(num_arguments);
}

Call::Call(const dnnl::primitive& primitive, const Call& other) : primitive_(primitive) {
  for (size_t i = 0; i < other.arguments_.size(); ++i) {
    const int argument = other.arguments_[i].arg;
    if (argument == DNNL_ARG_SCRATCHPAD || argument >= DNNL_ARG_ATTR_MULTIPLE_POST_OP_BASE)
      continue;
    memories_.push_back(other.memories_[i]);
    arguments_.push_back(other.arguments_[i]);
  }
}

size_t Call::add(int argument, const dnnl::memory::desc& desc) {
  memories_.push_back(dnnl::memory(desc, engine(), DNNL_MEMORY_NONE));
  arguments_.push_back({argument, memories_.back().get()});
  return arguments_.size() - 1;
}

void Call::set(size_t slot, const void* address) const noexcept {
  dnnl_memory_set_data_handle(arguments_[slot].memory, const_cast<void*>(address));
}

const void* Call::address(size_t slot) const noexcept {
  void* address = nullptr;
  dnnl_memory_get_data_handle(arguments_[slot].memory, &address);
  return address;
}

void Call::run() const {
  const dnnl_status_t status = dnnl_primitive_execute(
      primitive_.get(), stream().get(), static_cast<int>(arguments_.size()), arguments_.data());
  if (status != dnnl_success)
    throw UnsupportedError(
        core::str("[kernels] oneDNN: expected its primitive to run, got status ", status, "."));
}

Copy::Copy(const dnnl::memory::desc& from, const dnnl::memory::desc& to) {
  const dnnl::reorder::primitive_desc desc(engine(), from, engine(), to, make_attributes());
  const dnnl::memory::desc scratchpad = desc.scratchpad_desc();
  scratch_bytes_ = scratchpad.get_size();
  call_.emplace(make_primitive(desc), 3);
  call_->add(DNNL_ARG_FROM, from);
  call_->add(DNNL_ARG_TO, to);
  call_->add(DNNL_ARG_SCRATCHPAD, scratchpad);
}

void Copy::run(const void* from, void* to, void* scratch) const {
  call_->set(0, from);
  call_->set(1, to);
  call_->set(2, scratch);
  call_->run();
}

}  // namespace trtlike::kernels::onednn
