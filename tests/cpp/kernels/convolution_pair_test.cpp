// Every tactic of ConvolutionPair against the op's reference, on shapes around vectors, tiles,
// bands and chunks.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/tactic_case.h"
#include "trtlike/error.h"

namespace trtlike::kernels {
namespace {

using test::Storage;
using test::TacticCase;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;
using Ints = std::vector<int64_t>;

constexpr const char* kSilu = "in 1; v1 = sigmoid v0; v2 = prod v0 v1; out v2";
constexpr const char* kClip = "in 1; v1 = clip v0 0 0.6; out v1";

struct Pair {
  Dims input{1, 5, 9, 11};
  int64_t channels = 20;
  Ints kernel{3, 3};
  Ints stride{1, 1};
  Ints pre{1, 1};
  Ints post{1, 1};
  const char* first_program = "";
  const char* program = "";
  bool has_biases = true;
  int64_t pitch = 0;  ///< beyond the channels
};

TacticCase make_case(const Pair& p) {
  TacticCase out("ConvolutionPair", {{"num_groups", p.channels},
                                     {"stride", p.stride},
                                     {"pre_padding", p.pre},
                                     {"post_padding", p.post},
                                     {"first_program", std::string(p.first_program)},
                                     {"program", std::string(p.program)}});
  const auto stored = [&](int64_t channels) {
    return Storage{DataType::Float, Layout::ChannelsLast, p.pitch == 0 ? 0 : channels + p.pitch};
  };
  const auto bias = [&] {
    if (p.has_biases) {
      out.constant({p.channels});
    } else {
      out.absent();
    }
  };
  out.input(p.input, stored(p.input[1])).constant({p.channels, p.input[1], 1, 1});
  bias();
  out.constant({p.channels, 1, p.kernel[0], p.kernel[1]});
  bias();
  out.output(stored(p.channels));
  return out;
}

void expect_all_close(TacticCase problem) {
  int ran = 0;
  for (const Tactic* tactic : tactics_for("ConvolutionPair")) {
    if (tactic->source != Source::Native || problem.refusal(*tactic)) continue;
    EXPECT_LE(problem.error(*tactic), 1e-5) << tactic->name << " " << problem.describe();
    ++ran;
  }
  EXPECT_GE(ran, 1) << problem.describe();
}

TEST(ConvolutionPair, channels_around_the_vector_width) {
  for (const int64_t from : {1, 4, 17})
    for (const int64_t channels : {1, 3, 15, 16, 17, 33, 64, 70, 130})
      expect_all_close(
          make_case({.input = {1, from, 6, 7}, .channels = channels, .program = kSilu}));
}

TEST(ConvolutionPair, extents_around_the_tiles) {
  for (const int64_t stride : {1, 2})
    for (int64_t w = 1; w <= 18; ++w)
      expect_all_close(make_case({.input = {2, 3, 1 + w % 5, w},
                                  .stride = {stride, stride},
                                  .first_program = kClip,
                                  .program = kClip}));
}

TEST(ConvolutionPair, kernels_strides_and_padding) {
  for (const int64_t height : {1, 3, 4, 5})
    for (const int64_t width : {3, 5, 7})
      for (const int64_t stride : {1, 2, 3})
        for (const auto& [pre, post] : std::vector<std::pair<Ints, Ints>>{
                 {{0, 0}, {0, 0}}, {{2, 1}, {0, 3}}, {{5, 7}, {6, 4}}})
          expect_all_close(make_case({.input = {1, 6, 10, 12},
                                      .kernel = {height, width},
                                      .stride = {stride, std::min<int64_t>(stride, 2)},
                                      .pre = pre,
                                      .post = post,
                                      .first_program = kSilu}));
}

TEST(ConvolutionPair, bands_and_chunks) {
  for (const int threads : {1, 2, 3, 8}) {
    expect_all_close(make_case({.input = {2, 4, 40, 9}, .first_program = kSilu}).threads(threads));
    // More rows than a worker may hold at a time.
    for (const int64_t stride : {1, 2})
      expect_all_close(make_case({.input = {1, 3, 31, 400},
                                  .channels = 70,
                                  .kernel = {5, 5},
                                  .stride = {stride, stride},
                                  .pre = {2, 2},
                                  .post = {2, 2},
                                  .program = kClip})
                           .threads(threads));
  }
}

TEST(ConvolutionPair, pitches_no_biases_and_empty_batches) {
  expect_all_close(make_case({.pitch = 3}));
  expect_all_close(make_case({.first_program = kSilu, .has_biases = false}));
  expect_all_close(make_case({.input = {0, 5, 9, 11}}));
}

TEST(ConvolutionPair, refusals_say_what_is_missing) {
  const Tactic* tactic = find_tactic("ConvolutionPair", "convolution_pair_f32_4x8_portable");
  ASSERT_NE(tactic, nullptr);
  EXPECT_THAT(*make_case({.kernel = {3, 4}}).refusal(*tactic),
              testing::HasSubstr("needs a kernel 3, 5 or 7 wide"));
  EXPECT_EQ(make_case({.program = "in 1; v1 = tanh v0; out v1"}).refusal(*tactic),
            "needs programs that clip or gate");
}

TEST(ConvolutionPair, packed_constants_of_another_size_are_refused) {
  TacticCase problem = make_case({});
  const Tactic* tactic = find_tactic("ConvolutionPair", "convolution_pair_f32_4x8_portable");
  ASSERT_NE(tactic, nullptr);
  const Packed packed = pack(*tactic, problem.problem());
  const auto* data = static_cast<const std::byte*>(packed.data.get());
  EXPECT_NE(prepare(*tactic, problem.problem(), {data, packed.bytes}), nullptr);
  EXPECT_THROW(prepare(*tactic, problem.problem(), {data, packed.bytes - 4}), PlanError);
}

}  // namespace
}  // namespace trtlike::kernels
