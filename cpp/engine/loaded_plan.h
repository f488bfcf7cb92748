// A plan with the bytes that it came from, ready for contexts.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "core/os/memory.h"
#include "engine/plan.h"

namespace trtlike::engine {

class DeferredPacking;

/// Where a plan came from, regions included. `constants` points into `bytes`, or, once it was
/// refitted, into `refitted`.
struct PlanBytes {
  std::shared_ptr<const void> bytes;
  size_t num_bytes = 0;
  const std::byte* constants = nullptr;
  /// Of the whole section, be it there or not.
  size_t constants_bytes = 0;
  /// Less where the constants that follow from weights are left out: it can be refitted only.
  size_t there_bytes = 0;
  std::shared_ptr<const void> refitted;
  /// The file that `bytes` is mapped from; null where they are in memory of their own.
  std::shared_ptr<const core::OpenFile> file;

  bool has_weights() const { return there_bytes == constants_bytes; }
  /// Throws UserError when the mapped file became shorter: its pages are gone.
  void check_file() const {
    if (file != nullptr) file->check_size();
  }
};

/// A plan ready for contexts.
struct LoadedPlan : PlanBytes {
  Plan plan;
  std::shared_ptr<DeferredPacking> deferred_packing;
  /// What ops made of their blobs.
  std::vector<std::shared_ptr<const void>> blobs;
  /// The plan's regions, ready to run.
  std::vector<std::shared_ptr<const LoadedPlan>> regions;
};

/// Parses and validates; trusts nothing. Throws PlanError; `bytes` must be aligned to 64;
/// `file` is what they are mapped from, if anything.
std::shared_ptr<const LoadedPlan> read_plan(std::shared_ptr<const void> bytes, size_t num_bytes,
                                            std::shared_ptr<const core::OpenFile> file = nullptr);
/// Makes what a plan's bytes say ready for use, once `constants` are there. Throws PlanError.
void load_parts(LoadedPlan& loaded);
/// Throws PlanError where constants that are truth values hold others: kernels read them as bool.
/// Their ranges have passed validate_plan.
void check_truth_values(const LoadedPlan& loaded);

}  // namespace trtlike::engine
