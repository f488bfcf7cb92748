// Loading plans from memory and files.
#include "trtlike/runtime.h"

#include <cstring>

#include "core/log.h"
#include "core/os/cpu.h"
#include "core/os/memory.h"
#include "engine/plan.h"
#include "runtime/access.h"

namespace trtlike {
namespace {

std::shared_ptr<CudaEngine> load(std::shared_ptr<const void> data, size_t nbytes,
                                 const std::shared_ptr<Logger>& logger,
                                 std::shared_ptr<const core::OpenFile> file = nullptr) {
  if (data != nullptr && reinterpret_cast<uintptr_t>(data.get()) % core::kAlignment != 0) {
    const std::shared_ptr<void> copy = core::allocate_shared(nbytes);
    std::memcpy(copy.get(), data.get(), nbytes);
    data = copy;
  }
  auto plan = engine::read_plan(std::move(data), nbytes, std::move(file));
  if (!plan->plan.fingerprint.empty() && plan->plan.fingerprint != core::cpu_fingerprint())
    core::log(logger, Severity::Warning, "[runtime] plan '", plan->plan.name,
              "': expected one that was tuned for this machine (", core::cpu_fingerprint(),
              "), got one for ", plan->plan.fingerprint,
              ". It runs; rebuild it here for the best speed.");
  return RuntimeAccess::engine(std::move(plan), logger);
}

}  // namespace

Runtime::Runtime(std::shared_ptr<Logger> logger) : logger_(std::move(logger)) {}

void Runtime::set_max_threads(int threads) {
  max_threads_ = threads;
  core::log(logger_, Severity::Warning,
            "[runtime] Runtime.max_threads has no effect: contexts take TRTLIKE_NUM_THREADS "
            "threads, or as many as their engine was tuned for.");
}

std::shared_ptr<CudaEngine> Runtime::deserialize_cuda_engine(std::shared_ptr<const void> data,
                                                             size_t nbytes) {
  std::shared_ptr<CudaEngine> engine;
  core::log_failure(logger_.get(), "while loading a plan",
                    [&] { engine = load(std::move(data), nbytes, logger_); });
  return engine;
}

std::shared_ptr<CudaEngine> Runtime::load_engine_file(const std::string& path) {
  std::shared_ptr<CudaEngine> engine;
  core::log_failure(logger_.get(), core::str("while loading '", path, "'"), [&] {
    core::MappedFile file = core::map_file(path.c_str());
    engine = load(std::move(file.data), file.bytes, logger_, std::move(file.file));
  });
  return engine;
}

}  // namespace trtlike
