// What this process sees of its machine, and the switches that it reads from its environment.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace trtlike {

/// The CPU that timings are valid for: vendor, family, model and the best instruction set in use.
std::string cpu_fingerprint();

/// Threads that a build and a context use unless told otherwise: TRTLIKE_NUM_THREADS, else the CPUs
/// of the process.
int default_num_threads();

/// What threads reach together in loops that do nothing else.
struct MachinePeaks {
  int threads = 1;
  /// Multiplications and additions of floats.
  double fp32_operations_per_s = 0;
  /// The same on pairs of bfloat16 with float sums; 0 where the CPU has no such instruction.
  double bf16_operations_per_s = 0;
  /// Reading more memory than caches hold.
  double read_bytes_per_s = 0;
};

/// Measures for about a quarter of a second, on `threads` threads (0: default_num_threads()).
/// Throws UserError for a number of threads below 0 or above 1024.
MachinePeaks measure_peaks(int threads = 0);

/// Name and meaning of every environment switch.
std::vector<std::pair<std::string, std::string>> environment_switches();

}  // namespace trtlike
