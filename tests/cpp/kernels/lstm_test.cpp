// LSTM tactics against the op's reference: sizes, directions, layouts, lengths, states, types.
#include <cmath>
#include <limits>

#include "support/expect_tactics.h"

namespace trtlike::kernels {
namespace {

using test::expect_native_tactics;
using test::TacticCase;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

struct Sizes {
  int64_t steps = 1, batch = 1, inputs = 1, hidden = 1;
  const char* direction = "forward";
  int64_t layout = 0;
  bool bias = true, states = false;
  std::vector<float> lengths = {};
  int threads = 2;
};

/// Rounding of stored elements; states are not rounded between steps.
double tolerance(DataType dtype) {
  return dtype == DataType::Float ? 1e-5 : dtype == DataType::Half ? 2e-3 : 1e-2;
}

TacticCase make_case(const Sizes& n, DataType dtype) {
  const int64_t directions = std::string_view(n.direction) == "bidirectional" ? 2 : 1;
  TacticCase problem(
      "LSTM",
      {{"hidden_size", n.hidden}, {"direction", std::string(n.direction)}, {"layout", n.layout}});
  const auto add = [&](bool given, auto&& input) { given ? input() : void(problem.absent()); };
  const Dims state =
      n.layout == 0 ? Dims{directions, n.batch, n.hidden} : Dims{n.batch, directions, n.hidden};
  problem
      .input(n.layout == 0 ? Dims{n.steps, n.batch, n.inputs} : Dims{n.batch, n.steps, n.inputs},
             {dtype})
      .constant({directions, 4 * n.hidden, n.inputs}, {dtype})
      .constant({directions, 4 * n.hidden, n.hidden}, {dtype})
      .output({dtype})
      .threads(n.threads);
  add(n.bias, [&] { problem.constant({directions, 8 * n.hidden}, {dtype}); });
  add(!n.lengths.empty(), [&] { problem.input({n.batch}, {DataType::Int32}).values(n.lengths); });
  add(n.states, [&] { problem.input(state, {dtype}); });
  add(n.states, [&] { problem.input(state, {dtype}); });
  return problem;
}

void check(const Sizes& n) {
  for (const DataType dtype : {DataType::Float, DataType::Half, DataType::BF16}) {
    TacticCase problem = make_case(n, dtype);
    const char* may_refuse = dtype == DataType::Float ? "lstm_bf16" : "avx512_";
    expect_native_tactics(problem, tolerance(dtype), may_refuse);
  }
}

TEST(LstmTactics, hidden_sizes_around_the_vector) {
  for (const int64_t n : {1, 3, 4, 5, 8, 9, 15, 16, 17, 32, 33, 50, 64, 65, 97, 130})
    check({.steps = 4, .batch = 1, .inputs = n + 2, .hidden = n});
}

TEST(LstmTactics, batches_around_the_tile) {
  for (const int64_t n : {1, 2, 3, 5, 6, 7, 13})
    check({.steps = 3, .batch = n, .inputs = 9, .hidden = 20, .states = true});
}

TEST(LstmTactics, directions_and_layouts) {
  for (const char* direction : {"forward", "reverse", "bidirectional"})
    for (const int64_t layout : {0, 1})
      check({.steps = 5,
             .batch = 3,
             .inputs = 7,
             .hidden = 18,
             .direction = direction,
             .layout = layout,
             .states = true});
}

TEST(LstmTactics, sequences_of_different_lengths) {
  for (const char* direction : {"forward", "reverse", "bidirectional"})
    for (const int64_t layout : {0, 1})
      check({.steps = 5,
             .batch = 4,
             .inputs = 7,
             .hidden = 18,
             .direction = direction,
             .layout = layout,
             .states = true,
             .lengths = {5, 0, 3, 1}});
}

TEST(LstmTactics, bias_is_optional) {
  check({.steps = 3, .batch = 2, .inputs = 5, .hidden = 12, .bias = false});
}

TEST(LstmTactics, a_large_step_is_shared_by_threads) {
  check({.steps = 3, .batch = 1, .inputs = 8, .hidden = 200, .states = true, .threads = 4});
  check({.steps = 3,
         .batch = 1,
         .inputs = 8,
         .hidden = 200,
         .direction = "bidirectional",
         .lengths = {2},
         .threads = 4});
}

TEST(LstmTactics, many_rows_are_multiplied_in_chunks) {
  check({.steps = 150, .batch = 2, .inputs = 10, .hidden = 17, .direction = "bidirectional"});
}

TEST(LstmTactics, weights_of_bfloat16_beside_inputs_of_f32) {
  for (const int64_t n : {1, 2, 15, 16, 17, 31, 33, 65}) {
    TacticCase problem("LSTM", {{"hidden_size", n}, {"direction", std::string("bidirectional")}});
    problem.input({6, 2, n + 1}).constant({2, 4 * n, n + 1}, {DataType::BF16});
    problem.constant({2, 4 * n, n}, {DataType::BF16}).constant({2, 8 * n}).output({});
    expect_native_tactics(problem, tolerance(DataType::BF16), "lstm_narrow");
  }
}

TEST(LstmTactics, products_of_bfloat16_need_weights_of_bfloat16) {
  TacticCase problem("LSTM", {});
  problem.input({2, 1, 3}).constant({1, 20, 3}).constant({1, 20, 5}).output({});
  const Tactic* tactic = find_tactic("LSTM", "lstm_bf16_avx512_bf16");
  if (tactic == nullptr || !(tactic->needs <= core::cpu_isa())) GTEST_SKIP() << "not on this CPU";
  EXPECT_EQ(problem.refusal(*tactic), "needs weights in bf16, got f32");
}

TEST(LstmTactics, narrow_weights_are_as_exact_as_sums_of_floats) {
  const Tactic* narrow = find_tactic("LSTM", "lstm_narrow_avx512_vnni");
  if (narrow == nullptr || !(narrow->needs <= core::cpu_isa())) GTEST_SKIP() << "not on this CPU";
  // Larger weights than of a trained network would make rounding errors grow from step to step.
  constexpr int64_t kSteps = 30, kInputs = 8, kHidden = 129;
  const auto weights = [](int64_t count) {
    std::vector<float> out(static_cast<size_t>(count));
    for (size_t i = 0; i < out.size(); ++i)
      out[i] = std::sin(static_cast<float>(i * i % 10007)) / std::sqrt(float{kHidden});
    return out;
  };
  TacticCase problem("LSTM",
                     {{"hidden_size", kHidden}, {"direction", std::string("bidirectional")}});
  problem.input({kSteps, 1, kInputs});
  problem.constant({2, 4 * kHidden, kInputs}).values(weights(2 * 4 * kHidden * kInputs));
  problem.constant({2, 4 * kHidden, kHidden}).values(weights(2 * 4 * kHidden * kHidden));
  problem.output({});
  EXPECT_LE(problem.error(*narrow), problem.error(*find_tactic("LSTM", "lstm_avx512")) + 2e-7);
}

TEST(LstmTactics, narrow_weights_need_f32_of_one_magnitude_and_no_strictness) {
  const Tactic* narrow = find_tactic("LSTM", "lstm_narrow_avx512_vnni");
  if (narrow == nullptr || !(narrow->needs <= core::cpu_isa())) GTEST_SKIP() << "not on this CPU";
  const auto refusal = [&](const Dims& r, std::vector<float> weights, bool strict) {
    TacticCase problem("LSTM", {});
    problem.input({2, 1, 3}).constant({1, r[1], 3}).constant(r).values(std::move(weights));
    problem.output({});
    if (strict) problem.strict();
    return problem.refusal(*narrow);
  };
  const std::vector<float> even(4 * 100 * 100, 0.25f);
  std::vector<float> uneven = even;
  uneven[250 * 100] = 4.0f;
  EXPECT_EQ(refusal({1, 400, 100}, even, false), std::nullopt);
  EXPECT_EQ(refusal({1, 400, 100}, std::vector<float>(even.size(), 0.0f), false), std::nullopt);
  EXPECT_EQ(refusal({1, 400, 100}, uneven, false), "needs recurrent weights of one magnitude");
  uneven[250 * 100] = std::numeric_limits<float>::infinity();
  EXPECT_EQ(refusal({1, 400, 100}, uneven, false), "needs recurrent weights of one magnitude");
  EXPECT_EQ(refusal({1, 400, 100}, even, true), "does not keep all digits of small weights");
}

TEST(LstmTactics, what_is_left_to_the_reference) {
  const auto refusal = [](const Attributes& attributes, bool constant) {
    TacticCase problem("LSTM", attributes);
    problem.input({2, 1, 3}).output({});
    constant ? problem.constant({1, 20, 3}) : problem.input({1, 20, 3});
    problem.constant({1, 20, 5});
    return problem.refusal(*find_tactic("LSTM", "lstm_portable"));
  };
  EXPECT_EQ(refusal({}, true), std::nullopt);
  EXPECT_EQ(refusal({}, false), "needs constant weights");
  EXPECT_EQ(refusal({{"clip", 1.0}}, true), "needs no input_forget and no clip");
  EXPECT_EQ(refusal({{"activations", "Sigmoid Relu Tanh"}}, true),
            "needs the activations Sigmoid Tanh Tanh");
}

}  // namespace
}  // namespace trtlike::kernels
