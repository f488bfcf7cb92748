// Loading plans from memory and files.
#include "trtlike/runtime.h"

#include <cstring>

#include "core/check.h"
#include "core/failures/report.h"
#include "core/log.h"
#include "core/os/cpu.h"
#include "core/os/memory.h"
#include "engine/loaded_plan.h"
#include "engine/plan_format.h"
#include "runtime/access.h"

namespace trtlike {
namespace {

std::shared_ptr<CudaEngine> load(std::shared_ptr<const void> data, size_t nbytes,
                                 const Runtime& runtime,
                                 std::shared_ptr<const core::OpenFile> file = nullptr) {
  const std::shared_ptr<Logger>& logger = runtime.logger();
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
  return RuntimeAccess::engine(std::move(plan), logger, runtime.gpu_allocator(),
                               runtime.error_recorder());
}

/// All bytes of the plan that `read(destination, bytes)` gives piece by piece. What has no plan's
/// header ends behind it.
template <typename Read>
std::pair<std::shared_ptr<void>, size_t> read_all(const Read& read) {
  engine::Header header{};
  const auto fill = [&](void* to, size_t bytes) {
    size_t done = 0;
    while (done < bytes) {
      const auto wanted = static_cast<int64_t>(bytes - done);
      const int64_t got = read(static_cast<char*>(to) + done, wanted);
      TRTLIKE_CHECK(got >= 0 && got <= wanted, "[runtime] stream reader: expected at most ", wanted,
                    " bytes, got ", got, ".");
      if (got == 0) break;
      done += static_cast<size_t>(got);
    }
    return done;
  };
  size_t bytes = fill(&header, sizeof header);
  const bool is_plan = bytes == sizeof header &&
                       std::memcmp(header.magic, engine::kMagic, sizeof header.magic) == 0 &&
                       header.file_bytes >= sizeof header &&
                       header.file_bytes < core::total_memory_bytes();
  const size_t whole = is_plan ? header.file_bytes : sizeof header;
  std::shared_ptr<void> data = core::allocate_shared(whole);
  std::memcpy(data.get(), &header, bytes);
  if (is_plan) bytes += fill(static_cast<char*>(data.get()) + bytes, whole - bytes);
  return {std::move(data), bytes};
}

}  // namespace

Runtime::Runtime(std::shared_ptr<Logger> logger) : logger_(std::move(logger)) {}

void Runtime::set_max_threads(int threads) {
  max_threads_ = threads;
  core::log(logger_, Severity::Warning,
            "[runtime] Runtime.max_threads has no effect: contexts take TRTLIKE_NUM_THREADS "
            "threads, or as many as their engine was tuned for.");
}

void Runtime::set_dla_core(int core) {
  dla_core_ = core;
  core::log(logger_, Severity::Warning,
            "[runtime] Runtime.DLA_core has no effect: a CPU has no "
            "DLA.");
}

std::shared_ptr<CudaEngine> Runtime::deserialize_cuda_engine(std::shared_ptr<const void> data,
                                                             size_t nbytes) {
  std::shared_ptr<CudaEngine> engine;
  core::report_failures(logger_.get(), recorder_.get(), "while loading a plan",
                        [&] { engine = load(std::move(data), nbytes, *this); });
  return engine;
}

std::shared_ptr<CudaEngine> Runtime::deserialize_cuda_engine(StreamReader& reader) {
  std::shared_ptr<CudaEngine> engine;
  core::report_failures(logger_.get(), recorder_.get(), "while loading a plan", [&] {
    auto [data, bytes] =
        read_all([&](void* to, int64_t wanted) { return reader.read(to, wanted); });
    engine = load(std::move(data), bytes, *this);
  });
  return engine;
}

std::shared_ptr<CudaEngine> Runtime::deserialize_cuda_engine(StreamReaderV2& reader) {
  class Plain final : public StreamReader {
   public:
    explicit Plain(StreamReaderV2& reader) : reader_(reader) {}
    int64_t read(void* to, int64_t bytes) noexcept override { return reader_.read(to, bytes, 0); }

   private:
    StreamReaderV2& reader_;
  } plain(reader);
  return deserialize_cuda_engine(plain);
}

std::shared_ptr<CudaEngine> Runtime::load_engine_file(const std::string& path) {
  std::shared_ptr<CudaEngine> engine;
  const std::string doing = core::str("while loading '", path, "'");
  core::report_failures(logger_.get(), recorder_.get(), doing, [&] {
    core::MappedFile file = core::map_file(path.c_str());
    engine = load(std::move(file.data), file.bytes, *this, std::move(file.file));
  });
  return engine;
}

}  // namespace trtlike
