// Remembered measurements of tactics: a build that finds all it needs here measures nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trtlike {

/// Times by (problem, tactic), valid for one machine fingerprint and thread count. Safe to share
/// between builds.
class TimingCache {
 public:
  struct Entry {
    std::string tactic;
    double time_ms = 0;
  };

  TimingCache();
  /// Throws PlanError when the bytes are no timing cache, are damaged or are of another version.
  explicit TimingCache(std::string_view serialized);
  ~TimingCache();

  std::string serialize() const;
  /// Adds the other cache's entries. False when it belongs to another machine, unless
  /// `ignore_mismatch`.
  bool combine(const TimingCache& other, bool ignore_mismatch);
  void reset();

  std::vector<std::string> keys() const;
  /// The measured time of `key`, nothing when it is unknown.
  std::optional<Entry> query(const std::string& key) const;
  void update(const std::string& key, const Entry& entry);
  /// The machine that the entries belong to.
  std::string fingerprint() const;
  size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trtlike
