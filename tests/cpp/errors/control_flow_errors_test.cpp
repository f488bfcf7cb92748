// What loops and conditionals refuse: as layers, as networks, and as regions of a plan.
#include "core/strings.h"
#include "engine/plan.h"
#include "errors/refusals.h"
#include "support/make_plan.h"
#include "trtlike/builder.h"

namespace trtlike::test {
namespace {

using enum DataType;
using L = std::vector<int64_t>;

const LayerCase kLayers[] = {
    {"condition_of_floats",
     "ConditionalOutput",
     {floats({2}), ints({2})},
     {},
     "[ops] branches: expected values of one type and rank, got FLOAT with shape [2] and INT64 "
     "with shape [2]."},
    {"turns",
     "Recurrence",
     {floats({2}), floats({2, 2})},
     {},
     "[ops] turns: expected values of one type and rank, got FLOAT with shape [2] and FLOAT with "
     "shape [2, 2]."},
    {"varying_axes",
     "Recurrence",
     {floats({2})},
     {{"varying_axes", L{1}}},
     "[ops] varying_axes: expected axes from 0 to 0, got 1."},
    {"length",
     "LoopOutput",
     {floats({2}), floats({})},
     {{"kind", 1}},
     "[ops] input 1 'length': expected one INT32 or INT64, got FLOAT with shape []."},
    {"axis",
     "Iterator",
     {floats({2, 3})},
     {{"axis", 2}},
     "[ops] axis: expected one from -2 to 1, got 2."},
};

const RefusalCase kAdders[] = {
    {"condition",
     [] {
       Network network;
       network.add_if_conditional().set_condition(network.add_input("x", Float, {}));
     },
     "[ir] node '(Unnamed Layer* 0) [Condition]' (Condition): [ops] input 0 'condition': expected "
     "one BOOL, got FLOAT with shape []."},
    {"outputs",
     [] {
       Network network;
       network.add_layer("If", {network.add_input("c", Bool, {})},
                         {{"num_outputs", -1}, {"else_refusal", std::string()}});
     },
     "[ops] If: expected a number of outputs from 0 to 65536, got -1."},
    {"empty_loop", [] { Loop().add_recurrence({}); },
     "[network] loop: expected one of a network, got an empty handle."},
    {"name_of_an_empty_loop", [] { (void)Loop().name(); },
     "[network] loop: expected one of a network, got an empty handle."},
};

/// The log of a build of what `fill` makes of x [2], flag and count.
LoggedCase network_case(const char* name,
                        void (*fill)(Network&, const Tensor&, const Tensor&, const Tensor&),
                        const std::string& sentence) {
  return {name,
          [fill](const std::shared_ptr<Logger>& logger) {
            Network network;
            network.set_name("net");
            const Tensor x = network.add_input("x", Float, {2}),
                         flag = network.add_input("flag", Bool, {}),
                         count = network.add_input("count", Int64, {});
            fill(network, x, flag, count);
            BuilderConfig config;
            config.set_builder_optimization_level(0);
            EXPECT_EQ(Builder(logger).build_serialized_network(network, config), nullptr);
          },
          "while building 'net': " + sentence};
}

Tensor exponential(Network& network, const Tensor& x) {
  Layer layer = network.add_unary(x, UnaryOperation::Exp);
  layer.set_name("exp");
  return layer.output(0);
}

/// A loop named 'turns' whose value goes through exp.
Loop add_turns(Network& network, const Tensor& x, RecurrenceLayer& value) {
  Loop loop = network.add_loop();
  loop.set_name("turns");
  value = loop.add_recurrence(x);
  value.set_name("value");
  Tensor next = exponential(network, value.output(0));
  next.set_name("e");
  value.set_input(1, next);
  return loop;
}

const LoggedCase kNetworks[] = {
    network_case(
        "no_condition",
        [](Network& network, const Tensor& x, const Tensor&, const Tensor&) {
          IfConditional conditional = network.add_if_conditional();
          conditional.set_name("choice");
          network.mark_output(conditional.add_output(x, x).output(0));
        },
        "[network] conditional 'choice': expected one condition, got 0. Call set_condition once."),
    network_case(
        "one_branch",
        [](Network& network, const Tensor& x, const Tensor& flag, const Tensor&) {
          IfConditional conditional = network.add_if_conditional();
          conditional.set_name("choice");
          conditional.set_condition(flag);
          Layer end = conditional.add_output(x, x);
          end.set_name("end");
          end.set_input(1, {});
          network.mark_output(end.output(0));
        },
        "[network] conditional 'choice', layer 'end': expected a tensor of each branch, got one."),
    network_case(
        "leak",
        [](Network& network, const Tensor& x, const Tensor&, const Tensor& count) {
          RecurrenceLayer value{Layer()};
          Loop loop = add_turns(network, x, value);
          loop.add_trip_limit(count, TripLimit::Count);
          network.mark_output(
              loop.add_loop_output(value.output(0), LoopOutput::LastValue).output(0));
          network.mark_output(exponential(network, value.input(1)));
        },
        "[network] loop 'turns': expected 'e' to leave the loop through a loop output, got layer "
        "'exp' that reads it directly."),
    network_case(
        "overlap",
        [](Network& network, const Tensor& x, const Tensor& flag, const Tensor& count) {
          // The turn's end needs the branch, and the branch the loop's end.
          RecurrenceLayer value{Layer()};
          Loop loop = network.add_loop();
          loop.set_name("turns");
          value = loop.add_recurrence(x);
          loop.add_trip_limit(count, TripLimit::Count);
          IfConditional conditional = network.add_if_conditional();
          conditional.set_name("choice");
          conditional.set_condition(flag);
          const Tensor last =
              loop.add_loop_output(value.output(0), LoopOutput::LastValue).output(0);
          Loop other = network.add_loop();
          RecurrenceLayer inner = other.add_recurrence(value.output(0));
          other.add_trip_limit(count, TripLimit::Count);
          inner.set_input(1, network.add_unary(value.output(0), UnaryOperation::Exp).output(0));
          value.set_input(1, network.add_unary(inner.output(0), UnaryOperation::Neg).output(0));
          network.mark_output(
              other.add_loop_output(inner.output(0), LoopOutput::LastValue).output(0));
          network.mark_output(conditional.add_output(last, x).output(0));
        },
        "[network] loop 'turns': expected loops and conditionals that lie inside each other whole "
        "or not at all, got ones that overlap."),
};

/// y = exp(x), as a plan inside a step.
engine::Plan exponential_region() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {2});
  maker.output(maker.step("Unary", "exp", {x}, {{"op", int64_t{0}}}), "y");
  return maker.plan;
}

engine::PlanStep region_step(const char* op, const PlanMaker::Attributes& attributes) {
  engine::PlanStep step;
  step.op = op;
  step.name = "s";
  step.attributes = ops::complete_attributes(ops::get_op(op), attributes);
  return step;
}

int32_t add_value(engine::Plan& plan, const char* name, const Dims& dims) {
  plan.values.push_back({.name = name, .dims = dims});
  return static_cast<int32_t>(plan.values.size()) - 1;
}

/// y = flag ? exp(x) : exp(x).
engine::Plan branch_plan() {
  PlanMaker maker;
  const int32_t flag = maker.input("flag", {}, Bool), x = maker.input("x", {2});
  engine::PlanStep step = region_step("If", {});
  step.inputs = {flag, x};
  step.outputs = {add_value(maker.plan, "y", {2})};
  step.regions = {0, 1};
  maker.plan.steps.push_back(step);
  maker.plan.regions = {exponential_region(), exponential_region()};
  maker.output(step.outputs[0], "y");
  return maker.plan;
}

/// The rows exp(x) of `count` turns.
engine::Plan loop_plan() {
  PlanMaker maker;
  const int32_t count = maker.input("count", {}, Int64), x = maker.input("x", {2});
  engine::PlanStep step = region_step("Loop", {{"reversed", L{0}}});
  step.inputs = {count, -1, x};
  step.outputs = {add_value(maker.plan, "y", {-1, 2})};
  step.regions = {0};
  maker.plan.steps.push_back(step);
  PlanMaker turn;
  turn.input("turn", {}, Int64);
  const int32_t inside = turn.input("x", {2});
  turn.output(turn.step("Unary", "exp", {inside}, {{"op", int64_t{0}}}), "row");
  maker.plan.regions = {turn.plan};
  maker.output(step.outputs[0], "y");
  return maker.plan;
}

RefusalCase plan_case(const char* name, engine::Plan (*make)(), void (*change)(engine::Plan&),
                      const std::string& sentence) {
  return {name,
          [make, change] {
            engine::Plan plan = make();
            change(plan);
            engine::validate_plan(plan, 0);
          },
          "PlanError: [engine] step 's' " + sentence};
}

const RefusalCase kPlans[] = {
    plan_case(
        "regions", branch_plan, [](engine::Plan& p) { p.steps[0].regions.pop_back(); },
        "(If), regions: expected 2, got 1."),
    plan_case(
        "index", branch_plan, [](engine::Plan& p) { p.steps[0].regions[1] = 2; },
        "(If), region 1: expected the index of one of 2, got 2."),
    plan_case(
        "tactic", branch_plan, [](engine::Plan& p) { p.steps[0].tactic = "reference"; },
        "(If): expected regions alone to compute it, got a tactic or packed inputs."),
    plan_case(
        "binding", branch_plan, [](engine::Plan& p) { p.regions[0].bindings[0].value = 9; },
        "(If), region 0, binding 0: expected the index of a value, got 9."),
    plan_case(
        "order", branch_plan,
        [](engine::Plan& p) { std::swap(p.regions[0].bindings[0], p.regions[0].bindings[1]); },
        "(If), region 0, binding 0: expected inputs before outputs."),
    plan_case(
        "profiles", branch_plan, [](engine::Plan& p) { p.regions[0].profiles.emplace_back(); },
        "(If), region 0, profiles: expected none, got 1."),
    plan_case(
        "counts", branch_plan, [](engine::Plan& p) { p.steps[0].inputs.push_back(1); },
        "(If), region 0, bindings: expected 2 inputs and 1 outputs, got 1 and 1."),
    plan_case(
        "types", branch_plan, [](engine::Plan& p) { p.regions[1].values[0].dtype = BF16; },
        "(If), region 1, input 0: expected f32[2], got bf16[2]."),
    plan_case(
        "flag", branch_plan, [](engine::Plan& p) { p.values[0].dims = {2}; },
        "(If), region 0, condition: expected one BOOL, got b8[2]."),
    plan_case(
        "absent_flag", branch_plan, [](engine::Plan& p) { p.steps[0].inputs[0] = -1; },
        "(If), region 0, condition: expected a value, got none."),
    plan_case(
        "absent_input", branch_plan, [](engine::Plan& p) { p.steps[0].inputs[1] = -1; },
        "(If), region 0, input 0: expected a value, got none."),
    plan_case(
        "rows", loop_plan, [](engine::Plan& p) { p.values[2].dims = {}; },
        "(Loop), region 0, output 0: expected rows, got []."),
    plan_case(
        "carried", loop_plan, [](engine::Plan& p) { p.steps[0].attributes.set("num_carried", 2); },
        "(Loop), region 0, loop: expected at most 1 carried values and an order for each other "
        "output, got 2 and 1."),
    plan_case(
        "carried_types", loop_plan,
        [](engine::Plan& p) {
          p.steps[0].attributes.set("num_carried", int64_t{1});
          p.steps[0].attributes.set("reversed", L{});
          p.regions[0].values[2].dims = {3};
          p.values[2].dims = {3};
        },
        "(Loop), region 0, carried value 0: expected f32[2], got f32[3]."),
    plan_case(
        "of_another_op", branch_plan,
        [](engine::Plan& p) {
          p.steps[0].op = "Identity";
          p.steps[0].attributes = {};
          p.steps[0].inputs = {1};
        },
        "(Identity), regions: expected none, got 2."),
};

TEST(ControlFlowPlans, of_the_cases_are_valid) {
  EXPECT_NO_THROW(engine::validate_plan(branch_plan(), 0));
  EXPECT_NO_THROW(engine::validate_plan(loop_plan(), 0));
}

INSTANTIATE_TEST_SUITE_P(ControlFlow, LayerRefusals, testing::ValuesIn(kLayers),
                         case_name<LayerCase>);
INSTANTIATE_TEST_SUITE_P(ControlFlow, Refusals, testing::ValuesIn(kAdders), case_name<RefusalCase>);
INSTANTIATE_TEST_SUITE_P(ControlFlow, LoggedRefusals, testing::ValuesIn(kNetworks),
                         case_name<LoggedCase>);
INSTANTIATE_TEST_SUITE_P(ControlFlowPlans, Refusals, testing::ValuesIn(kPlans),
                         case_name<RefusalCase>);

}  // namespace
}  // namespace trtlike::test
