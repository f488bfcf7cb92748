// What is measured of the machine is possible and agrees with itself.
#include "kernels/peaks/peaks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "trtlike/error.h"
#include "trtlike/machine.h"

namespace trtlike {
namespace {

TEST(PeakLoop, sums_what_its_chains_converge_to) {
  // x = 0.999 x + 0.001 ends at 1 for each chain.
  EXPECT_NEAR(kernels::kPeakLoopPortable.run(40000), 64, 0.1);
#if defined(__x86_64__)
  if (core::cpu_isa() >= core::Isa::Avx2) {
    EXPECT_NEAR(kernels::kPeakLoopAvx2.run(40000), 12, 0.1);
  }
  if (core::cpu_isa() >= core::Isa::Avx512) {
    EXPECT_NEAR(kernels::kPeakLoopAvx512.run(40000), 16 * 16, 1);
  }
  // Sixteen lanes of chains 0 to 15; each round adds 2 * 0.5 * 0.5.
  if (core::cpu_isa() >= core::Isa::Avx512Bf16) {
    EXPECT_EQ(kernels::kPeakLoopAvx512Bf16.run(4), 16 * (120 + 16 * 4 * 0.5f));
  }
#endif
}

TEST(MeasurePeaks, gives_rates_for_the_threads_asked_for) {
  const MachinePeaks peaks = measure_peaks(1);
  EXPECT_EQ(peaks.threads, 1);
  EXPECT_GT(peaks.fp32_operations_per_s, 1e8);
  EXPECT_GT(peaks.read_bytes_per_s, 1e8);
  if (core::cpu_isa() >= core::Isa::Avx512Bf16) {
    EXPECT_GT(peaks.bf16_operations_per_s, peaks.fp32_operations_per_s / 2);
  } else {
    EXPECT_EQ(peaks.bf16_operations_per_s, 0);
  }
}

TEST(MeasurePeaks, refuses_a_negative_number_of_threads) {
  EXPECT_THROW(measure_peaks(-1), UserError);
  EXPECT_THROW(measure_peaks(1025), UserError);
}

}  // namespace
}  // namespace trtlike
