// How the elements of a quantized tensor stand for real numbers.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/dtype.h"
#include "core/shape.h"

namespace trtlike::core {

/// real number = scale x (element - zero point), with a scale and a zero point for
///   - the whole tensor, or
///   - each index of one axis (each output channel of a kernel), or
///   - each block of `block` elements along one axis, at each index of all other axes; the last
///     block may be shorter. In the order of a row-major tensor of the blocks, as ONNX has them.
/// A value: cheap to copy, compared by what it says. Without scales none is made; a tensor that is
/// not quantized has the default one.
class Quantization {
 public:
  static constexpr int32_t kNoAxis = -1;

  Quantization() = default;
  /// Zero points are all 0 where none are given, else one a scale.
  static Quantization per_tensor(float scale, int32_t zero_point = 0);
  static Quantization per_channel(int32_t axis, std::vector<float> scales,
                                  std::vector<int32_t> zero_points = {});
  static Quantization per_block(int32_t axis, int64_t block, std::vector<float> scales,
                                std::vector<int32_t> zero_points = {});
  /// From what axis(), block(), is_symmetric(), scales() and zero_points() give.
  static Quantization of(int32_t axis, int64_t block, bool symmetric, std::vector<float> scales,
                         std::vector<int32_t> zero_points);

  /// False: the elements are the numbers.
  explicit operator bool() const { return parts_ != nullptr; }
  bool operator==(const Quantization& other) const;

  int32_t axis() const { return parts().axis; }
  /// 0: one scale for each index of the axis.
  int64_t block() const { return parts().block; }
  /// All zero points are 0.
  bool is_symmetric() const { return parts().symmetric; }
  /// Empty where the numbers are kept elsewhere: in what a tactic packed.
  const std::vector<float>& scales() const { return parts().scales; }
  /// One a scale; empty when symmetric.
  const std::vector<int32_t>& zero_points() const { return parts().zero_points; }

  /// The same for a tensor whose scales and zero points are kept elsewhere.
  Quantization without_numbers() const;
  /// How many scales a tensor of these extents has; nothing where they are not known.
  std::optional<int64_t> count(const Dims& dims) const;
  /// Why no tensor of this type and shape is quantized so ("scale 3: expected a positive number,
  /// got nan"); nothing when one can be.
  std::optional<std::string> find_fault(DataType dtype, const Dims& dims) const;

  /// What decides how long computing with it takes: "quantized", "quantized along 1 by 32
  /// asymmetric". Empty when not quantized.
  std::string scheme() const;
  /// The scheme and all numbers: "quantized scale 0.05 zero 3".
  std::string to_string() const;

 private:
  struct Parts {
    int32_t axis = kNoAxis;
    int64_t block = 0;
    bool symmetric = true;
    std::vector<float> scales = {};
    std::vector<int32_t> zero_points = {};
    bool operator==(const Parts&) const = default;
  };
  explicit Quantization(Parts parts);
  const Parts& parts() const;

  std::shared_ptr<const Parts> parts_;
};

/// True for the types that quantized tensors are stored as.
bool is_quantized_storage(DataType dtype);

}  // namespace trtlike::core
