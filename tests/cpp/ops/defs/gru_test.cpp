// References of GRU and RNN against ONNX Runtime.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::expect_error;
using test::expect_tensor;
using test::pattern;
using test::run_op_all;
using test::Tensor;

constexpr int64_t kHidden = 2;

Tensor scaled(Tensor tensor, double factor) {
  for (int64_t i = 0; i < core::elems(tensor.dims); ++i)
    tensor.view().set(i, tensor.view().at(i) * factor);
  return tensor;
}

/// Three steps of two sequences, the second one step shorter, in both directions, with all
/// operands.
std::vector<Tensor> bidirectional_inputs(int64_t gates) {
  return {pattern({3, 2, 2}),
          scaled(pattern({2, gates * kHidden, 2}, 1), 0.25),
          scaled(pattern({2, gates * kHidden, 2}, 2), 0.25),
          scaled(pattern({2, 2 * gates * kHidden}, 3), 0.125),
          Tensor(DataType::Int32, {2}, {3, 2}),
          scaled(pattern({2, 2, 2}, 4), 0.25)};
}

TEST(GRU, forward) {
  const auto out =
      run_op_all("GRU",
                 {pattern({3, 2, 2}), scaled(pattern({1, 6, 2}, 1), 0.25),
                  scaled(pattern({1, 6, 2}, 2), 0.25), scaled(pattern({1, 12}, 3), 0.125)},
                 {{"hidden_size", kHidden}});
  expect_tensor(out[0], {3, 1, 2, 2},
                {-0.07035329, -0.1494259, -0.4710896, 0.03902261, -0.4257738, -0.3905865,
                 -0.2785208, -0.1388869, -0.3626727, -0.2599156, -0.710552, 0.09759314});
  expect_tensor(out[1], {1, 2, 2}, {-0.3626727, -0.2599156, -0.710552, 0.09759314});
}

TEST(GRU, both_directions_with_lengths_and_state) {
  const auto out = run_op_all("GRU", bidirectional_inputs(3), {{"direction", "bidirectional"}});
  expect_tensor(out[0], {3, 2, 2, 2},
                {-0.1655031, -0.1329937, -0.3944995, 0.2060653,  0.5910549,  -0.1405336,
                 0.4059565,  -0.2138461, -0.4587559, -0.3744696, -0.2521475, -0.04535189,
                 0.1785697,  -0.3469208, 0.6932403,  0.06262358, -0.3669882, -0.2485832,
                 0,          0,          0.3328717,  -0.328564,  0,          0});
  expect_tensor(out[1], {2, 2, 2},
                {-0.3669882, -0.2485832, -0.2521475, -0.04535189, 0.5910549, -0.1405336, 0.4059565,
                 -0.2138461});
}

TEST(GRU, linear_before_reset) {
  const auto out =
      run_op_all("GRU", bidirectional_inputs(3),
                 {{"direction", "bidirectional"}, {"linear_before_reset", int64_t{1}}});
  expect_tensor(out[1], {2, 2, 2},
                {-0.2773678, -0.2025221, -0.2211554, 0.01860626, 0.5188315, -0.2369807, 0.362572,
                 -0.3106903});
}

TEST(GRU, refuses_weights_of_another_cell) {
  expect_error<UserError>(
      [] { run_op_all("GRU", bidirectional_inputs(4), {{"direction", "bidirectional"}}); },
      "input 1 'w': expected shape [2, 6, 2], got [2, 8, 2]");
}

TEST(RNN, both_directions_with_other_activations) {
  const auto out = run_op_all("RNN", bidirectional_inputs(1),
                              {{"direction", "bidirectional"}, {"activations", "Tanh Relu"}});
  expect_tensor(out[0], {3, 2, 2, 2},
                {0.6281055,  0.0799073,   -0.1739929, -0.3702147, 0, 0.6158447, 0.4765625, 0,
                 0.274542,   -0.6961892,  0.7855419,  0.2505453,  0, 2.355469,  0,         0,
                 -0.2545936, -0.05003405, 0,          0,          0, 0,         0,         0});
  expect_tensor(out[1], {2, 2, 2},
                {-0.2545936, -0.05003405, 0.7855419, 0.2505453, 0, 0.6158447, 0.4765625, 0});
}

}  // namespace
}  // namespace trtlike::ops
