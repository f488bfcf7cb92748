// Which values share storage: views, contiguous slices, pieces of concatenations, outputs computed
// in place. What cannot be shared becomes a copy or stays a kernel.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/concrete_plan.h"

namespace trtlike::engine {

/// Where the bytes of a value that is no alias lie.
enum class MemoryRegion : int8_t {
  None,      ///< not needed
  Arena,     ///< the context's memory
  Input,     ///< the caller's memory of an input binding
  Output,    ///< the caller's memory of an output binding
  Constant,  ///< the plan
  Known,     ///< elements known from shapes alone, kept with the prepared shapes
  Earlier,   ///< an address that an earlier part of the run left
};

struct Storage {
  MemoryRegion region = MemoryRegion::None;
  /// The value whose storage this one shares; itself when it owns its bytes.
  int32_t root = -1;
  int64_t offset_bytes = 0;
  /// Input and Output: index of the binding.
  int32_t binding = -1;
};

/// `rows` pieces of `row_bytes`, each a pitch after the one before.
struct Copy {
  int32_t from = -1;
  int32_t to = -1;
  int64_t to_offset_bytes = 0;
  int64_t rows = 1;
  int64_t row_bytes = 0;
  int64_t from_pitch_bytes = 0;
  int64_t to_pitch_bytes = 0;
};

enum class Work : int8_t { Nothing, Kernel, Copies };

struct StepWork {
  Work work = Work::Nothing;
  std::vector<Copy> copies;
};

struct AliasPlan {
  /// One a value.
  std::vector<Storage> storages;
  /// One a step of the plan; steps outside the concrete plan's range have no work.
  std::vector<StepWork> steps;
  /// Outputs whose value already lies elsewhere: copied after the last step.
  struct FinalCopy {
    int32_t value = -1;
    int32_t binding = -1;
  };
  std::vector<FinalCopy> final_copies;
};

/// Sets pitches in `concrete` where tactics take them.
AliasPlan plan_aliases(ConcretePlan& concrete);

/// First and last step that touches the storage of each root value in the arena; first > last for
/// values that have none. Values that are kept live to INT_MAX.
struct Span {
  int first = INT32_MAX;
  int last = -1;
};
std::vector<Span> root_lifetimes(const ConcretePlan& concrete, const AliasPlan& aliases);

}  // namespace trtlike::engine
