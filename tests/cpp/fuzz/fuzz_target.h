// Functions that take any bytes and must not be hurt by them: what a fuzzer calls, libFuzzer's or
// the tests' own.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <vector>

#include "trtlike/error.h"

namespace trtlike::test {

/// Each gives a sentence about what went wrong, or nothing. Wrong is an exception that is no Error,
/// and a report of a bug.
std::string fuzz_onnx_reader(std::string_view bytes);
std::string fuzz_timing_cache(std::string_view bytes);
/// Size and checksum in the header are made right first.
std::string fuzz_plan_reader(std::string_view bytes);
/// The bytes say how to change a good plan.
std::string fuzz_validate_plan(std::string_view bytes);

/// Good inputs to begin with.
std::vector<std::string> timing_cache_seeds();
std::vector<std::string> plan_reader_seeds();

/// The sentence that `body` gives; where it throws one of our Errors that is no report of a bug,
/// nothing.
template <typename F>
std::string find_fault(F&& body) {
  try {
    return body();
  } catch (const InternalError& e) {
    return std::string("InternalError: ") + e.what();
  } catch (const Error&) {
    return "";
  } catch (const std::exception& e) {
    return std::string("no Error of ours: ") + e.what();
  }
}

/// The same of what was logged.
inline std::string find_fault_in_log(const std::string& text) {
  return text.find("This is a bug") == std::string::npos ? "" : text;
}

}  // namespace trtlike::test
