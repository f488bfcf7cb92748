// The loops of selections, written once against Vector and compiled for each instruction set.
#pragma once

#include "kernels/selection/keys.h"
#include "kernels/selection/scan.h"
#include "kernels/simd/vector.h"

namespace trtlike::kernels::selection {
namespace {

constexpr int64_t kLanes = Vector::kLanes;

/// A bit a lane, the first one lowest.
inline uint32_t bits_of(Mask mask) {
#if defined(__AVX512F__)
  return mask;
#elif defined(__AVX2__)
  return static_cast<uint32_t>(_mm256_movemask_ps(mask.v));
#else
  uint32_t bits = 0;
  for (int lane = 0; lane < Vector::kLanes; ++lane)
    bits |= static_cast<uint32_t>(mask.v[lane] != 0) << lane;
  return bits;
#endif
}

template <bool largest>
Mask may_pass(Vector x, Vector bound) {
  return mask_not(largest ? less_equal(x, bound) : less_equal(bound, x));
}

/// Calls take(element, position) for those of a vector whose bit is set.
template <typename Take>
void take_lanes(Vector x, uint32_t bits, int64_t at, Take&& take) {
  float lanes[kLanes];
  x.store(lanes);
  for (; bits != 0; bits &= bits - 1) {
    const int lane = __builtin_ctz(bits);
    take(lanes[lane], at + lane);
  }
}

/// Calls take for the elements from `scan.at` on that may pass, until is_over() or the end.
template <typename T, bool largest, typename IsOver, typename Take>
void scan_line(Scan& scan, IsOver&& is_over, Take&& take) {
  constexpr int64_t kMany = 4;
  const T* from = static_cast<const T*>(scan.from);
  while (scan.at < scan.end && !is_over()) {
    const Vector bound(scan.bound);
    if (scan.at + kMany * kLanes <= scan.end) {
      Mask passes[kMany];
      for (int64_t v = 0; v < kMany; ++v)
        passes[v] = may_pass<largest>(Vector::load(from + scan.at + v * kLanes), bound);
      if (!any(mask_or(mask_or(passes[0], passes[1]), mask_or(passes[2], passes[3])))) {
        scan.at += kMany * kLanes;
        continue;
      }
    }
    const int64_t left = scan.end - scan.at;
    const int lanes = static_cast<int>(left < kLanes ? left : kLanes);
    const Vector x =
        lanes == kLanes ? Vector::load(from + scan.at) : Vector::load(from + scan.at, lanes);
    uint32_t bits = bits_of(may_pass<largest>(x, bound)) & ((uint32_t{1} << lanes) - 1);
    if (!scan.takes_nans) bits &= ~bits_of(is_nan(x));
    take_lanes(x, bits, scan.at, take);
    scan.at += lanes;
  }
}

template <typename T, bool largest>
void find_in(Scan& scan) {
  scan_line<T, largest>(
      scan, [&] { return scan.count >= scan.room; },
      [&](float element, int64_t position) {
        const uint64_t key = make_key(element, position, largest);
        scan.keys[scan.count] = key;
        scan.count += key < scan.worst ? 1 : 0;
      });
}

template <typename T, bool largest>
void keep_in(Scan& scan) {
  const T* from = static_cast<const T*>(scan.from);
  uint64_t* const keys = scan.keys;
  const int64_t last = scan.room - 1;
  scan_line<T, largest>(
      scan, [] { return false; },
      [&](float element, int64_t position) {
        const uint64_t key = make_key(element, position, largest);
        if (key >= keys[last]) return;
        int64_t at = last;
        for (; at > 0 && keys[at - 1] > key; --at) keys[at] = keys[at - 1];
        keys[at] = key;
        if (keys[last] == UINT64_MAX) return;
        float bound[kLanes];
        Vector::load(from + position_of(keys[last]), 1).store(bound);
        scan.bound = bound[0];
      });
}

template <typename T>
void find(Scan& scan) {
  scan.largest ? find_in<T, true>(scan) : find_in<T, false>(scan);
}
template <typename T>
void keep(Scan& scan) {
  scan.largest ? keep_in<T, true>(scan) : keep_in<T, false>(scan);
}

template <typename T, bool largest>
int64_t best_in(const T* from, int64_t count) {
  constexpr int64_t kMostExact = int64_t{1} << 24;
  if (count < kLanes || count > kMostExact) return -1;
  const auto load = [&](int64_t i) {
    const Vector x = Vector::load(from + i);
    return largest ? x : -x;
  };
  float lanes[kLanes];
  for (int lane = 0; lane < Vector::kLanes; ++lane) lanes[lane] = static_cast<float>(lane);
  const Vector lane = Vector::load(lanes);
  Vector best = load(0), at = lane;
  Mask nans = is_nan(best);
  for (int64_t i = kLanes; i < count; i += kLanes) {
    const int64_t begin = i + kLanes <= count ? i : count - kLanes;
    const Vector x = load(begin);
    const Mask better = less(best, x);
    nans = mask_or(nans, is_nan(x));
    best = select(better, x, best);
    at = select(better, Vector(static_cast<float>(begin)) + lane, at);
  }
  if (any(nans)) return -1;
  const Mask first = equal(best, Vector(maximum(best)));
  return -static_cast<int64_t>(
      maximum(select(first, -at, Vector(-static_cast<float>(kMostExact)))));
}

template <typename T>
int64_t best(const void* from, int64_t count, bool largest) {
  return largest ? best_in<T, true>(static_cast<const T*>(from), count)
                 : best_in<T, false>(static_cast<const T*>(from), count);
}

/// Differences of floats, their products and sums are within a few units in the last place, but
/// where they are tiny or too large; what is NaN may overlap.
inline int64_t find_overlap(const KeptBoxes& kept, const Candidate& candidate, float iou,
                            int64_t begin) {
  constexpr float kSurely = 1 - 1e-5f, kTiny = 1e-30f, kHuge = 1e37f;
  const Vector zero(0.0f), top(candidate.top), left(candidate.left), bottom(candidate.bottom),
      right(candidate.right), area(candidate.area), least(iou * kSurely), tiny(kTiny), huge(kHuge);
  for (int64_t i = begin / kLanes * kLanes; i < kept.count; i += kLanes) {
    const auto load = [&](int64_t what) {
      return Vector::load(kept.first + what * kept.pitch + i);
    };
    const Vector height = min(bottom, load(2)) - max(top, load(0));
    const Vector width = min(right, load(3)) - max(left, load(1));
    const Vector common = max(zero, height) * max(zero, width);
    const Vector all = area + load(4) - common;
    const Mask is_exact = mask_and(less(tiny, all), less(all, huge));
    const Mask apart = mask_and(less_equal(common, least * all), is_exact);
    uint32_t bits = bits_of(mask_not(apart));
    if (i < begin) bits &= ~uint32_t{0} << (begin - i);
    if (bits == 0) continue;
    const int64_t found = i + __builtin_ctz(bits);
    return found < kept.count ? found : kept.count;
  }
  return kept.count;
}

constexpr Loops make_loops() {
  return {{find<float>, find<core::Half>, find<core::BFloat16>},
          {keep<float>, keep<core::Half>, keep<core::BFloat16>},
          {best<float>, best<core::Half>, best<core::BFloat16>},
          find_overlap};
}

}  // namespace
}  // namespace trtlike::kernels::selection
