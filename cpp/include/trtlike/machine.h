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

/// Name and meaning of every environment switch.
std::vector<std::pair<std::string, std::string>> environment_switches();

}  // namespace trtlike
