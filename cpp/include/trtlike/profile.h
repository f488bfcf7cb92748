// Optimization profiles: the ranges in which dynamic shapes and shape-tensor values may move.
#pragma once

#include <array>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trtlike/types.h"

namespace trtlike {

/// The smallest, the tuned-for and the largest shape (or shape-tensor values) of each dynamic
/// input.
class OptimizationProfile {
 public:
  /// Throws UserError naming the input when ranks differ or min <= opt <= max does not hold.
  void set_shape(const std::string& input, const Dims& min, const Dims& opt, const Dims& max);
  /// As set_shape, for the elements of a shape-tensor input.
  void set_shape_input(const std::string& input, const std::vector<int64_t>& min,
                       const std::vector<int64_t>& opt, const std::vector<int64_t>& max);
  /// min, opt, max; nothing when the input was not set.
  std::optional<std::array<Dims, 3>> shape(const std::string& input) const;
  std::optional<std::array<std::vector<int64_t>, 3>> shape_input(const std::string& input) const;

  const std::map<std::string, std::array<Dims, 3>>& shapes() const { return shapes_; }
  const std::map<std::string, std::array<std::vector<int64_t>, 3>>& shape_inputs() const {
    return shape_inputs_;
  }
  double extra_memory_target = 1.0;

 private:
  std::map<std::string, std::array<Dims, 3>> shapes_;
  std::map<std::string, std::array<std::vector<int64_t>, 3>> shape_inputs_;
};

}  // namespace trtlike
