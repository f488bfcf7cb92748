// What TopK and NMS look for in lines of adjacent floats, by vectors: the elements that may still
// be among the best, the best one, and kept boxes that a candidate may overlap.
#pragma once

#include <cstdint>

namespace trtlike::kernels::selection {

/// Elements of a line from `at` on, and the keys (keys.h) of those that were found.
struct Scan {
  const void* from;
  int64_t end;
  bool largest;
  bool takes_nans;
  int64_t at;
  /// Only elements before this one in order are wanted; all where it is NaN.
  float bound;
  /// Only keys below are wanted.
  uint64_t worst;
  uint64_t* keys;
  int64_t count;
  int64_t room;
};

/// Boxes in the order in which they were kept, as far apart in memory as `pitch`: top, left,
/// bottom, right and area.
struct KeptBoxes {
  const float* first;
  int64_t pitch;
  int64_t count;
};
struct Candidate {
  float top, left, bottom, right, area;
};

/// More than the largest vector of any instruction set: so many elements more than a scan's room
/// its keys have memory for, and kept boxes beyond their count.
inline constexpr int64_t kMostLanes = 16;

/// The loops of one instruction set; by type for FP32, FP16 and BF16 storage.
struct Loops {
  /// Adds keys up to the end, or until there is no room.
  void (*find[3])(Scan& scan);
  /// The same, with the first `room` keys kept in order and the others dropped; these are
  /// UINT64_MAX at first. `worst` and `count` are not looked at.
  void (*keep[3])(Scan& scan);
  /// The position of the best element, the first of equal ones; -1 where there is a NaN, the line
  /// is shorter than a vector or its positions are no floats.
  int64_t (*best[3])(const void* from, int64_t count, bool largest);
  /// The first kept box from `begin` on whose overlap with the candidate may be above `iou`, which
  /// is at least 1e-6; the count where there is none. Coordinates must be what they are in FP32.
  int64_t (*find_overlap)(const KeptBoxes& kept, const Candidate& candidate, float iou,
                          int64_t begin);
};

extern const Loops kPortable, kAvx2, kAvx512;

}  // namespace trtlike::kernels::selection
