// Measuring the machine's peaks: every thread runs a loop for a few milliseconds; the best of
// several times counts, since anything else on the machine only takes away.
#include "kernels/peaks/peaks.h"

#include <algorithm>
#include <array>
#include <vector>

#include "core/check.h"
#include "core/os/clock.h"
#include "core/os/memory.h"
#include "core/threads/threads.h"
#include "trtlike/machine.h"

namespace trtlike {
namespace kernels {
namespace {

constexpr int kRepeats = 7;
constexpr int64_t kLoopNs = 8'000'000;
/// More than the caches of today's machines share among a few cores.
constexpr size_t kReadBytes = size_t{256} << 20;
/// Words ahead that a line is asked for, within the page where the machine's own prefetching ends.
constexpr size_t kReadAhead = 256;

float run_portable(int64_t rounds) {
  std::array<float, 64> chains;
  for (size_t i = 0; i < chains.size(); ++i) chains[i] = static_cast<float>(i);
  for (int64_t r = 0; r < rounds; ++r)
    for (float& chain : chains) chain = chain * 0.999f + 0.001f;
  float sum = 0;
  for (float chain : chains) sum += chain;
  return sum;
}

PeakLoop fp32_loop() {
#if defined(__x86_64__)
  if (core::cpu_isa() >= core::Isa::Avx512) return kPeakLoopAvx512;
  if (core::cpu_isa() >= core::Isa::Avx2) return kPeakLoopAvx2;
#endif
  return kPeakLoopPortable;
}

/// Operations a second with all threads at it.
double operations_per_s(const PeakLoop& loop, const core::ThreadPool& pool) {
  std::vector<float> sums(static_cast<size_t>(pool.num_threads()));
  const auto time = [&](int64_t rounds) {
    const int64_t begin = core::now_ns();
    pool.parallel_for(pool.num_threads(),
                      [&](int slice, int) { sums[static_cast<size_t>(slice)] = loop.run(rounds); });
    return std::max<int64_t>(core::now_ns() - begin, 1);
  };
  int64_t rounds = 1024;
  while (time(rounds) < kLoopNs) rounds *= 2;
  int64_t best = INT64_MAX;
  for (int i = 0; i < kRepeats; ++i) best = std::min(best, time(rounds));
  return static_cast<double>(rounds * loop.operations) * pool.num_threads() /
         (static_cast<double>(best) * 1e-9);
}

uint64_t read_words(const uint64_t* words, size_t count) {
  std::array<uint64_t, 8> sums{};
  for (size_t i = 0; i + sums.size() <= count; i += sums.size()) {
    __builtin_prefetch(words + i + kReadAhead);
    for (size_t j = 0; j < sums.size(); ++j) sums[j] += words[i + j];
  }
  uint64_t sum = 0;
  for (uint64_t s : sums) sum += s;
  return sum;
}

double read_bytes_per_s(const core::ThreadPool& pool) {
  const std::shared_ptr<void> block = core::allocate_shared(kReadBytes);
  const auto* words = static_cast<const uint64_t*>(block.get());
  std::fill_n(static_cast<uint64_t*>(block.get()), kReadBytes / sizeof(uint64_t), 1);
  const auto threads = static_cast<size_t>(pool.num_threads());
  const size_t part = kReadBytes / sizeof(uint64_t) / threads;
  std::vector<uint64_t> sums(threads);
  int64_t best = INT64_MAX;
  for (int i = 0; i < kRepeats; ++i) {
    const int64_t begin = core::now_ns();
    pool.parallel_for(pool.num_threads(), [&](int slice, int) {
      const auto s = static_cast<size_t>(slice);
      sums[s] = read_words(words + s * part, part);
    });
    best = std::min(best, std::max<int64_t>(core::now_ns() - begin, 1));
  }
  for (uint64_t sum : sums) TRTLIKE_ASSERT(sum == part, "words that were read");
  return static_cast<double>(part * threads * sizeof(uint64_t)) /
         (static_cast<double>(best) * 1e-9);
}

}  // namespace

constinit const PeakLoop kPeakLoopPortable{run_portable, 64 * 2};

}  // namespace kernels

MachinePeaks measure_peaks(int threads) {
  TRTLIKE_CHECK(threads >= 0 && threads <= 1024,
                "[core] threads of a measurement: expected 0 to 1024, got ", threads, ".");
  const core::ThreadPool pool(threads == 0 ? core::default_num_threads() : threads);
  MachinePeaks peaks;
  peaks.threads = pool.num_threads();
  peaks.fp32_operations_per_s = kernels::operations_per_s(kernels::fp32_loop(), pool);
#if defined(__x86_64__)
  if (core::cpu_isa() >= core::Isa::Avx512Bf16)
    peaks.bf16_operations_per_s = kernels::operations_per_s(kernels::kPeakLoopAvx512Bf16, pool);
#endif
  peaks.read_bytes_per_s = kernels::read_bytes_per_s(pool);
  return peaks;
}

}  // namespace trtlike
