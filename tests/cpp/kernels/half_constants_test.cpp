// Every tactic that multiplies by constants takes them as halves too, and packs them: whichever is
// chosen, a plan can hold them in half the bytes.
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/os/cpu.h"
#include "support/tactic_case.h"

namespace trtlike::kernels {
namespace {

using test::Storage;
using test::TacticCase;

/// Problems that each tactic for f32 takes one of, with constants of this type.
std::vector<TacticCase> problems(DataType constants) {
  const Storage image{.layout = Layout::ChannelsLast};
  std::vector<TacticCase> out;
  const auto convolve = [&](const char* op, Dims in, Storage from, Dims kernel, int64_t stride,
                            int64_t groups) {
    const bool forward = std::string_view(op) != "Deconvolution";
    TacticCase& problem =
        out.emplace_back(op, std::vector<std::pair<std::string, AttributeValue>>{
                                 {"num_output_maps", forward ? kernel[0] : kernel[1] * groups},
                                 {"kernel_size", std::vector<int64_t>{kernel[2], kernel[3]}},
                                 {"stride", std::vector<int64_t>{stride, stride}},
                                 {"num_groups", groups}});
    problem.input(in, from).constant(kernel, {constants}).output(image);
  };
  for (const char* op : {"Convolution", "FusedConvolution"}) {
    for (const int64_t stride : {1, 2})
      convolve(op, {1, 24, 12, 12}, image, {24, 24, 3, 3}, stride, 1);
    convolve(op, {1, 3, 20, 20}, {}, {24, 3, 7, 7}, 2, 1);
    convolve(op, {1, 3, 20, 20}, image, {24, 3, 7, 7}, 2, 1);
    convolve(op, {1, 24, 12, 12}, image, {24, 1, 3, 3}, 1, 24);
  }
  convolve("Deconvolution", {1, 24, 6, 6}, image, {24, 24, 3, 3}, 2, 1);
  for (const char* op : {"MatrixMultiply", "FusedMatrixMultiply"})
    out.emplace_back(op, std::vector<std::pair<std::string, AttributeValue>>{})
        .input({48, 256})
        .constant({256, 512}, {constants});
  return out;
}

TEST(HalfConstants, are_taken_and_packed_by_every_tactic_that_takes_floats) {
  std::vector<TacticCase> floats = problems(DataType::Float), halves = problems(DataType::Half);
  std::set<std::string> taken, all;
  for (size_t i = 0; i < floats.size(); ++i) {
    const std::string op = floats[i].problem().op->name;
    for (const Tactic* tactic : tactics_for(op)) {
      if (tactic->source == Source::Reference || !(tactic->needs <= core::cpu_isa())) continue;
      all.insert(op + " " + tactic->name);
      if (floats[i].refusal(*tactic)) continue;
      taken.insert(op + " " + tactic->name);
      EXPECT_EQ(halves[i].refusal(*tactic), std::nullopt) << tactic->name << halves[i].describe();
      ASSERT_NE(tactic->packed_inputs, nullptr) << tactic->name;
      for (TacticCase* problem : {&floats[i], &halves[i]})
        EXPECT_TRUE(packed_inputs(*tactic, problem->problem()).contains(1)) << tactic->name;
      EXPECT_LE(halves[i].error(*tactic), 1e-5) << tactic->name << halves[i].describe();
    }
  }
  // What computes in sixteen bits has no problem in floats, and oneDNN no product below AVX-512.
  for (const std::string& name : all) {
    const bool sixteen =
        name.find("_bf16_") != std::string::npos || name.find("_f16_") != std::string::npos;
    const bool product = name.ends_with("matmul_onednn") && !(core::cpu_isa() >= core::Isa::Avx512);
    EXPECT_TRUE(sixteen || product || taken.contains(name)) << name << " took no problem";
  }
}

}  // namespace
}  // namespace trtlike::kernels
