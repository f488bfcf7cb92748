// Strided copies: inner loops of each instruction set, and the tactics of Shuffle, Slice,
// Concatenation, Padding and Reformat against references.
#include "kernels/copy/copy.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/os/cpu.h"
#include "support/tactic_runner.h"

namespace trtlike::op_test {
namespace {

using kernels::Layout;
using Ints = std::vector<int64_t>;

std::vector<const kernels::copy::InnerLoops*> loops_of_this_cpu() {
  std::vector<const kernels::copy::InnerLoops*> out = {&kernels::copy::kPortable};
#if defined(__x86_64__)
  if (core::cpu_isa() >= core::Isa::Avx2) out.push_back(&kernels::copy::kAvx2);
  if (core::cpu_isa() >= core::Isa::Avx512) out.push_back(&kernels::copy::kAvx512);
#endif
  return out;
}

TEST(InnerLoops, transposes_around_the_block_sizes) {
  for (const kernels::copy::InnerLoops* loops : loops_of_this_cpu()) {
    for (size_t log = 0; log < 4; ++log) {
      const int64_t element = int64_t{1} << log;
      for (const int64_t rows : {1, 3, 4, 7, 8, 9, 15, 16, 17, 35}) {
        for (const int64_t columns : {1, 2, 5, 8, 15, 16, 17, 33}) {
          const int64_t in_pitch = (columns + 3) * element, out_pitch = (rows + 1) * element;
          std::vector<char> in(static_cast<size_t>(rows * in_pitch)),
              out(static_cast<size_t>(columns * out_pitch), '#'), want = out;
          for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<char>(i * 7 + i / 250);
          for (int64_t r = 0; r < rows; ++r)
            for (int64_t c = 0; c < columns; ++c)
              std::copy_n(in.begin() + r * in_pitch + c * element, element,
                          want.begin() + c * out_pitch + r * element);
          loops->transpose[log](in.data(), in_pitch, out.data(), out_pitch, rows, columns);
          ASSERT_EQ(out, want) << element << " bytes, " << rows << " x " << columns;
        }
      }
    }
  }
}

TEST(InnerLoops, copies_rows_of_any_length) {
  for (const kernels::copy::InnerLoops* loops : loops_of_this_cpu()) {
    for (const int64_t bytes : {1, 3, 12, 31, 32, 33, 63, 64, 65, 130, 2048, 2049}) {
      std::vector<char> in(static_cast<size_t>(3 * (bytes + 5))),
          out(static_cast<size_t>(3 * (bytes + 2)), '#'), want = out;
      for (size_t i = 0; i < in.size(); ++i) in[i] = static_cast<char>(i * 7 + i / 250);
      for (int64_t r = 0; r < 3; ++r)
        std::copy_n(in.begin() + r * (bytes + 5), bytes, want.begin() + r * (bytes + 2));
      loops->copy_rows(in.data(), bytes + 5, out.data(), bytes + 2, 3, bytes);
      ASSERT_EQ(out, want) << bytes;
    }
  }
}

TEST(CopyPlan, merges_what_is_contiguous_on_both_sides) {
  kernels::copy::Box box;
  box.element_bytes = 4;
  box.add({8, 4, 4});
  box.add({5, 32, 32});
  box.add({3, 160, 200});
  const kernels::copy::CopyPlan plan = kernels::copy::plan_copy(box);
  EXPECT_EQ(plan.inner_kind, kernels::copy::Inner::Rows);
  EXPECT_EQ(plan.inner.count, 160);
  EXPECT_EQ(plan.rows.count, 3);
  EXPECT_EQ(plan.num_outer, 0);
  EXPECT_EQ(plan.bytes, 480);
}

TEST(CopyPlan, small_runs_become_elements) {
  kernels::copy::Box box;
  box.element_bytes = 2;
  box.add({2, 2, 2});
  box.add({10, 40, 4});
  box.add({10, 4, 40});
  const kernels::copy::CopyPlan plan = kernels::copy::plan_copy(box);
  EXPECT_EQ(plan.inner_kind, kernels::copy::Inner::Transpose);
  EXPECT_EQ(plan.element_bytes, 4);
}

const DataType kTypes[] = {DataType::Float, DataType::Half,  DataType::BF16, DataType::Int8,
                           DataType::Int64, DataType::Int32, DataType::Bool};

TEST(ShuffleCopy, transposes_any_permutation) {
  const Dims dims{3, 5, 17, 18};
  Ints order = {0, 1, 2, 3};
  do {
    for (const DataType dtype : {DataType::Float, DataType::BF16})
      TacticRunner("Shuffle", {{"first_transpose", order}}, {spread(dims, dtype)})
          .expect_reference("shuffle_copy");
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST(ShuffleCopy, transposes_any_type) {
  for (const DataType dtype : kTypes)
    TacticRunner("Shuffle", {{"first_transpose", Ints{1, 0}}}, {spread({67, 130}, dtype)})
        .expect_reference("shuffle_copy");
}

TEST(ShuffleCopy, large_transposes_are_cut_into_tiles) {
  for (const int threads : {1, 3})
    TacticRunner("Shuffle", {{"first_transpose", Ints{0, 2, 1}}}, {spread({2, 301, 523})})
        .threads(threads)
        .expect_reference("shuffle_copy");
}

TEST(ShuffleCopy, moves_attention_heads) {
  TacticRunner("Shuffle",
               {{"has_reshape", true},
                {"reshape_dims", Ints{2, 9, 4, 16}},
                {"second_transpose", Ints{0, 2, 1, 3}}},
               {spread({2, 9, 64})})
      .expect_reference("shuffle_copy");
  TacticRunner("Shuffle",
               {{"first_transpose", Ints{0, 2, 1, 3}},
                {"has_reshape", true},
                {"reshape_dims", Ints{2, 9, 64}}},
               {spread({2, 4, 9, 16})})
      .expect_reference("shuffle_copy");
}

TEST(ShuffleCopy, moves_channels_and_pixels) {
  const Given shuffle_channels = {{"has_reshape", true},
                                  {"reshape_dims", Ints{2, 2, 6, 5, 7}},
                                  {"second_transpose", Ints{0, 2, 1, 3, 4}}};
  TacticRunner("Shuffle", shuffle_channels, {spread({2, 12, 5, 7})})
      .expect_reference("shuffle_copy");
  TacticRunner("Shuffle", shuffle_channels, {spread({2, 12, 5, 7})})
      .store_input(0, channels_last(3))
      .expect_reference("shuffle_copy");
  // Depth to space, all in one: [N, 2, 2, C, H, W] -> [N, C, H, 2, W, 2].
  TacticRunner("Shuffle",
               {{"has_reshape", true},
                {"reshape_dims", Ints{1, 2, 2, 3, 5, 7}},
                {"second_transpose", Ints{0, 3, 4, 1, 5, 2}}},
               {spread({1, 12, 5, 7}, DataType::Half)})
      .expect_reference("shuffle_copy");
}

TEST(ShuffleCopy, flattens_channels_last_images) {
  // Patches of a vision transformer: [N, C, H, W] -> [N, H * W, C] is a plain copy.
  TacticRunner("Shuffle",
               {{"has_reshape", true},
                {"reshape_dims", Ints{1, 19, 15}},
                {"second_transpose", Ints{0, 2, 1}}},
               {spread({1, 19, 3, 5})})
      .store_input(0, channels_last())
      .expect_reference("shuffle_copy");
}

TEST(ShuffleCopy, keeps_either_layout) {
  for (const Stored from : {linear(), channels_last(), channels_last(2)})
    for (const Stored to : {linear(), channels_last(), channels_last(5)})
      TacticRunner("Shuffle", {{"first_transpose", Ints{0, 3, 1, 2}}}, {spread({2, 3, 5, 20})})
          .store_input(0, from)
          .store_output(to)
          .expect_reference("shuffle_copy");
}

TEST(ShuffleCopy, refuses_reshapes_across_axes_that_are_apart) {
  const TacticRunner crossing(
      "Shuffle",
      {{"first_transpose", Ints{1, 0}}, {"has_reshape", true}, {"reshape_dims", Ints{4, 3}}},
      {spread({2, 6})});
  EXPECT_EQ(crossing.refusal("shuffle_copy"), "needs a reshape that keeps or splits axes");
  TacticRunner("Shuffle", {{"has_reshape", true}, {"reshape_dims", Ints{4, 3}}}, {spread({2, 6})})
      .expect_reference("shuffle_copy");
  TacticRunner("Shuffle", {{"first_transpose", Ints{1, 0}}}, {spread({0, 6})})
      .expect_reference("shuffle_copy");
}

TEST(ReformatCopy, changes_layouts) {
  for (const DataType dtype : {DataType::Float, DataType::BF16, DataType::Int8})
    for (const Dims& dims : {Dims{1, 3, 33, 35}, Dims{2, 40, 7, 9}, Dims{1, 1, 4, 4},
                             Dims{1, 17, 3}, Dims{2, 5, 2, 3, 4}})
      for (const Stored from : {linear(), channels_last(), channels_last(3)})
        for (const Stored to : {linear(), channels_last(), channels_last(1)})
          TacticRunner("Reformat", {{"to_type", static_cast<int64_t>(dtype)}},
                       {spread(dims, dtype)})
              .store_input(0, from)
              .store_output(to)
              .expect_reference("reformat_copy");
}

TEST(ConcatenationCopy, joins_any_axis_in_any_layout) {
  for (const int64_t axis : {0, 1, 2, -1})
    for (const Stored first : {linear(), channels_last(), channels_last(4)})
      for (const Stored out : {linear(), channels_last(), channels_last(1)}) {
        Dims a{2, 3, 4, 5}, b = a, c = a;
        const int at = core::normalize_axis(axis, 4, "axis");
        b[at] = 17;
        c[at] = 0;
        TacticRunner("Concatenation", {{"axis", axis}},
                     {spread(a), spread(b), spread(c), spread(a)})
            .store_input(0, first)
            .store_input(1, channels_last())
            .store_output(out)
            .expect_reference("concatenation_copy");
      }
}

TEST(ConcatenationCopy, joins_any_type) {
  for (const DataType dtype : kTypes)
    TacticRunner("Concatenation", {{"axis", int64_t{1}}},
                 {spread({4, 1}, dtype), spread({4, 3}, dtype), spread({4, 1}, dtype)})
        .expect_reference("concatenation_copy");
}

TEST(SliceCopy, takes_ranges_with_strides) {
  for (const Stored from : {linear(), channels_last(), channels_last(3)})
    for (const Stored to : {linear(), channels_last(), channels_last(1)}) {
      TacticRunner("Slice",
                   {{"start", Ints{1, 0, -1, 2}},
                    {"shape", Ints{9, 19, -100, 9}},
                    {"stride", Ints{1, 2, -2, 3}},
                    {"clamp_ends", true}},
                   {spread({3, 20, 7, 11})})
          .store_input(0, from)
          .store_output(to)
          .expect_reference("slice_copy");
      TacticRunner("Slice", {{"start", Ints{0, 3, 0, 0}}, {"shape", Ints{2, 16, 7, 11}}},
                   {spread({2, 20, 7, 11}, DataType::Half)})
          .store_input(0, from)
          .store_output(to)
          .expect_reference("slice_copy");
    }
}

TEST(SliceCopy, reads_outside_by_every_mode) {
  for (const int64_t mode : {1, 2, 3, 4})
    for (const Stored stored : {linear(), channels_last()})
      TacticRunner("Slice",
                   {{"start", Ints{0, -1, -3, 2}}, {"shape", Ints{2, 6, 13, 15}}, {"mode", mode}},
                   {spread({2, 4, 5, 6}), absent(), absent(), absent(), floats({}, {7.5})})
          .store_input(0, stored)
          .store_output(stored)
          .expect_reference("slice_copy");
}

TEST(SliceCopy, finds_ranges_that_are_computed_at_run_time) {
  for (const bool clamp_ends : {false, true}) {
    const Tensor ends = clamp_ends ? ints({-1, 200}) : ints({3, 4});
    TacticRunner runner("Slice", {{"clamp_ends", clamp_ends}},
                        {spread({2, 5, 9}), ints({1, 2}), ends, ints({1, 1}), absent(),
                         Tensor{DataType::Int32, {2}, {1, -1}}});
    for (const size_t input : {1, 2, 3}) runner.compute_at_run_time(input);
    runner.expect_reference("slice_copy");
  }
  const TacticRunner unknown_axes =
      TacticRunner("Slice", {}, {spread({5}), ints({1}), ints({3}), absent(), absent(), ints({0})})
          .compute_at_run_time(1)
          .compute_at_run_time(5);
  EXPECT_EQ(unknown_axes.refusal("slice_copy"), "needs axes that are known when it is prepared");
}

TEST(PaddingCopy, surrounds_images) {
  for (const Stored from : {linear(), channels_last(2)})
    for (const Stored to : {linear(), channels_last(), channels_last(1)})
      TacticRunner("Padding", {{"pre_padding", Ints{1, 2}}, {"post_padding", Ints{3, -1}}},
                   {spread({2, 3, 5, 6}, DataType::BF16)})
          .store_input(0, from)
          .store_output(to)
          .expect_reference("padding_copy");
}

}  // namespace
}  // namespace trtlike::op_test
