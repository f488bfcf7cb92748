// Makes the layers of a random network: draws numbers and operands, and remembers what there is to
// read.
#pragma once

#include <random>
#include <string>
#include <vector>

#include "core/check.h"
#include "fuzz/random_graph.h"

namespace trtlike::test::recipes {

using Axes = std::vector<int64_t>;
using Given = std::map<std::string, AttributeValue>;

/// Numbers of more bits than that may be rounded by FP32 arithmetic.
constexpr int kExactBits = 18;
constexpr int kInexact = 1000;
constexpr int kWild = 1001;

/// A tensor with the number of bits that its elements have at most; kInexact where they are
/// rounded, kWild where they may be NaN or infinite, too: sums spread that as they like.
struct Operand {
  Tensor tensor;
  int bits = kInexact;
  Dims dims() const { return tensor.shape(); }
  int rank() const { return tensor.shape().rank(); }
};

class Maker {
 public:
  Maker(RandomGraph& graph, std::mt19937& random) : graph_(graph), random_(random) {}

  /// Throws UserError where there is no number to draw, which leaves out the layer.
  int64_t below(int64_t count) {
    TRTLIKE_CHECK(count > 0, "expected something to choose from, got ", count, ".");
    return static_cast<int64_t>(random_() % static_cast<uint64_t>(count));
  }
  int64_t between(int64_t low, int64_t high) { return low + below(high - low + 1); }
  bool maybe() { return below(2) == 1; }
  Dims dims(int rank);

  /// A value that the network has already, of so many bits at most, or a new input.
  Operand any(DataType dtype, int least_rank, int most_rank, int most_bits = kWild);
  Operand any_float(int least_rank = 1, int most_rank = 5, int most_bits = kWild) {
    return any(DataType::Float, least_rank, most_rank, most_bits);
  }
  /// Multiples of 1/8 from -2 to 2; integers from -4 to 4.
  std::vector<double> elements(DataType dtype, const Dims& dims);
  Operand input(DataType dtype, const Dims& dims);
  Operand constant(DataType dtype, const Dims& dims, const std::vector<double>& elements);
  Operand constant(DataType dtype, const Dims& dims) {
    return constant(dtype, dims, elements(dtype, dims));
  }
  Operand constant_or_input(DataType dtype, const Dims& dims) {
    return maybe() ? constant(dtype, dims) : input(dtype, dims);
  }
  /// Integers in [low, high].
  Operand indices(const Dims& dims, int64_t low, int64_t high);

  /// A layer whose outputs have so many bits, or are as wild as its operands.
  void add(const char* op, const std::vector<Operand>& operands, const Given& given, int bits);

  const std::vector<Operand>& values() const { return values_; }
  std::mt19937& random() { return random_; }

 private:
  RandomGraph& graph_;
  std::mt19937& random_;
  std::vector<Operand> values_;
};

int64_t mask_of(Maker& m, int rank);
int64_t axis_of(Maker& m, int rank);
int sum_bits(int a, int b);
/// Some extents become 1.
Dims broadcastable(Maker& m, Dims dims);
Axes permutation(Maker& m, int rank);
/// Numbers for the spatial axes of a window.
Axes per_axis(Maker& m, int spatial, int64_t low, int64_t high);

}  // namespace trtlike::test::recipes
