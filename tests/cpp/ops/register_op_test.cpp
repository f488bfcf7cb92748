// Ops that are added while the program runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "ops/op.h"
#include "trtlike/error.h"

namespace trtlike::ops {
namespace {

/// An op with names of its own, y = x * factor. Its reference and rules read `factor` from self.
struct OwnedOp {
  std::string name;
  double factor = 1;
  OpDefinition op;
};

std::shared_ptr<const OpDefinition> scale_op(const std::string& name, double factor) {
  const auto owned = std::make_shared<OwnedOp>();
  owned->name = name;
  owned->factor = factor;
  owned->op = {.name = owned->name.c_str(),
               .meaning = "a test's",
               .layer_type = LayerType::PluginV3,
               .attributes = {},
               .inputs = {{"input"}},
               .infer = [](const InferArgs& args) { args.outputs[0] = args.inputs[0]; },
               .reference =
                   [](const ReferenceArgs& args) {
                     const double by = static_cast<const OwnedOp*>(args.self)->factor;
                     for (int64_t i = 0; i < args.outputs[0].elems(); ++i)
                       args.outputs[0].set(i, args.inputs[0].at(i) * by);
                   },
               .propagate = nullptr,
               .is_view =
                   [](const InferArgs& args) {
                     return static_cast<const OwnedOp*>(args.self)->factor == 1;
                   }};
  owned->op.self = owned.get();
  return {owned, &owned->op};
}

TEST(RegisterOp, an_added_op_is_found_and_gets_its_self) {
  const OpDefinition& op = register_op(scale_op("RegisterOpTwice", 2));
  EXPECT_EQ(find_op("RegisterOpTwice"), &op);
  EXPECT_EQ(&get_op("RegisterOpTwice"), &op);
  EXPECT_THAT(registered_ops(), testing::Contains(&op));
  for (const OpDefinition* other : built_in_ops()) EXPECT_NE(other, &op);
  float x[] = {1, -3}, y[2];
  const core::TensorView in[] = {{x, DataType::Float, {2}}}, out[] = {{y, DataType::Float, {2}}};
  op.reference({op.self, {}, in, out});
  EXPECT_THAT(y, testing::ElementsAre(2, -6));
  const TensorType types[] = {{DataType::Int32, {2}}};
  const HostValue host[] = {std::vector<int64_t>{5, 6}};
  EXPECT_EQ(*propagate(op, {}, types, host, types)[0], (std::vector<int64_t>{10, 12}));
}

TEST(RegisterOp, threads_may_add_and_find_at_once) {
  constexpr int kThreads = 4, kOps = 50;
  std::vector<std::jthread> threads;
  std::atomic<int> added = 0, found = 0;
  for (int t = 0; t < kThreads; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < kOps; ++i) {
        const std::string name = "RegisterOpThreads" + std::to_string(i);
        try {
          register_op(scale_op(name, i));
          ++added;
        } catch (const UserError&) {
        }
        const OpDefinition* op = find_op(name);
        found += op != nullptr && op->name == name;
      }
    });
  threads.clear();
  EXPECT_EQ(added, kOps);
  EXPECT_EQ(found, kThreads * kOps);
}

}  // namespace
}  // namespace trtlike::ops
