// The timing cache: a readable text of times by problem and tactic, for one machine.
#include "trtlike/timing_cache.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <limits>
#include <map>
#include <mutex>
#include <sstream>

#include "core/bytes.h"
#include "core/check.h"
#include "core/os/cpu.h"
#include "trtlike/algorithm_selector.h"

namespace trtlike {
namespace {

constexpr char kMagic[] = "trtlike timing cache 1";
constexpr double kMsPerNs = 1e-6;
/// Keys of entries that can be edited: any tactic on a problem.
constexpr std::string_view kAnyTactic = "* @ ";
/// The tactic of an update: a hash, not a name.
constexpr std::string_view kHash = "0x";

[[noreturn]] void refuse(const std::string& what) {
  throw PlanError(core::str("[tuner] timing cache: ", what));
}

std::string next_line(std::istringstream& in, const char* what) {
  std::string line;
  if (!std::getline(in, line) || in.eof())
    refuse(core::str("expected a line with ", what, ", got the end of the data."));
  return line;
}

}  // namespace

struct TimingCache::Impl {
  mutable std::mutex mutex;
  std::string fingerprint = core::cpu_fingerprint();
  /// Times are kept in whole nanoseconds, so that writing and reading changes nothing.
  std::map<std::string, std::pair<std::string, int64_t>> entries;
};

TimingCache::TimingCache() : impl_(std::make_unique<Impl>()) {}
TimingCache::~TimingCache() = default;

TimingCache::TimingCache(std::string_view serialized) : TimingCache() {
  if (serialized.empty()) return;
  std::istringstream in{std::string(serialized)};
  const std::string magic = next_line(in, "a header");
  if (magic != kMagic)
    refuse(core::str("expected the header '", kMagic,
                     "', got other bytes. Delete the file to start anew."));
  uint64_t sum = 0;
  if (std::sscanf(next_line(in, "a checksum").c_str(), "checksum %" SCNx64, &sum) != 1)
    refuse("expected a checksum in line 2, got something else.");
  const auto body = static_cast<size_t>(in.tellg());
  if (core::checksum(serialized.data() + body, serialized.size() - body) != sum)
    refuse("expected contents that match the checksum, got altered or truncated ones.");
  impl_->fingerprint = next_line(in, "a machine");
  for (std::string line; std::getline(in, line);) {
    const size_t a = line.find('\t'), b = line.find('\t', a + 1);
    int64_t ns = 0;
    if (b == std::string::npos || std::sscanf(line.c_str(), "%" SCNd64, &ns) != 1 || ns < 0)
      refuse(core::str("expected 'ns tab tactic tab key', got '", line.substr(0, 60), "'."));
    impl_->entries[line.substr(b + 1)] = {line.substr(a + 1, b - a - 1), ns};
  }
}

std::string TimingCache::serialize() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  std::ostringstream body;
  body << impl_->fingerprint << '\n';
  for (const auto& [key, entry] : impl_->entries)
    body << entry.second << '\t' << entry.first << '\t' << key << '\n';
  const std::string text = body.str();
  char sum[40];
  std::snprintf(sum, sizeof sum, "checksum %016" PRIx64 "\n",
                core::checksum(text.data(), text.size()));
  return core::str(kMagic, '\n', sum, text);
}

bool TimingCache::combine(const TimingCache& other, bool ignore_mismatch) {
  if (&other == this) return true;
  const std::scoped_lock lock(impl_->mutex, other.impl_->mutex);
  if (!ignore_mismatch && impl_->fingerprint != other.impl_->fingerprint) return false;
  impl_->entries.insert(other.impl_->entries.begin(), other.impl_->entries.end());
  return true;
}

void TimingCache::reset() {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->entries.clear();
  impl_->fingerprint = core::cpu_fingerprint();
}

std::vector<std::string> TimingCache::keys() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  std::vector<std::string> out;
  for (const auto& [key, entry] : impl_->entries) out.push_back(key);
  return out;
}

std::optional<TimingCache::Entry> TimingCache::query(const std::string& key) const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  const auto found = impl_->entries.find(key);
  if (found == impl_->entries.end()) return std::nullopt;
  return Entry{found->second.first, static_cast<double>(found->second.second) * kMsPerNs};
}

void TimingCache::update(const std::string& key, const Entry& entry) {
  TRTLIKE_CHECK(key.find('\n') == std::string::npos,
                "[tuner] timing cache, key: expected one line, got '", key, "'.");
  TRTLIKE_CHECK(entry.tactic.find_first_of("\t\n") == std::string::npos,
                "[tuner] timing cache, tactic: expected one without line breaks and tabs, got '",
                entry.tactic, "'.");
  TRTLIKE_CHECK(entry.time_ms >= 0,
                "[tuner] timing cache, time: expected milliseconds of at least 0, got ",
                entry.time_ms, ".");
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  impl_->entries[key] = {entry.tactic, static_cast<int64_t>(entry.time_ms / kMsPerNs + 0.5)};
}

TimingCacheKey TimingCacheKey::of_problem(std::string_view problem) {
  return TimingCacheKey(core::str(kAnyTactic, problem));
}

TimingCacheKey TimingCacheKey::parse(std::string_view text) {
  TRTLIKE_CHECK(text.starts_with(kAnyTactic) && text.find_first_of("\t\n") == text.npos,
                "[tuner] timing cache key: expected one line that begins with '", kAnyTactic,
                "', got '", text.substr(0, 60), "'. ITimingCache.queryKeys lists a cache's keys.");
  return TimingCacheKey(std::string(text));
}

std::vector<TimingCacheKey> TimingCache::query_keys() const {
  std::vector<TimingCacheKey> out;
  for (const std::string& key : keys())
    if (key.starts_with(kAnyTactic)) out.push_back(TimingCacheKey::parse(key));
  return out;
}

TimingCacheValue TimingCache::query(const TimingCacheKey& key) const {
  const std::optional<Entry> entry = query(key.text());
  if (!entry) return {.timing_msec = std::numeric_limits<double>::quiet_NaN()};
  TimingCacheValue value{static_cast<uint64_t>(tactic_id(entry->tactic)), entry->time_ms};
  if (entry->tactic.starts_with(kHash))
    std::sscanf(entry->tactic.c_str(), "%" SCNx64, &value.tactic_hash);
  return value;
}

bool TimingCache::update(const TimingCacheKey& key, const TimingCacheValue& value) {
  if (!query(key.text())) return false;
  if (std::isnan(value.timing_msec)) {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    return impl_->entries.erase(key.text()) > 0;
  }
  if (value.timing_msec < 0 || std::isinf(value.timing_msec) ||
      value.tactic_hash == TimingCacheValue::kInvalidTacticHash)
    return false;
  char hash[20];
  std::snprintf(hash, sizeof hash, "0x%016" PRIx64, value.tactic_hash);
  update(key.text(), {hash, value.timing_msec});
  return true;
}

bool TimingCache::is_edited(const TimingCacheKey& key) const {
  const std::optional<Entry> entry = query(key.text());
  return entry && entry->tactic.starts_with(kHash);
}

void TimingCache::record(const std::string& key, const std::string& tactic, double time_ms) {
  if (!is_edited(TimingCacheKey::parse(key))) update(key, {tactic, time_ms});
}

std::string TimingCache::fingerprint() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->fingerprint;
}

size_t TimingCache::size() const {
  const std::lock_guard<std::mutex> lock(impl_->mutex);
  return impl_->entries.size();
}

}  // namespace trtlike
