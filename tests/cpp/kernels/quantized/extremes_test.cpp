// Products of quantized tensors where every operand is at an end of its type, around the sizes of
// the tiles: what would saturate, wrap, or read beyond a row shows there.
#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string_view>

#include "core/os/cpu.h"
#include "core/strings.h"
#include "kernels/tactic.h"
#include "support/tactic_case.h"

namespace trtlike::kernels {
namespace {

using test::Storage;
using test::TacticCase;
using Ints = std::vector<int64_t>;

int64_t lowest(DataType dtype) { return dtype == DataType::Int8 ? -128 : 0; }

/// What the elements of an operand are: one number everywhere, or drawn.
struct Elements {
  DataType dtype;
  int64_t low, high;
};

std::vector<Elements> inputs() {
  std::vector<Elements> out;
  for (const DataType dtype : {DataType::Int8, DataType::UInt8}) {
    const int64_t low = lowest(dtype), high = low + 255;
    out.push_back({dtype, low, low});
    out.push_back({dtype, high, high});
    out.push_back({dtype, low, high});
  }
  return out;
}

/// The ends of the type, each with weights at theirs.
template <typename F>
void for_each_extreme(F&& f) {
  for (const Elements& x : inputs())
    for (const int64_t zero : {lowest(x.dtype), lowest(x.dtype) + 255})
      for (const auto& [low, high] :
           std::vector<std::pair<int64_t, int64_t>>{{-128, -128}, {127, 127}, {-128, 127}})
        f(x, zero, Elements{DataType::Int8, low, high});
}

struct Shape {
  const char* op;
  std::vector<std::pair<std::string, AttributeValue>> attributes;
  Dims input, weights;
  int64_t channels;
  Layout layout;
};

Shape depthwise(int64_t channels, int64_t height, int64_t width, int64_t kernel, int64_t stride) {
  const Ints pad(2, kernel / 2);
  return {"QuantizedConvolution",
          {{"num_groups", channels},
           {"pre_padding", pad},
           {"post_padding", pad},
           {"stride", Ints(2, stride)}},
          {2, channels, height, width},
          {channels, 1, kernel, kernel},
          channels,
          Layout::ChannelsLast};
}

Shape convolution(int64_t inputs, int64_t outputs, int64_t kernel) {
  const Ints pad(2, kernel / 2);
  return {"QuantizedConvolution",
          {{"pre_padding", pad}, {"post_padding", pad}},
          {1, inputs, 5, 10},
          {outputs, inputs, kernel, kernel},
          outputs,
          Layout::ChannelsLast};
}

Shape deconvolution(int64_t inputs, int64_t outputs, int64_t kernel) {
  return {"QuantizedDeconvolution",
          {{"stride", Ints(2, 2)}},
          {1, inputs, 3, 5},
          {inputs, outputs, kernel, kernel},
          outputs,
          Layout::ChannelsLast};
}

Shape product(int64_t m, int64_t k, int64_t n) {
  return {"QuantizedMatrixMultiply", {}, {m, k}, {k, n}, n, Layout::Linear};
}

/// To bytes by a factor that takes the sums over the whole range of them, and further.
TacticCase make_case(const Shape& shape, const Elements& x, int64_t zero, const Elements& w,
                     DataType to) {
  auto attributes = shape.attributes;
  attributes.emplace_back("zero_point", zero);
  attributes.emplace_back("to_type", static_cast<int64_t>(to));
  if (to != DataType::Float)
    attributes.emplace_back("program",
                            core::str("in 1; v1 = relu v0; v2 = constant 0.5; v3 = div v1 v2; v4 = "
                                      "round v3; v5 = constant ",
                                      lowest(to) + 7, "; v6 = sum v4 v5; out v6"));
  TacticCase out(shape.op, attributes);
  out.input(shape.input, {x.dtype, shape.layout}).integers(x.low, x.high);
  out.constant(shape.weights, {DataType::Int8}).integers(w.low, w.high);
  const auto terms = static_cast<float>(core::elems(shape.weights) / shape.channels);
  std::vector<float> rescale;
  for (int64_t k = 0; k < shape.channels; ++k)
    rescale.push_back((k % 2 == 0 ? 1.0f : -1.0f) * 0.01f / terms);
  for (int64_t k = 0; k < shape.channels; ++k) rescale.push_back(static_cast<float>(k % 5));
  out.constant({2, shape.channels}).values(std::move(rescale));
  out.output({to, shape.layout});
  return out;
}

/// Runs all tactics of our own on the shape at all extremes; which ran.
std::set<std::string> check(const Shape& shape) {
  constexpr DataType kResults[] = {DataType::Float, DataType::Int8, DataType::UInt8};
  std::set<std::string> ran;
  size_t turn = 0;
  for_each_extreme([&](const Elements& x, int64_t zero, const Elements& w) {
    // Every kind of weights meets every kind of result.
    const DataType to = kResults[(turn + turn / 3) % 3];
    ++turn;
    TacticCase problem = make_case(shape, x, zero, w, to);
    for (const Tactic& tactic : listed_tactics()) {
      if (tactic.source != Source::Native || !tactic.computes(shape.op) ||
          !(tactic.needs <= core::cpu_isa()) || problem.refusal(tactic))
        continue;
      ran.insert(tactic.name);
      // Bytes may differ by the one step that a number between two of them rounds to.
      const double scale = to == DataType::Float ? 1 : 256;
      EXPECT_LE(problem.error(tactic, scale), to == DataType::Float ? 1e-5 : 1.01 / 256)
          << tactic.name << ' ' << problem.describe() << " of " << x.low << " to " << x.high
          << " by " << w.low << " to " << w.high << ": " << problem.worst();
    }
  });
  return ran;
}

bool has_part(const std::set<std::string>& names, std::string_view part) {
  for (const std::string& name : names)
    if (name.find(part) != std::string::npos) return true;
  return false;
}

TEST(QuantizedExtremes, depthwise_around_vectors_and_tiles) {
  for (const int64_t kernel : {3, 5})
    for (const int64_t stride : {1, 2}) {
      std::set<std::string> ran;
      for (const int64_t channels : {1, 17, 65}) {
        ran.merge(check(depthwise(channels, 3, 7, kernel, stride)));
        ran.merge(check(depthwise(channels, 6, 8, kernel, stride)));
      }
      EXPECT_TRUE(has_part(ran, "quantized_depthwise_")) << kernel << " by " << stride;
    }
}

TEST(QuantizedExtremes, depthwise_rows_beyond_a_tile_of_columns) {
  for (const int64_t kernel : {3, 5})
    for (const int64_t stride : {1, 2})
      EXPECT_TRUE(has_part(check(depthwise(33, 5, 131, kernel, stride)), "quantized_depthwise_"));
}

TEST(QuantizedExtremes, convolutions) {
  for (const int64_t kernel : {1, 3})
    for (const int64_t inputs : {1, 3, 65})
      for (const int64_t outputs : {1, 65})
        EXPECT_TRUE(has_part(check(convolution(inputs, outputs, kernel)), "quantized_s8_"));
}

TEST(QuantizedExtremes, deconvolutions) {
  for (const int64_t kernel : {2, 3})
    for (const int64_t inputs : {1, 4, 65})
      EXPECT_TRUE(has_part(check(deconvolution(inputs, 17, kernel)), "quantized_s8_"));
}

TEST(QuantizedExtremes, products) {
  for (const int64_t m : {1, 7, 49})
    for (const int64_t k : {1, 3, 4, 257})
      for (const int64_t n : {1, 65})
        EXPECT_TRUE(has_part(check(product(m, k, n)), "quantized_s8_"));
}

}  // namespace
}  // namespace trtlike::kernels
