// Remembered measurements of tactics: a build that finds all it needs here measures nothing.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trtlike {

/// What one entry of an editable cache is for: a node's op, attributes, and operands as the network
/// stores them, at the shapes that it is timed at.
class TimingCacheKey {
 public:
  /// Throws UserError for what is no text of a key.
  static TimingCacheKey parse(std::string_view text);
  static TimingCacheKey of_problem(std::string_view problem);
  /// One line, the same in each build of one version: "* @ Softmax ...".
  const std::string& text() const { return text_; }
  friend bool operator==(const TimingCacheKey&, const TimingCacheKey&) = default;

 private:
  explicit TimingCacheKey(std::string text) : text_(std::move(text)) {}
  std::string text_;
};

/// Which tactic the entry's nodes run by.
struct TimingCacheValue {
  static constexpr uint64_t kInvalidTacticHash = UINT64_MAX;
  uint64_t tactic_hash = kInvalidTacticHash;  ///< tactic_id of the tactic's name
  double timing_msec = 0;                     ///< those below 0 are invalid, and NaN
};

/// Times by (problem, tactic), valid for one machine fingerprint and thread count. Safe to share
/// between builds. Builds with BuilderFlag::EditableTimingCache add what they chose, an entry a
/// problem, and obey the entries that are there.
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

  /// The entries that can be edited.
  std::vector<TimingCacheKey> query_keys() const;
  /// An invalid value for an unknown key.
  TimingCacheValue query(const TimingCacheKey& key) const;
  /// From now on builds with the flag run the key's nodes by this tactic; they fail where it does
  /// not compute them. A time that is NaN deletes the entry. False for an unknown key or an invalid
  /// value.
  bool update(const TimingCacheKey& key, const TimingCacheValue& value);
  /// True when the entry is an update, not the choice of a build.
  bool is_edited(const TimingCacheKey& key) const;
  /// As what a build chose: updates stay as they are.
  void record(const std::string& key, const std::string& tactic, double time_ms);

  /// The machine that the entries belong to.
  std::string fingerprint() const;
  size_t size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trtlike
