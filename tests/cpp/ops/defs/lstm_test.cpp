// LSTM's reference against ONNX Runtime.
#include "support/run_op.h"

namespace trtlike::ops {
namespace {

using test::absent;
using test::AttributeList;
using test::expect_error;
using test::expect_tensor;
using test::infer_op;
using test::pattern;
using test::run_op_all;
using test::Tensor;

constexpr auto kFloat = DataType::Float;
constexpr int64_t kHidden = 2;

Tensor scaled(Tensor tensor, double factor) {
  for (int64_t i = 0; i < core::elems(tensor.dims); ++i)
    tensor.view().set(i, tensor.view().at(i) * factor);
  return tensor;
}

Tensor weights(int64_t directions, int64_t seed) {
  return scaled(pattern({directions, 4 * kHidden, 2}, seed), 0.25);
}

TEST(LSTM, forward) {
  const auto out = run_op_all(
      "LSTM",
      {pattern({3, 2, 2}), weights(1, 1), weights(1, 2), scaled(pattern({1, 16}, 3), 0.125)},
      {{"hidden_size", kHidden}});
  expect_tensor(out[0], {3, 1, 2, 2},
                {-0.1047547, 0.1037955, 0.1936935, -0.07048832, -0.09692215, 0.03356531, -0.141656,
                 0.1176631, 0.07758124, 0.003465186, 0.06478307, -0.0602747});
  expect_tensor(out[1], {1, 2, 2}, {0.07758124, 0.003465186, 0.06478307, -0.0602747});
  expect_tensor(out[2], {1, 2, 2}, {0.1367301, 0.01174427, 0.08381528, -0.1841237});
}

std::vector<Tensor> bidirectional_inputs() {
  return {pattern({3, 2, 2}),
          weights(2, 1),
          weights(2, 2),
          scaled(pattern({2, 16}, 3), 0.125),
          Tensor(DataType::Int32, {2}, {3, 2}),
          scaled(pattern({2, 2, 2}, 4), 0.25),
          scaled(pattern({2, 2, 2}, 5), 0.25),
          scaled(pattern({2, 6}, 6), 0.25)};
}

TEST(LSTM, both_directions_with_lengths_states_and_peepholes) {
  const auto out = run_op_all("LSTM", bidirectional_inputs(),
                              {{"hidden_size", kHidden}, {"direction", "bidirectional"}});
  expect_tensor(out[0], {3, 2, 2, 2}, {-0.2270312, 0.06125148,   0.2033216,  -0.08445705,
                                       0.2530755,  0.02938614,   0.09580833, -0.003699114,
                                       -0.138423,  -0.02164325,  -0.1621157, 0.1136097,
                                       0.09253906, 0.03224161,   0.3823059,  -0.1314718,
                                       0.03550082, -0.004099329, 0,          0,
                                       0.1323744,  0.09584238,   0,          0});
  expect_tensor(out[1], {2, 2, 2},
                {0.03550082, -0.004099329, -0.1621157, 0.1136097, 0.2530755, 0.02938614, 0.09580833,
                 -0.003699114});
  expect_tensor(out[2], {2, 2, 2},
                {0.06304483, -0.01423248, -0.4563529, 0.4933591, 0.5242271, 0.05622983, 0.5941813,
                 -0.009506255});
}

/// Exchanges the first two extents.
Tensor swapped(const Tensor& x) {
  Tensor out(x.dtype, x.dims);
  std::swap(out.dims[0], out.dims[1]);
  const int64_t inner = core::elems_between(x.dims, 2, x.dims.rank());
  for (int64_t i = 0; i < x.dims[0]; ++i)
    for (int64_t j = 0; j < x.dims[1]; ++j)
      for (int64_t k = 0; k < inner; ++k)
        out.view().set((j * x.dims[0] + i) * inner + k,
                       x.view().at((i * x.dims[1] + j) * inner + k));
  return out;
}

TEST(LSTM, batch_first_is_the_same_numbers) {
  std::vector<Tensor> inputs = bidirectional_inputs();
  const auto plain = run_op_all("LSTM", inputs, {{"direction", "bidirectional"}});
  for (const size_t i : {0, 5, 6}) inputs[i] = swapped(inputs[i]);
  const auto out =
      run_op_all("LSTM", inputs, {{"direction", "bidirectional"}, {"layout", int64_t{1}}});
  EXPECT_EQ(out[0].dims, (Dims{2, 3, 2, 2}));
  for (int64_t step = 0; step < 3; ++step)
    for (int64_t d = 0; d < 2; ++d)
      for (int64_t b = 0; b < 2; ++b)
        EXPECT_EQ(out[0].view().at(((b * 3 + step) * 2 + d) * 2),
                  plain[0].view().at(((step * 2 + d) * 2 + b) * 2));
  EXPECT_EQ(swapped(out[1]).elements(), plain[1].elements());
  EXPECT_EQ(swapped(out[2]).elements(), plain[2].elements());
}

TEST(LSTM, reverse_with_other_activations_and_clipping) {
  const auto out = run_op_all("LSTM", {pattern({3, 2, 2}), weights(1, 1), weights(1, 2)},
                              {{"hidden_size", kHidden},
                               {"direction", "reverse"},
                               {"activations", "HardSigmoid Softsign Relu"},
                               {"activation_alpha", std::vector<double>{0.3}},
                               {"activation_beta", std::vector<double>{0.4}},
                               {"clip", 0.5}});
  expect_tensor(out[0], {3, 1, 2, 2},
                {0, 0.02699838, 0.02420119, 0, 0, 0, 0, 0.02894387, 0.05060275, 0, 0.04583333, 0});
  expect_tensor(out[2], {1, 2, 2}, {-0.2064143, 0.1026981, 0.04400216, -0.06750709});
}

TEST(LSTM, input_forget) {
  const auto out = run_op_all("LSTM", {pattern({3, 2, 2}), weights(1, 1), weights(1, 2)},
                              {{"hidden_size", kHidden}, {"input_forget", int64_t{1}}});
  expect_tensor(out[2], {1, 2, 2}, {-0.02528569, -0.1504486, -0.2809504, -0.2689999});
}

TEST(LSTM, unknown_extents_stay_unknown) {
  const auto out =
      infer_op("LSTM", {{kFloat, {-1, -1, 3}}, {kFloat, {2, 20, 3}}, {kFloat, {2, 20, 5}}},
               {{"hidden_size", int64_t{5}}, {"direction", "bidirectional"}});
  EXPECT_EQ(out[0].dims, (Dims{-1, 2, -1, 5}));
  EXPECT_EQ(out[2].dims, (Dims{2, -1, 5}));
}

TEST(LSTM, refusals_name_what_does_not_fit) {
  const auto expect = [](const Dims& w, const AttributeList& attributes, const char* part) {
    expect_error<UserError>(
        [&] {
          infer_op("LSTM", {{kFloat, {7, 1, 3}}, {kFloat, w}, {kFloat, {1, 8, 2}}}, attributes);
        },
        part);
  };
  expect({1, 8, 4}, {}, "input 1 'w': expected shape [1, 8, 3], got [1, 8, 4]");
  expect({1, 8, 3}, {{"direction", "sideways"}}, "'direction': expected 'forward'");
  expect({1, 8, 3}, {{"activations", "Sigmoid Tanh"}}, "'activations': expected 3 names");
  expect({1, 8, 3}, {{"activations", "Sigmoid Tanh Cosine"}}, "got 'Cosine'");
}

}  // namespace
}  // namespace trtlike::ops
