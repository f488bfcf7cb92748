// Ranges of the caller's memory, compared with each other.
#include "runtime/overlaps.h"

#include <algorithm>
#include <cstring>

#include "core/check.h"
#include "core/os/memory.h"
#include "core/shape.h"
#include "runtime/bindings.h"

namespace trtlike::runtime {
namespace {

struct Range {
  uintptr_t begin = 0;
  uintptr_t end = 0;
  bool is_exact = false;

  size_t bytes() const { return end - begin; }
  bool overlaps(const Range& other) const { return begin < other.end && other.begin < end; }
  bool operator==(const Range&) const = default;
};

/// At least one byte where the size is not known before the run.
Range range_of(const engine::Plan& plan, const ShapeState& state, size_t b, void* address,
               uint64_t address_bytes) {
  const Dims& dims = state.shapes().of(plan.bindings[b].value);
  const bool is_exact = core::is_static(dims);
  const auto begin = reinterpret_cast<uintptr_t>(address);
  size_t bytes = address_bytes == UINT64_MAX ? 1 : address_bytes;
  if (is_exact) bytes = binding_desc(plan, static_cast<int>(b), dims).bytes();
  if (address == nullptr) bytes = 0;
  return {begin, begin + bytes, is_exact};
}

[[noreturn]] void fail_shared(const engine::Plan& plan, size_t output, size_t other) {
  throw UserError(core::str("[runtime] output '", plan.bindings[output].name,
                            "': expected memory of its own, got memory that tensor '",
                            plan.bindings[other].name, "' has too."));
}

}  // namespace

void Staging::divert(std::vector<void*>& addresses) const {
  for (const Output& output : outputs) addresses[output.binding] = output.memory.get();
}

void Staging::finish(std::vector<void*>& addresses) const {
  for (const Output& output : outputs) {
    std::memcpy(output.destination, output.memory.get(), output.bytes);
    addresses[output.binding] = output.destination;
  }
}

std::shared_ptr<const Staging> find_staging(const engine::Plan& plan, const ShapeState& state,
                                            const std::vector<void*>& addresses,
                                            const std::vector<uint64_t>& address_bytes,
                                            const MemorySource& memory) {
  const auto is_output = [&](size_t b) { return plan.bindings[b].mode == TensorIOMode::Output; };
  std::vector<Range> ranges;
  for (size_t b = 0; b < addresses.size(); ++b)
    ranges.push_back(range_of(plan, state, b, addresses[b], address_bytes[b]));
  Staging staging;
  for (size_t b = 0; b < ranges.size(); ++b) {
    if (!is_output(b)) continue;
    bool is_staged = false;
    for (size_t other = 0; other < ranges.size(); ++other) {
      if (other == b || !ranges[b].overlaps(ranges[other])) continue;
      if (is_output(other) || !ranges[b].is_exact) fail_shared(plan, b, other);
      is_staged =
          is_staged || !state.may_overlap(static_cast<int32_t>(other), static_cast<int32_t>(b),
                                          ranges[b] == ranges[other]);
    }
    if (!is_staged) continue;
    staging.outputs.push_back(
        {b, addresses[b], ranges[b].bytes(), memory.allocate(ranges[b].bytes())});
  }
  if (staging.outputs.empty()) return nullptr;
  return std::make_shared<const Staging>(std::move(staging));
}

}  // namespace trtlike::runtime
