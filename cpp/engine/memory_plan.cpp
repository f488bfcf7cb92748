// Greedy best fit over lifetimes: buffers are placed one by one into the smallest gap that is free
// while they live.
#include "engine/memory_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <iterator>
#include <map>
#include <numeric>
#include <random>
#include <set>

#include "core/check.h"
#include "core/os/memory.h"

namespace trtlike::engine {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 62;
/// Of more buffers than this, comparing all pairs takes seconds.
constexpr size_t kMany = 8192;
/// An arena that stays in a core's cache however its buffers lie: the search for a smaller one
/// takes longer than it saves, above all where shapes change from turn to turn.
constexpr size_t kSmallBytes = size_t{1} << 16;

size_t rounded(const Lifetime& lifetime) { return core::align_up(lifetime.bytes); }

bool overlap(const Lifetime& a, const Lifetime& b) {
  return a.first <= b.last && b.first <= a.last;
}

/// The offset of the tightest gap between the placed buffers that live together with this one; the
/// first free end when no gap fits. `busy` is scratch.
size_t best_offset(size_t bytes, std::vector<std::pair<size_t, size_t>>& busy) {
  std::sort(busy.begin(), busy.end());
  size_t best = SIZE_MAX, best_gap = SIZE_MAX, end = 0;
  for (const auto& [from, to] : busy) {
    if (from > end && from - end >= bytes && from - end < best_gap) {
      best = end;
      best_gap = from - end;
    }
    end = std::max(end, to);
  }
  return best == SIZE_MAX ? end : best;
}

MemoryPlan place(std::span<const Lifetime> lifetimes, const std::vector<size_t>& order) {
  MemoryPlan plan;
  plan.offsets.assign(lifetimes.size(), 0);
  std::vector<size_t> placed;
  std::vector<std::pair<size_t, size_t>> busy;
  for (size_t i : order) {
    const size_t bytes = rounded(lifetimes[i]);
    if (bytes == 0) continue;
    busy.clear();
    for (size_t j : placed)
      if (overlap(lifetimes[i], lifetimes[j]))
        busy.emplace_back(plan.offsets[j], plan.offsets[j] + rounded(lifetimes[j]));
    plan.offsets[i] = best_offset(bytes, busy);
    plan.arena_bytes = std::max(plan.arena_bytes, plan.offsets[i] + bytes);
    placed.push_back(i);
  }
  return plan;
}

/// What `place` does in the order of time, where what lives together is what is not free yet: in a
/// time by the number of buffers and its logarithm.
MemoryPlan place_by_time(std::span<const Lifetime> lifetimes, const std::vector<size_t>& order) {
  MemoryPlan plan;
  plan.offsets.assign(lifetimes.size(), 0);
  std::map<size_t, size_t> gaps;                 // offset -> bytes, below the top
  std::set<std::pair<size_t, size_t>> by_bytes;  // the same as (bytes, offset)
  std::set<std::pair<int, size_t>> ends;         // (last, buffer) of what lives
  size_t top = 0;
  const auto erase = [&](std::map<size_t, size_t>::iterator gap) {
    by_bytes.erase({gap->second, gap->first});
    return gaps.erase(gap);
  };
  const auto add = [&](size_t offset, size_t bytes) {
    if (bytes == 0) return;
    gaps[offset] = bytes;
    by_bytes.emplace(bytes, offset);
  };
  const auto release = [&](size_t offset, size_t bytes) {
    auto next = gaps.lower_bound(offset);
    if (next != gaps.end() && next->first == offset + bytes) {
      bytes += next->second;
      next = erase(next);
    }
    if (next != gaps.begin() && std::prev(next)->first + std::prev(next)->second == offset) {
      --next;
      offset = next->first;
      bytes += next->second;
      erase(next);
    }
    if (offset + bytes == top) {
      top = offset;
    } else {
      add(offset, bytes);
    }
  };
  for (size_t i : order) {
    const size_t bytes = rounded(lifetimes[i]);
    if (bytes == 0) continue;
    for (; !ends.empty() && ends.begin()->first < lifetimes[i].first; ends.erase(ends.begin()))
      release(plan.offsets[ends.begin()->second], rounded(lifetimes[ends.begin()->second]));
    ends.emplace(lifetimes[i].last, i);
    const auto fit = by_bytes.lower_bound({bytes, 0});
    if (fit == by_bytes.end()) {
      plan.offsets[i] = top;
      top += bytes;
      plan.arena_bytes = std::max(plan.arena_bytes, top);
      continue;
    }
    const auto [gap_bytes, offset] = *fit;
    plan.offsets[i] = offset;
    erase(gaps.find(offset));
    add(offset + bytes, gap_bytes - bytes);
  }
  return plan;
}

/// Tries other orders while it may help: what reached the top of the last attempt goes first, and
/// every other attempt orders by size times a power of the length, with noise. Bounded by pairs
/// looked at, not by a clock.
void improve(std::span<const Lifetime> lifetimes, std::vector<size_t> order, size_t bound,
             MemoryPlan& best) {
  constexpr size_t kPairs = size_t{4} << 20;
  const size_t count = std::max<size_t>(lifetimes.size(), 1);
  const size_t attempts = std::clamp<size_t>(kPairs / (count * count), 2, 400);
  std::minstd_rand random(1);
  const auto uniform = [](std::minstd_rand& r) { return static_cast<double>(r() % 4096) / 4096; };
  std::vector<double> keys(lifetimes.size());
  MemoryPlan last = best;
  for (size_t attempt = 0; attempt < attempts && best.arena_bytes > bound; ++attempt) {
    if (attempt % 2 == 0) {
      std::stable_partition(order.begin(), order.end(), [&](size_t i) {
        return last.offsets[i] + rounded(lifetimes[i]) == last.arena_bytes;
      });
    } else {
      const double power = uniform(random);
      for (size_t i = 0; i < keys.size(); ++i)
        keys[i] = std::log2(static_cast<double>(rounded(lifetimes[i]) + 1)) +
                  power * std::log2(lifetimes[i].last - lifetimes[i].first + 1.0) + uniform(random);
      std::stable_sort(order.begin(), order.end(),
                       [&](size_t a, size_t b) { return keys[a] > keys[b]; });
    }
    last = place(lifetimes, order);
    if (last.arena_bytes < best.arena_bytes) best = last;
  }
}

/// Sums that do not fit are refused before anything is placed.
void check_total(std::span<const Lifetime> lifetimes) {
  size_t total = 0;
  for (const Lifetime& lifetime : lifetimes) {
    TRTLIKE_CHECK(lifetime.bytes < kMaxBytes && total < kMaxBytes,
                  "[engine] memory: expected tensors of fewer than 2^62 bytes in all, got more.");
    total += rounded(lifetime);
  }
}

}  // namespace

size_t live_bytes(std::span<const Lifetime> lifetimes) {
  // Events in order of time; at one time, what begins counts before what ends.
  std::vector<std::pair<int64_t, int64_t>> events;
  for (const Lifetime& lifetime : lifetimes) {
    const auto bytes = static_cast<int64_t>(rounded(lifetime));
    events.emplace_back(2 * int64_t{lifetime.first}, bytes);
    events.emplace_back(2 * int64_t{lifetime.last} + 1, -bytes);
  }
  std::sort(events.begin(), events.end());
  int64_t live = 0, most = 0;
  for (const auto& [time, change] : events) {
    live += change;
    most = std::max(most, live);
  }
  return static_cast<size_t>(most);
}

MemoryPlan plan_memory(std::span<const Lifetime> lifetimes) {
  check_total(lifetimes);
  const auto length = [&](size_t i) {
    return static_cast<size_t>(lifetimes[i].last - lifetimes[i].first) + 1;
  };
  const std::function<size_t(size_t)> keys[] = {
      [&](size_t i) { return rounded(lifetimes[i]); },
      [&](size_t i) { return length(i) * (rounded(lifetimes[i]) >> 6); },
      [&](size_t i) { return length(i); },
  };
  const size_t bound = live_bytes(lifetimes);
  std::vector<size_t> order(lifetimes.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return lifetimes[a].first < lifetimes[b].first; });
  MemoryPlan best = place_by_time(lifetimes, order);
  best.lower_bound_bytes = bound;
  if (lifetimes.size() > kMany || best.arena_bytes <= std::max(bound, kSmallBytes)) return best;
  std::vector<size_t> best_order = order;
  for (const auto& key : keys) {
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return key(a) > key(b); });
    MemoryPlan plan = place(lifetimes, order);
    if (plan.arena_bytes < best.arena_bytes) {
      best = std::move(plan);
      best_order = order;
    }
    if (best.arena_bytes <= bound) break;
  }
  improve(lifetimes, best_order, bound, best);
  best.lower_bound_bytes = bound;
  return best;
}

}  // namespace trtlike::engine
