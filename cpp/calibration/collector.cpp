// Watching an engine's values.
#include "calibration/collector.h"

#include <algorithm>

#include "core/check.h"

namespace trtlike::calibration {

Collector::Collector(const engine::Plan& plan, const TensorNames& tensors, bool counts, int threads)
    : plan_(plan), tensors_(tensors), counts_(counts), pool_(threads) {}

void Collector::observe(int32_t value, const kernels::TensorDesc& desc, const void* data) {
  observe_input(plan_.values[static_cast<size_t>(value)].name, desc, data);
}

void Collector::observe_input(const std::string& name, const kernels::TensorDesc& desc,
                              const void* data) {
  const auto tensor = tensors_.find(name);
  if (tensor == tensors_.end() || !core::is_float(desc.dtype) || core::is_narrow(desc.dtype))
    return;
  const auto count = static_cast<size_t>(core::elems(desc.dims));
  std::span<const float> values(static_cast<const float*>(data), count);
  if (desc.dtype != DataType::Float) {
    widened_.resize(count);
    core::dispatch_dtype(desc.dtype, "calibration", [&](auto tag) {
      const auto* from = static_cast<const decltype(tag)*>(data);
      for (size_t i = 0; i < count; ++i) widened_[i] = static_cast<float>(core::to_double(from[i]));
    });
    values = widened_;
  }
  const auto largest = find_largest(values, pool_);
  TRTLIKE_CHECK(largest, "[calibration] batch ", batch_, ", tensor '", tensor->second.front(),
                "': expected finite numbers, got NaN or infinity.");
  float& known = largest_[name];
  known = std::max(known, *largest);
  if (counts_) histograms_[name].add(values, pool_);
}

}  // namespace trtlike::calibration
