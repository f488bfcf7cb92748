// Problems drawn at random for each op: extents around the vector widths, every attribute, every
// way to store an operand. A generator an op; each states how exact its tactics are.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/tactic_case.h"

namespace trtlike::test {

class Random {
 public:
  explicit Random(uint32_t seed) : engine_(seed) {}
  /// Draws extents around the tactic's tile and its element types more often than others.
  Random(uint32_t seed, const kernels::Tactic& tactic);

  /// A whole number from low to high.
  int64_t between(int64_t low, int64_t high) {
    return low + static_cast<int64_t>(engine_() % static_cast<uint64_t>(high - low + 1));
  }
  bool one_in(int64_t n) { return between(1, n) == 1; }
  float real(float low, float high) {
    return low + (high - low) * static_cast<float>(engine_()) * 0x1p-32f;
  }
  template <typename T>
  T of(std::initializer_list<T> choices) {
    return choices.begin()[between(0, static_cast<int64_t>(choices.size()) - 1)];
  }
  template <typename T>
  const T& of(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(between(0, static_cast<int64_t>(choices.size()) - 1))];
  }
  template <typename T>
  void shuffle(std::vector<T>& values) {
    std::shuffle(values.begin(), values.end(), engine_);
  }
  uint32_t seed() { return engine_(); }

  /// 1, or around one or two vectors of some instruction set (4, 8 or 16 lanes).
  int64_t extent();
  /// Extents, of which the product is at most `most`.
  Dims dims(int rank, int64_t most = 3000);
  int64_t batch() { return of<int64_t>({1, 1, 3}); }
  /// `count` numbers from low to high.
  std::vector<int64_t> list(size_t count, int64_t low, int64_t high);
  /// f32 mostly, else f16 or bf16.
  DataType float_type();
  /// A type of whole bytes that is moved about.
  DataType any_type();
  /// Linear mostly, or a layout that `dims` can have; with a pitch now and then.
  Storage storage(DataType dtype, const Dims& dims);
  /// In the same layout, perhaps with another pitch.
  Storage storage_like(const Storage& other, DataType dtype, const Dims& dims);
  /// These extents with some of them 1, so that they repeat to `dims`; perhaps of lower rank.
  Dims repeating(const Dims& dims, bool same_rank);

 private:
  std::mt19937 engine_;
  std::vector<int64_t> likely_extents_;
  std::vector<DataType> likely_types_;
};

/// A problem, and what its tactics may differ from the reference by: `tolerance` of the largest
/// expected magnitude, or of `scale` where that is more.
struct RandomProblem {
  TacticCase problem;
  double tolerance = 0;
  double scale = 1e-30;
  /// There are NaNs and infinities among what is summed.
  bool has_special_sums = false;
};

using AttributeList = std::vector<std::pair<std::string, AttributeValue>>;
using Generator = RandomProblem (*)(Random& random);

/// The generator of an op; null where it has none. May throw UserError for what the op does not
/// take.
Generator find_generator(std::string_view op);

/// A problem without operands so far, with a seed and threads of its own.
TacticCase begin(Random& random, const char* op, const AttributeList& attributes);
/// Adds an input of elements that differ from each other in its type.
void add_moved(TacticCase& problem, const Dims& dims, Storage storage);
/// The extents of the op's first output for float inputs of these extents.
Dims output_dims(const char* op, const AttributeList& attributes, const std::vector<Dims>& inputs);
/// Half a unit in the last place of an element of magnitude 1.
double rounding(DataType dtype);
/// A chain of operations behind a sum, as fusions make it, on `operands` further inputs; of the
/// simplest kind half of the time.
std::string random_epilogue(Random& random, int operands);
/// By what factor the text of a program enlarges what its first input, of at most that magnitude,
/// is off by: its steepest slope, with other inputs in [-1, 1], or 1 where that is less.
double slope_of(const std::string& program, double magnitude);

// The tables of the files of generators.
struct NamedGenerator {
  const char* op;
  Generator generator;
};
std::vector<NamedGenerator> convolution_generators();
std::vector<NamedGenerator> product_generators();
std::vector<NamedGenerator> quantized_generators();
std::vector<NamedGenerator> pointwise_generators();
std::vector<NamedGenerator> reduction_generators();
std::vector<NamedGenerator> movement_generators();
std::vector<NamedGenerator> index_generators();
std::vector<NamedGenerator> recurrent_generators();
std::vector<NamedGenerator> region_generators();
std::vector<NamedGenerator> table_generators();
std::vector<NamedGenerator> signal_generators();
std::vector<NamedGenerator> transformer_generators();

}  // namespace trtlike::test
