// Kernels by step and operands.
#include "runtime/execution/kernel_cache.h"

#include <algorithm>

namespace trtlike::runtime {
namespace {

/// Operands that a step's kernels are kept for at a time.
constexpr size_t kMaxEntries = 8;

}  // namespace

KernelCache::Entry* KernelCache::look_up(size_t step, const kernels::Problem& problem) {
  std::list<Entry>& entries = steps_[step];
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.inputs == problem.inputs && entry.outputs == problem.outputs;
  });
  if (found == entries.end()) return nullptr;
  entries.splice(entries.begin(), entries, found);
  return &entries.front();
}

PreparedKernel KernelCache::find(size_t step, const kernels::Problem& problem) {
  const std::lock_guard<std::mutex> lock(mutex_);
  const Entry* entry = look_up(step, problem);
  return entry == nullptr ? PreparedKernel{} : entry->prepared;
}

void KernelCache::note(size_t step, const kernels::Problem& problem,
                       const PreparedKernel& prepared) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (Entry* entry = look_up(step, problem)) {
    entry->prepared = prepared;
    return;
  }
  std::list<Entry>& entries = steps_[step];
  entries.push_front({problem.inputs, problem.outputs, prepared});
  if (entries.size() > kMaxEntries) entries.pop_back();
}

}  // namespace trtlike::runtime
