// The reformat tactics of every instruction set: all pairs of layouts and types, sizes around the
// tiles, pitch, slices.
#include "kernels/reformat/reformat.h"

#include "support/pointwise_case.h"

namespace trtlike::kernels {
namespace {

using test::LaidOut;
using test::random_tensor;
using test::Tensor;

constexpr Layout kLayouts[] = {Layout::Linear, Layout::ChannelsLast};

/// Those of this family that run on this CPU.
std::vector<const Tactic*> tactics() {
  std::vector<const Tactic*> out;
  for (const char* name : {"reformat_avx512", "reformat_avx2", "reformat_portable"})
    if (const Tactic* tactic = find_tactic("Reformat", name))
      if (tactic->needs <= core::cpu_isa()) out.push_back(tactic);
  return out;
}

void check(const LaidOut& input, const TensorDesc& output, int threads = 1) {
  const test::AttributeList attributes = {{"to_type", static_cast<int64_t>(output.dtype)}};
  const Tensor want = test::run_op("Reformat", {input.tensor}, attributes);
  for (const Tactic* tactic : tactics()) {
    const std::string what =
        std::string(tactic->name) + " " + input.desc().to_string() + " to " + output.to_string();
    test::expect_close(test::run_tactic("Reformat", *tactic, {input}, output, attributes, threads),
                       want, 0, 0, what);
  }
}

TEST(Reformat, all_pairs_of_layouts_at_sizes_around_the_tiles) {
  for (const int64_t channels : {1, 3, 7, 8, 9, 16, 17, 31, 33, 64})
    for (const Dims& spatial : {Dims{1, 1}, Dims{3, 5}, Dims{4, 4}, Dims{1, 17}, Dims{9, 9}})
      for (const Layout from : kLayouts)
        for (const Layout to : kLayouts) {
          const Dims dims{2, channels, spatial[0], spatial[1]};
          check({random_tensor(DataType::Float, dims, 1), from}, {DataType::Float, dims, to});
        }
}

TEST(Reformat, all_pairs_of_types) {
  const DataType floats[] = {DataType::Float, DataType::Half, DataType::BF16};
  const Dims dims{1, 19, 5, 7};
  for (const Layout from : kLayouts)
    for (const Layout to : kLayouts) {
      for (const DataType a : floats)
        for (const DataType b : floats) check({random_tensor(a, dims, 1), from}, {b, dims, to});
      for (const DataType type :
           {DataType::Int8, DataType::UInt8, DataType::Int32, DataType::Int64, DataType::Bool})
        check({random_tensor(type, dims, 2, 0, 100), from}, {type, dims, to});
    }
}

TEST(Reformat, pitches) {
  const Dims dims{2, 20, 3, 6};
  const Tensor x = random_tensor(DataType::Float, dims, 1);
  const auto last = Layout::ChannelsLast;
  check({x, last, 29}, {DataType::Float, dims, Layout::Linear});
  check({x, Layout::Linear}, {DataType::BF16, dims, last, 32});
  check({x, last, 29}, {DataType::Float, dims, last, 23});
}

TEST(Reformat, slices_cover_everything) {
  for (const Dims& dims : {Dims{1, 70, 40, 41}, Dims{3, 16, 33, 33}, Dims{1, 3, 130, 130}})
    for (const Layout from : kLayouts)
      for (const Layout to : kLayouts)
        check({random_tensor(DataType::Float, dims, 1), from}, {DataType::Float, dims, to}, 8);
}

TEST(Reformat, other_ranks_and_empty) {
  check({random_tensor(DataType::Float, {2, 5, 9}, 1)},
        {DataType::Half, {2, 5, 9}, Layout::ChannelsLast});
  check({random_tensor(DataType::Float, {2, 5, 2, 3, 4}, 1), Layout::ChannelsLast},
        {DataType::Float, {2, 5, 2, 3, 4}});
  check({random_tensor(DataType::Float, {7}, 1)}, {DataType::BF16, {7}});
  check({random_tensor(DataType::Float, {}, 1)}, {DataType::Half, {}});
  check({random_tensor(DataType::Float, {2, 0, 3}, 1)},
        {DataType::Half, {2, 0, 3}, Layout::ChannelsLast});
}

TEST(Reformat, refusals) {
  const Tactic& tactic = *find_tactic("Reformat", "reformat_portable");
  const Dims dims{1, 2, 3};
  EXPECT_EQ(test::refusal_of("Reformat", tactic, {{random_tensor(DataType::Int32, dims, 1)}},
                             {DataType::Float, dims}, {}),
            "needs floating-point types or equal ones, got s32 and f32");
}

}  // namespace
}  // namespace trtlike::kernels
