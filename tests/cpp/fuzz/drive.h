// A small mutation driver for the fuzz targets: seeds, changed at random, for a short time.
#pragma once

#include <functional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace trtlike::test {

/// TRTLIKE_FUZZ_SECONDS, else `otherwise`.
double fuzz_seconds(double otherwise);

/// One to four changes: bits, bytes, numbers at the ends of their ranges, pieces that are dropped,
/// doubled or come from `other`.
std::string mutate_bytes(std::string bytes, const std::string& other, std::mt19937& random);

struct FuzzRun {
  const char* name;
  std::function<std::string(std::string_view)> target;
  std::vector<std::string> seeds;
  /// One input from the seeds; mutate_bytes where there is none.
  std::function<std::string(const std::vector<std::string>&, std::mt19937&)> next = nullptr;
  double seconds = 2;
};

/// Prints the seed (TRTLIKE_FUZZ_SEED sets it), and fails the running test at the first fault or
/// the first input that takes ten seconds of CPU time. The input is written to the working folder
/// then, as <name>.fault, and also where a signal ends the process. Gives the number of inputs
/// tried.
int64_t drive(const FuzzRun& run);

/// The files of tests/cpp/fuzz/corpus/<name>; the running test fails when there is none.
std::vector<std::string> read_corpus(const char* name);

}  // namespace trtlike::test
