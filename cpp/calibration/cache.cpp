// Reading and writing calibration caches.
#include "calibration/cache.h"

#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <sstream>
#include <utility>

#include "core/check.h"
#include "trtlike/version.h"

namespace trtlike::calibration {
namespace {

constexpr std::array<std::pair<CalibrationAlgoType, const char*>, 4> kAlgorithms = {{
    {CalibrationAlgoType::LegacyCalibration, "LegacyCalibration"},
    {CalibrationAlgoType::EntropyCalibration, "EntropyCalibration"},
    {CalibrationAlgoType::EntropyCalibration2, "EntropyCalibration2"},
    {CalibrationAlgoType::MinMaxCalibration, "MinMaxCalibration"},
}};

constexpr size_t kLongestShown = 60;

/// "101600" for 10.16.0.
std::string version_number() {
  std::istringstream parts(tensorrt_version());
  std::string part, out;
  while (std::getline(parts, part, '.')) out += out.empty() || part.size() > 1 ? part : "0" + part;
  return out;
}

[[noreturn]] void fail_line(size_t number, const char* expected, std::string_view line) {
  throw UserError(core::str("[calibration] cache, line ", number, ": expected ", expected,
                            ", got '", line.substr(0, kLongestShown), "'."));
}

CalibrationAlgoType read_header(std::string_view line) {
  constexpr const char* kExpected =
      "TRT-<version>-<algorithm> with the algorithm EntropyCalibration2, EntropyCalibration, "
      "MinMaxCalibration or LegacyCalibration";
  const size_t dash = line.rfind('-');
  if (line.substr(0, 4) != "TRT-" || dash < 4) fail_line(1, kExpected, line);
  for (const auto& [algorithm, name] : kAlgorithms)
    if (line.substr(dash + 1) == name) return algorithm;
  fail_line(1, kExpected, line);
}

/// Names may hold colons and blanks.
std::pair<std::string, float> read_scale(std::string_view line, size_t number) {
  constexpr const char* kExpected = "'<tensor>: <scale in hexadecimal>'";
  const size_t colon = line.rfind(": ");
  if (colon == std::string_view::npos) fail_line(number, kExpected, line);
  const std::string_view digits = line.substr(colon + 2);
  uint32_t bits = 0;
  const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), bits, 16);
  if (digits.empty() || fault != std::errc() || end != digits.data() + digits.size())
    fail_line(number, kExpected, line);
  const auto scale = std::bit_cast<float>(bits);
  if (!(scale >= 0) || !std::isfinite(scale))
    fail_line(number, "a scale that is finite and not negative", line);
  return {std::string(line.substr(0, colon)), scale};
}

}  // namespace

std::string Cache::to_text() const {
  std::string out;
  for (const auto& [each, name] : kAlgorithms)
    if (each == algorithm) out = core::str("TRT-", version_number(), "-", name, "\n");
  for (const auto& [name, scale] : scales) {
    std::array<char, 9> digits{};
    std::snprintf(digits.data(), digits.size(), "%08x", std::bit_cast<uint32_t>(scale));
    out += name + ": " + digits.data() + "\n";
  }
  return out;
}

Cache Cache::from_text(std::string_view text) {
  Cache cache;
  size_t number = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (++number == 1) {
      cache.algorithm = read_header(line);
    } else if (!line.empty() && line != std::string_view("\0", 1)) {
      cache.scales.insert(read_scale(line, number));
    }
  }
  TRTLIKE_CHECK(number > 0, "[calibration] cache: expected text, got none.");
  return cache;
}

}  // namespace trtlike::calibration
