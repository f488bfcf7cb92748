// Normalization tactics against the op's reference: layer, RMS, instance and group normalization.
#include "support/expect_tactics.h"

namespace trtlike::kernels {
namespace {

using test::expect_native_tactics;
using test::storage_tolerance;
using test::TacticCase;
using Attributes = std::vector<std::pair<std::string, AttributeValue>>;

constexpr DataType kTypes[] = {DataType::Float, DataType::Half, DataType::BF16};

enum class Operands { None, Scale, Bias, Both };

void check(const Dims& dims, const Dims& operand, const Attributes& attributes, DataType dtype,
           Operands operands = Operands::Both, Layout layout = Layout::Linear, int64_t pitch = 0) {
  TacticCase problem("Normalization", attributes);
  problem.input(dims, {dtype, layout, pitch}).output({dtype, layout, pitch});
  operands == Operands::Scale || operands == Operands::Both ? problem.constant(operand, {dtype})
                                                            : problem.absent();
  if (operands == Operands::Bias || operands == Operands::Both) problem.constant(operand, {dtype});
  expect_native_tactics(problem, 4 * storage_tolerance(dtype));
}

TEST(NormalizationTactics, rows_at_every_width_around_the_vector) {
  for (const bool simplified : {false, true})
    for (const int64_t n : {2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 384, 768})
      for (const DataType dtype : kTypes)
        check({5, n}, {1, n}, {{"axes", int64_t{2}}, {"simplified", simplified}}, dtype);
}

TEST(NormalizationTactics, rows_of_f32_are_written_in_any_type) {
  for (const DataType to : {DataType::Half, DataType::BF16})
    for (const int64_t n : {2, 7, 8, 9, 15, 16, 17, 33, 65, 768}) {
      TacticCase rows("Normalization", {{"axes", int64_t{2}}});
      rows.input({5, n}).constant({1, n}).constant({n}).output({to});
      expect_native_tactics(rows, 4 * storage_tolerance(to));
      TacticCase pixels("Normalization", {{"axes", int64_t{2}}});
      pixels.input({2, n, 3, 2}, {DataType::Float, Layout::ChannelsLast, n + 3});
      pixels.constant({1, n, 1, 1}).absent().output({to, Layout::ChannelsLast, n + 5});
      expect_native_tactics(pixels, 4 * storage_tolerance(to));
    }
}

TEST(NormalizationTactics, moments_of_channels_keep_the_inputs_type) {
  TacticCase problem("Normalization", {{"axes", int64_t{12}}});
  problem.input({1, 8, 3, 3}, {DataType::Float, Layout::ChannelsLast});
  problem.output({DataType::BF16, Layout::ChannelsLast});
  EXPECT_EQ(problem.refusal(*find_tactic("Normalization", "normalization_portable")),
            "needs an output of the input's type");
}

TEST(NormalizationTactics, scale_and_bias_are_optional) {
  for (const Operands operands : {Operands::None, Operands::Scale, Operands::Bias}) {
    check({2, 3, 37}, {37}, {{"axes", int64_t{4}}}, DataType::Float, operands);
    check({2, 6, 5, 4}, {1, 6, 1, 1}, {{"axes", int64_t{12}}, {"num_groups", int64_t{3}}},
          DataType::Float, operands);
    check({2, 6, 5, 4}, {1, 6, 1, 1}, {{"axes", int64_t{12}}, {"num_groups", int64_t{3}}},
          DataType::Float, operands, Layout::ChannelsLast);
  }
}

TEST(NormalizationTactics, several_trailing_axes) {
  check({3, 2, 4, 9}, {1, 1, 4, 9}, {{"axes", int64_t{12}}}, DataType::Float);
  check({3, 2, 4, 9}, {2, 4, 9}, {{"axes", int64_t{14}}}, DataType::Float);
}

TEST(NormalizationTactics, instances_and_groups_in_both_layouts) {
  for (const Layout layout : {Layout::Linear, Layout::ChannelsLast})
    for (const DataType dtype : kTypes)
      for (const int64_t groups : {1, 2, 12, 24}) {
        const Attributes attributes = {{"axes", int64_t{12}}, {"num_groups", groups}};
        check({2, 24, 7, 5}, {1, 24, 1, 1}, attributes, dtype, Operands::Both, layout);
        if (layout == Layout::ChannelsLast)
          check({2, 24, 7, 5}, {1, 24, 1, 1}, attributes, dtype, Operands::Both, layout, 31);
      }
}

TEST(NormalizationTactics, all_channels_as_one_group_in_both_layouts) {
  for (const Layout layout : {Layout::Linear, Layout::ChannelsLast})
    for (const DataType dtype : kTypes)
      for (const Operands operands : {Operands::None, Operands::Scale, Operands::Both})
        for (const Dims& dims : {Dims{2, 24, 7, 5}, Dims{1, 5, 1, 3}, Dims{3, 17, 1, 1}})
          check(dims, {1, dims[1], 1, 1}, {{"axes", int64_t{14}}}, dtype, operands, layout);
  check({2, 9, 31}, {1, 9, 1}, {{"axes", int64_t{6}}}, DataType::Float);
}

TEST(NormalizationTactics, one_element_is_nothing_but_its_bias) {
  for (const Layout layout : {Layout::Linear, Layout::ChannelsLast}) {
    TacticCase image("Normalization", {{"axes", int64_t{12}}});
    image.input({2, 19, 1, 1}, {DataType::Float, layout}).constant({1, 19, 1, 1});
    image.constant({1, 19, 1, 1}).output({DataType::Float, layout});
    expect_native_tactics(image, 0);
  }
  TacticCase rows("Normalization", {{"axes", int64_t{2}}});
  rows.input({5, 1}).constant({1, 1}).constant({1}).output({DataType::Float});
  expect_native_tactics(rows, 0);
}

TEST(NormalizationTactics, one_number_a_group) {
  for (const Layout layout : {Layout::Linear, Layout::ChannelsLast})
    check({2, 24, 7, 5}, {1, 4, 1, 1}, {{"axes", int64_t{12}}, {"num_groups", int64_t{4}}},
          DataType::Float, Operands::Both, layout);
}

TEST(NormalizationTactics, channels_of_every_pixel) {
  check({2, 40, 3, 5}, {1, 40, 1, 1}, {{"axes", int64_t{2}}}, DataType::Float, Operands::Both,
        Layout::ChannelsLast, 41);
}

TEST(NormalizationTactics, variable_scale_and_bias) {
  TacticCase problem("Normalization", {{"axes", int64_t{2}}});
  problem.input({4, 50}).input({1, 50}).input({50}).output({});
  expect_native_tactics(problem, 1e-5);
}

TEST(NormalizationTactics, large_means_do_not_cancel) {
  for (const Layout layout : {Layout::Linear, Layout::ChannelsLast}) {
    TacticCase problem("Normalization", {{"axes", int64_t{12}}});
    std::vector<float> values(2 * 20 * 30);
    for (size_t i = 0; i < values.size(); ++i)
      values[i] = 1000 + static_cast<float>(i * 7919 % 64) / 64;
    problem.input({1, 2, 20, 30}, {DataType::Float, layout})
        .values(values)
        .output({DataType::Float, layout});
    // Numbers near 1000 are 6e-5 apart, and deviate by 0.3 from their mean.
    expect_native_tactics(problem, 3e-4);
  }
}

TEST(NormalizationTactics, one_large_number_is_its_own_mean) {
  TacticCase row("Normalization", {{"axes", int64_t{2}}});
  row.input({3, 1}).values({1e20f, -7e15f, 3}).constant({1, 1}).constant({1}).output({});
  expect_native_tactics(row, 0);
  for (const Layout layout : {Layout::Linear, Layout::ChannelsLast}) {
    TacticCase pixels("Normalization", {{"axes", int64_t{12}}});
    pixels.input({1, 3, 1, 1}, {DataType::Float, layout}).values({1e20f, -7e15f, 3});
    pixels.constant({1, 3, 1, 1}).constant({1, 3, 1, 1}).output({DataType::Float, layout});
    expect_native_tactics(pixels, 0);
  }
}

TEST(NormalizationTactics, scattered_axes_are_refused) {
  TacticCase problem("Normalization", {{"axes", int64_t{0b010}}});
  problem.input({2, 3, 4}).output({});
  EXPECT_EQ(problem.refusal(*find_tactic("Normalization", "normalization_portable")),
            "needs normalized axes that lie together");
}

}  // namespace
}  // namespace trtlike::kernels
