// Ops and tactics that cannot be registered at run time.
#include "errors/refusals.h"
#include "kernels/tactic.h"
#include "ops/op.h"

namespace trtlike::test {
namespace {

using kernels::Problem;
using kernels::Tactic;
using ops::OpDefinition;

/// An op that could be registered but for what `change` makes of it.
RefusalCase bad_op(const char* name, void (*change)(OpDefinition&), const std::string& sentence) {
  return {name,
          [change] {
            OpDefinition op{.name = "ErrorsOp",
                            .meaning = "a test's",
                            .layer_type = ops::kInternalLayer,
                            .attributes = {},
                            .inputs = {{"input"}},
                            .infer = [](const ops::InferArgs&) {},
                            .reference = nullptr};
            change(op);
            ops::register_op(std::make_shared<OpDefinition>(op));
          },
          "[ops] register_op" + sentence};
}

RefusalCase bad_tactic(const char* name, void (*change)(Tactic&), const std::string& sentence) {
  return {name,
          [change] {
            Tactic tactic{.name = "errors_tactic",
                          .ops = {"Softmax"},
                          .source = kernels::Source::Added,
                          .needs = core::Isa::Portable,
                          .refuse = [](const Problem&) { return std::optional<std::string>("no"); },
                          .prepare =
                              [](const Problem&, std::span<const std::byte>) {
                                return std::unique_ptr<kernels::Kernel>();
                              }};
            change(tactic);
            kernels::register_tactic(std::make_shared<Tactic>(tactic));
          },
          "[kernels] register_tactic" + sentence};
}

const RefusalCase kOps[] = {
    {"null", [] { ops::register_op(nullptr); }, "[ops] register_op: expected an op, got null."},
    bad_op(
        "name", [](OpDefinition& op) { op.name = ""; },
        ": expected an op with a name and a meaning, got none."),
    bad_op(
        "infer", [](OpDefinition& op) { op.infer = nullptr; },
        ", op 'ErrorsOp': expected a shape rule (infer), got none."),
    bad_op(
        "outputs", [](OpDefinition& op) { op.num_outputs = 0; },
        ", op 'ErrorsOp': expected at least one output, got 0."),
    bad_op(
        "blob",
        [](OpDefinition& op) {
          op.save_blob = [](const void*, const ops::Attributes&) { return ops::Blob{}; };
        },
        ", op 'ErrorsOp': expected both of save_blob and load_blob, or none, got one."),
    bad_op(
        "taken", [](OpDefinition& op) { op.name = "Convolution"; },
        ": expected a name that no op has, got 'Convolution'. Ops can be neither replaced nor "
        "removed."),
    bad_op(
        "taken_at_run_time",
        [](OpDefinition& op) {
          op.name = "ErrorsTakenOp";
          if (ops::find_op(op.name) == nullptr)
            ops::register_op(std::make_shared<OpDefinition>(op));
        },
        ": expected a name that no op has, got 'ErrorsTakenOp'. Ops can be neither replaced nor "
        "removed."),
};

const RefusalCase kTactics[] = {
    {"null", [] { kernels::register_tactic(nullptr); },
     "[kernels] register_tactic: expected a tactic, got null."},
    bad_tactic(
        "name", [](Tactic& tactic) { tactic.name = nullptr; },
        ": expected a tactic with a name and an op, got none."),
    bad_tactic(
        "op", [](Tactic& tactic) { tactic.ops = {"Softmax", "Frobnicate"}; },
        ", tactic 'errors_tactic': expected the name of an op that is there, got 'Frobnicate'. "
        "Register the op first."),
    bad_tactic(
        "prepare", [](Tactic& tactic) { tactic.prepare = nullptr; },
        ", tactic 'errors_tactic': expected refuse and prepare, got null."),
    bad_tactic(
        "pack",
        [](Tactic& tactic) { tactic.pack = [](const Problem&) { return kernels::Packed{}; }; },
        ", tactic 'errors_tactic': expected both of packed_inputs and pack, or none, got one."),
    bad_tactic(
        "taken", [](Tactic& tactic) { tactic.name = "softmax_portable"; },
        ": expected a name that no tactic of Softmax has, got 'softmax_portable'. Tactics can be "
        "neither replaced nor removed."),
    bad_tactic(
        "reference", [](Tactic& tactic) { tactic.name = "reference"; },
        ": expected a name that no tactic of Softmax has, got 'reference'. Tactics can be neither "
        "replaced nor removed."),
};

INSTANTIATE_TEST_SUITE_P(RegisterOp, Refusals, testing::ValuesIn(kOps), case_name<RefusalCase>);
INSTANTIATE_TEST_SUITE_P(RegisterTactic, Refusals, testing::ValuesIn(kTactics),
                         case_name<RefusalCase>);

}  // namespace
}  // namespace trtlike::test
