// The entries of a registry that are added while the program runs.
#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <vector>

namespace trtlike::core {

/// Grows only: graphs, plans and kernels point at entries, so none is ever removed or replaced, and
/// a reference stays valid until the process ends. Any thread may call any function.
template <typename T>
class AddedEntries {
 public:
  /// Calls `check` with the entries there are, which throws where this one must not join them; no
  /// other entry is added meanwhile.
  template <typename Check>
  const T& add(std::shared_ptr<const T> entry, Check&& check) {
    const std::lock_guard<std::shared_mutex> lock(mutex_);
    check(pointers());
    return *entries_.emplace_back(std::move(entry));
  }

  /// The first entry that `matches`; null when there is none.
  template <typename Matches>
  const T* find(Matches&& matches) const {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    for (const std::shared_ptr<const T>& entry : entries_)
      if (matches(*entry)) return entry.get();
    return nullptr;
  }

  /// All entries in the order in which they were added.
  std::vector<const T*> all() const {
    const std::shared_lock<std::shared_mutex> lock(mutex_);
    return pointers();
  }

 private:
  std::vector<const T*> pointers() const {
    std::vector<const T*> out;
    for (const std::shared_ptr<const T>& entry : entries_) out.push_back(entry.get());
    return out;
  }

  mutable std::shared_mutex mutex_;
  std::deque<std::shared_ptr<const T>> entries_;
};

}  // namespace trtlike::core
