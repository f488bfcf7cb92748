// Tactics that are added while the program runs, and what all tactics are asked through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/tactic.h"
#include "trtlike/error.h"

namespace trtlike::kernels {
namespace {

using testing::HasSubstr;

/// Test ops with a reference, so that tests of all tactics of other ops see no further ones.
const char* test_op(const char* name) {
  if (ops::find_op(name) != nullptr) return name;
  return ops::register_op(std::make_shared<ops::OpDefinition>(
                              ops::OpDefinition{.name = name,
                                                .meaning = "a test's",
                                                .layer_type = ops::kInternalLayer,
                                                .attributes = {},
                                                .inputs = {{"input"}},
                                                .infer = [](const ops::InferArgs&) {},
                                                .reference = [](const ops::ReferenceArgs&) {}}))
      .name;
}
const char* first_op() { return test_op("RegisterTacticFirst"); }

/// Refuses everything, with a word from self.
std::optional<std::string> refuse_all(const void* self, const Problem&) {
  return self == nullptr ? "no self" : *static_cast<const std::string*>(self);
}

std::unique_ptr<Kernel> prepare_none(const Problem&, std::span<const std::byte>) { return nullptr; }

Tactic useless_tactic(const char* name, const char* op) {
  return {.name = name,
          .ops = {op},
          .source = Source::Added,
          .needs = core::Isa::Portable,
          .refuse = refuse_all,
          .prepare = prepare_none};
}

TEST(RegisterTactic, an_added_tactic_stands_before_the_reference_and_gets_its_self) {
  static const std::string reason = "needs a better day";
  Tactic tactic = useless_tactic("register_tactic_self", first_op());
  tactic.self = &reason;
  const Tactic& added = register_tactic(std::make_shared<Tactic>(tactic));
  EXPECT_EQ(find_tactic(first_op(), "register_tactic_self"), &added);
  EXPECT_EQ(refuse(added, {}), reason);
  const std::vector<const Tactic*> all = tactics_for(first_op());
  EXPECT_NE(std::find(all.begin(), all.end(), &added), all.end());
  EXPECT_EQ(all.back()->source, Source::Reference);
  EXPECT_EQ(find_tactic("Softmax", "register_tactic_self"), nullptr);
  EXPECT_TRUE(packed_inputs(added, {}).empty());
}

TEST(RegisterTactic, ops_may_have_tactics_of_one_name) {
  const char* const ops[] = {first_op(), test_op("RegisterTacticSecond")};
  for (const char* op : ops)
    register_tactic(std::make_shared<Tactic>(useless_tactic("register_tactic_both", op)));
  EXPECT_NE(find_tactic(ops[0], "register_tactic_both"),
            find_tactic(ops[1], "register_tactic_both"));
}

TEST(RegisterTactic, functions_with_and_without_self_are_called_as_they_are) {
  const int number = 5;
  using Number = core::Callback<int(int)>;
  const Number plain = [](int x) { return x + 1; };
  const Number with_self = [](const void* self, int x) {
    return *static_cast<const int*>(self) + x;
  };
  EXPECT_EQ(plain(&number, 2), 3);
  EXPECT_EQ(with_self(&number, 2), 7);
  EXPECT_TRUE(Number() == nullptr);
  EXPECT_TRUE(Number(nullptr) == nullptr);
  EXPECT_FALSE(plain == nullptr);
  EXPECT_FALSE(with_self == nullptr);
}

/// Every tactic, references included, takes plain integers for the numbers themselves.
TEST(QuantizedOperands, are_refused_by_every_tactic_that_does_not_read_scales) {
  int asked = 0;
  for (const ops::OpDefinition* op : ops::built_in_ops())
    for (const Tactic* tactic : tactics_for(op->name)) {
      if (!(tactic->needs <= core::cpu_isa()) || (tactic->flags & kQuantized) != 0) continue;
      Problem problem;
      problem.op = op;
      problem.inputs = {{DataType::Int8, {1, 4, 2, 2}}};
      problem.outputs = problem.inputs;
      for (TensorDesc* desc : {&problem.inputs[0], &problem.outputs[0]}) {
        desc->quantization = core::Quantization::per_tensor(0.5f);
        EXPECT_EQ(refuse(*tactic, problem),
                  "needs operands that are not quantized, got s8[1, 4, 2, 2] quantized")
            << tactic->name;
        desc->quantization = {};
        ++asked;
      }
    }
  EXPECT_GT(asked, 100);
}

TEST(QuantizedOperands, are_told_apart_by_comparison_and_by_scheme_in_the_key) {
  const ops::Attributes attributes;
  const auto problem = [&](const core::Quantization& quantization) {
    Problem out;
    out.op = &ops::get_op("Softmax");
    out.attributes = &attributes;
    out.inputs = {{DataType::Int8, {2, 3}}};
    out.inputs[0].quantization = quantization;
    return out;
  };
  using core::Quantization;
  const Problem plain = problem({}), tensor = problem(Quantization::per_tensor(0.5f)),
                other = problem(Quantization::per_tensor(0.25f)),
                shifted = problem(Quantization::per_tensor(0.5f, 3)),
                channels = problem(Quantization::per_channel(0, {1, 2})),
                blocks = problem(Quantization::per_block(1, 2, {1, 1, 1, 1}));
  EXPECT_NE(tensor.inputs[0], other.inputs[0]);
  EXPECT_EQ(tensor.inputs[0], problem(Quantization::per_tensor(0.5f)).inputs[0]);
  EXPECT_EQ(tensor.key(), other.key());
  const std::string keys[] = {plain.key(), tensor.key(), shifted.key(), channels.key(),
                              blocks.key()};
  for (size_t i = 0; i < std::size(keys); ++i)
    for (size_t j = 0; j < i; ++j) EXPECT_NE(keys[i], keys[j]);
  EXPECT_THAT(keys[4], HasSubstr("s8[2, 3] quantized along 1 by 2"));
}

}  // namespace
}  // namespace trtlike::kernels
