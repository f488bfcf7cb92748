// Tactics that are added while the program runs, and what all tactics are asked through.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "kernels/tactic.h"
#include "trtlike/error.h"

namespace trtlike::kernels {
namespace {

using testing::HasSubstr;
using testing::ThrowsMessage;

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

TEST(RegisterTactic, names_are_taken_once_an_op) {
  const auto add = [](const char* name, const char* op) {
    register_tactic(std::make_shared<Tactic>(useless_tactic(name, op)));
  };
  add("register_tactic_once", first_op());
  add("register_tactic_once", test_op("RegisterTacticSecond"));
  const std::pair<const char*, const char*> taken[] = {{"register_tactic_once", first_op()},
                                                       {"reference", first_op()},
                                                       {"softmax_portable", "Softmax"}};
  for (const auto& [name, op] : taken)
    EXPECT_THAT(([&] { add(name, op); }),
                ThrowsMessage<UserError>(HasSubstr(
                    core::str("[kernels] register_tactic: expected a name that no tactic of ", op,
                              " has, got '", name, "'. Tactics can be neither replaced"))));
}

TEST(RegisterTactic, tactics_that_cannot_be_used_are_refused) {
  const auto refusal = [](auto&& change) {
    Tactic tactic = useless_tactic("register_tactic_bad", first_op());
    change(tactic);
    try {
      register_tactic(std::make_shared<Tactic>(tactic));
    } catch (const UserError& e) {
      return std::string(e.what());
    }
    return std::string();
  };
  EXPECT_THAT(refusal([](Tactic& t) { t.name = nullptr; }), HasSubstr("with a name and an op"));
  EXPECT_THAT(refusal([](Tactic& t) { t.ops[0] = "Frobnicate"; }),
              HasSubstr("expected the name of an op that is there, got 'Frobnicate'. Register"));
  EXPECT_THAT(refusal([](Tactic& t) { t.prepare = nullptr; }),
              HasSubstr("tactic 'register_tactic_bad': expected refuse and prepare"));
  EXPECT_THAT(refusal([](Tactic& t) { t.pack = [](const Problem&) { return Packed{}; }; }),
              HasSubstr("both of packed_inputs and pack"));
  EXPECT_THAT([] { register_tactic(nullptr); },
              ThrowsMessage<UserError>(HasSubstr("expected a tactic, got null")));
  EXPECT_EQ(find_tactic(first_op(), "register_tactic_bad"), nullptr);
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
