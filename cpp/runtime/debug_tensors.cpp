// Values by the names that listeners know.
#include "runtime/debug_tensors.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"

namespace trtlike::runtime {
namespace {

/// The elements of a tensor in channels-last layout in the order of its extents.
void copy_linear(const kernels::TensorDesc& desc, const std::byte* from, std::byte* to) {
  const auto bytes = core::dtype_bytes(desc.dtype, 1);
  const int64_t images = desc.dims[0], channels = desc.dims[1];
  int64_t pixels = 1;
  for (int i = 2; i < desc.dims.rank(); ++i) pixels *= desc.dims[i];
  for (int64_t n = 0; n < images; ++n)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t p = 0; p < pixels; ++p, to += bytes)
        std::memcpy(to,
                    from + static_cast<size_t>((n * pixels + p) * desc.pixel_pitch() + c) * bytes,
                    bytes);
}

}  // namespace

DebugTensors::DebugTensors(const engine::Plan& plan)
    : plan_(plan), states_(plan.debug_tensors.size(), false) {}

int DebugTensors::find(const std::string& name) const {
  for (size_t i = 0; i < states_.size(); ++i)
    if (plan_.debug_tensors[i].name == name) return static_cast<int>(i);
  return -1;
}

bool DebugTensors::is_wanted() const {
  return listener != nullptr && ((unfused && plan_.reports_unfused) ||
                                 std::find(states_.begin(), states_.end(), true) != states_.end());
}

void DebugTensors::begin(uint64_t stream, const Shapes& shapes, std::span<void* const> bindings) {
  stream_ = stream;
  for (size_t b = 0; b < plan_.bindings.size(); ++b) {
    const engine::PlanBinding& binding = plan_.bindings[b];
    if (binding.mode != TensorIOMode::Input) continue;
    const int tensor = find(binding.name);
    if (tensor < 0 || !state(tensor)) continue;
    const engine::PlanValue& value = plan_.values[static_cast<size_t>(binding.value)];
    report(binding.name, value.desc(shapes.of(binding.value)), bindings[b]);
  }
}

void DebugTensors::observe(int32_t value, const kernels::TensorDesc& desc, const void* data) {
  bool is_marked = false;
  for (size_t i = 0; i < states_.size(); ++i) {
    const engine::PlanDebugTensor& tensor = plan_.debug_tensors[i];
    if (tensor.value != value) continue;
    is_marked = true;
    if (states_[i]) report(tensor.name, desc, data);
  }
  if (!is_marked && unfused && plan_.reports_unfused)
    report(plan_.values[static_cast<size_t>(value)].name, desc, data);
}

void DebugTensors::report(const std::string& name, const kernels::TensorDesc& desc,
                          const void* data) {
  if (desc.layout != kernels::Layout::Linear) {
    dense_.resize(core::dtype_bytes(desc.dtype, core::elems(desc.dims)));
    copy_linear(desc, static_cast<const std::byte*>(data), dense_.data());
    data = dense_.data();
  }
  TRTLIKE_CHECK(listener->process_debug_tensor(data, TensorLocation::Host, desc.dtype, desc.dims,
                                               name, stream_),
                "[runtime] debug tensor '", name,
                "': expected its listener to return true, got false, which ends the run.");
}

}  // namespace trtlike::runtime
