// Boxes of NMS and how much of them overlaps.
#pragma once

#include <algorithm>

namespace trtlike::ops {

/// Corners in ascending order.
struct Box {
  double top, left, bottom, right;
};

/// Of two corners, or of a center and sizes.
inline Box read_box(const double* raw, bool is_center) {
  if (is_center)
    return {raw[1] - raw[3] / 2, raw[0] - raw[2] / 2, raw[1] + raw[3] / 2, raw[0] + raw[2] / 2};
  return {std::min(raw[0], raw[2]), std::min(raw[1], raw[3]), std::max(raw[0], raw[2]),
          std::max(raw[1], raw[3])};
}

inline double area(const Box& box) { return (box.bottom - box.top) * (box.right - box.left); }

/// Intersection over union; 0 for empty boxes.
inline double overlap(const Box& a, const Box& b) {
  const double height = std::min(a.bottom, b.bottom) - std::max(a.top, b.top);
  const double width = std::min(a.right, b.right) - std::max(a.left, b.left);
  if (height <= 0 || width <= 0) return 0;
  const double common = height * width, all = area(a) + area(b) - common;
  return all > 0 ? common / all : 0;
}

}  // namespace trtlike::ops
