// Greedy best fit over lifetimes: buffers are placed one by one into the smallest gap that is free
// while they live.
#include "engine/memory_plan.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <numeric>
#include <random>

#include "core/check.h"
#include "core/memory.h"

namespace trtlike::engine {
namespace {

constexpr size_t kMaxBytes = size_t{1} << 62;

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
      [&](size_t i) { return SIZE_MAX - static_cast<size_t>(lifetimes[i].first); },
  };
  const size_t bound = live_bytes(lifetimes);
  MemoryPlan best;
  std::vector<size_t> order(lifetimes.size()), best_order;
  for (const auto& key : keys) {
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return key(a) > key(b); });
    MemoryPlan plan = place(lifetimes, order);
    if (best_order.empty() || plan.arena_bytes < best.arena_bytes) {
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
