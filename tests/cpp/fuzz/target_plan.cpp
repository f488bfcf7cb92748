// The plan reader on bytes, and the validator on plans whose fields say something else.
#include <cmath>
#include <cstring>

#include "engine/loaded_plan.h"
#include "engine/plan_format.h"
#include "fuzz/fuzz_target.h"
#include "kernels/tactic.h"
#include "support/damaged_plan.h"
#include "support/gain_op.h"
#include "support/make_plan.h"
#include "support/refittable_plan.h"

namespace trtlike::test {
namespace {

PlanMaker good_plan() {
  PlanMaker maker;
  const int32_t x = maker.input("x", {-1, 4, 3, 3});
  const int32_t shape = maker.input("shape", {2}, DataType::Int32, true);
  const int32_t c = maker.constant("c", {1, 4, 1, 1}, DataType::Float, {1, 2, 3, 4});
  const int32_t sum = maker.step("ElementWise", "sum", {x, c}, {{"op", int64_t{0}}});
  const int32_t start = maker.constant("start", {4}, DataType::Int64, {0, 1, 0, 0});
  const int32_t part = maker.step(
      "Slice", "part", {sum, start},
      {{"shape", std::vector<int64_t>{1, 2, 3, 3}}, {"stride", std::vector<int64_t>{1, 1, 1, 1}}});
  const int32_t joined = maker.step("Concatenation", "join", {part, part}, {{"axis", int64_t{1}}});
  const int32_t pool =
      maker.step("Pooling", "pool", {joined}, {{"window_size", std::vector<int64_t>{2, 2}}});
  maker.output(maker.step("Shuffle", "view", {pool, shape}, {{"has_reshape", true}}), "y");
  maker.output(maker.step("Shape", "extents", {pool}), "extents");
  maker.profile().shapes["x"] = {Dims{1, 4, 3, 3}, Dims{1, 4, 3, 3}, Dims{2, 4, 3, 3}};
  return maker;
}

/// x -> quantized -> quantized otherwise -> y, and what the gains keep.
PlanMaker good_quantized_plan() {
  static const auto gain = add_gain("fuzz", 2);
  PlanMaker maker;
  const std::vector<std::pair<std::string, AttributeValue>> state = {
      {"state", std::string("fuzz")}};
  const int32_t x = maker.input("x", {-1, 4});
  const int32_t a = maker.step("TestGain", "a", {x}, state, "gain");
  const int32_t b = maker.step("TestGain", "b", {a}, state, "gain");
  maker.output(maker.step("TestGain", "c", {b}, state, "gain"), "y");
  engine::Plan& plan = maker.plan;
  for (const int32_t value : {a, b}) plan.values[static_cast<size_t>(value)].dtype = DataType::Int8;
  plan.values[static_cast<size_t>(a)].quantization = core::Quantization::per_tensor(0.5f, 3);
  plan.values[static_cast<size_t>(b)].quantization = core::Quantization::per_tensor(0.25f);
  maker.blob("gain", 2);
  maker.profile().shapes["x"] = {Dims{1, 4}, Dims{1, 4}, Dims{2, 4}};
  return maker;
}

std::string bytes_of(const HostMemory& memory) {
  return {static_cast<const char*>(memory.data()), memory.nbytes()};
}

/// Choices from the fuzzer's bytes; zeros once they are used up.
class Choices {
 public:
  explicit Choices(std::string_view bytes) : bytes_(bytes) {}

  bool has_more() const { return at_ < bytes_.size(); }
  uint8_t byte() { return has_more() ? static_cast<uint8_t>(bytes_[at_++]) : 0; }
  size_t below(size_t count) { return count == 0 ? 0 : byte() % count; }
  int64_t number() {
    static constexpr int64_t kNumbers[] = {-1,
                                           0,
                                           1,
                                           2,
                                           3,
                                           4,
                                           7,
                                           -2,
                                           64,
                                           1 << 20,
                                           INT64_C(1) << 31,
                                           INT64_C(1) << 48,
                                           INT64_C(1) << 62,
                                           INT64_MAX,
                                           INT64_MIN,
                                           -5};
    return kNumbers[below(std::size(kNumbers))];
  }
  template <typename T>
  T& of(std::vector<T>& items) {
    static thread_local T nothing{};
    return items.empty() ? (nothing = {}) : items[below(items.size())];
  }

 private:
  std::string_view bytes_;
  size_t at_ = 0;
};

void change_dims(Dims& dims, Choices& choices) {
  if (choices.below(4) == 0 && dims.rank() < Dims::kMaxDims) dims.push_back(choices.number());
  if (dims.rank() > 0)
    dims[static_cast<int>(choices.below(static_cast<size_t>(dims.rank())))] = choices.number();
}

core::Quantization draw_quantization(Choices& choices) {
  static constexpr float kScales[] = {0.5f, 1, 0, -1, NAN, INFINITY, 1e-30f, 3};
  std::vector<float> scales(choices.below(6));
  for (float& scale : scales) scale = kScales[choices.below(std::size(kScales))];
  std::vector<int32_t> zeros(choices.below(2) == 0 ? 0 : scales.size());
  for (int32_t& zero : zeros) zero = static_cast<int32_t>(choices.number());
  return core::Quantization::of(static_cast<int32_t>(choices.number()), choices.number(),
                                choices.below(2) == 0, std::move(scales), std::move(zeros));
}

void change_value(engine::PlanValue& value, Choices& choices) {
  switch (choices.below(7)) {
    case 0:
      value.dtype = static_cast<DataType>(choices.byte() % 14);
      break;
    case 1:
      value.dtype = value.logical_dtype = static_cast<DataType>(choices.byte() % 14);
      break;
    case 2:
      value.layout = static_cast<kernels::Layout>(choices.byte() % 4);
      break;
    case 3:
      value.kind = static_cast<engine::ValueKind>(choices.byte() % 3);
      break;
    case 4:
      (choices.below(2) == 0 ? value.constant.offset : value.constant.bytes) =
          static_cast<uint64_t>(choices.number());
      break;
    case 5:
      value.quantization = draw_quantization(choices);
      break;
    default:
      change_dims(value.dims, choices);
      break;
  }
}

void change_attribute(engine::PlanStep& step, Choices& choices) {
  const auto& items = step.attributes.items();
  if (items.empty()) return;
  const auto [name, old_value] = items[choices.below(items.size())];
  AttributeValue value = old_value;
  if (std::holds_alternative<int64_t>(value)) value = choices.number();
  if (std::holds_alternative<bool>(value)) value = choices.below(2) == 1;
  if (std::holds_alternative<double>(value)) value = static_cast<double>(choices.number()) * 0.5;
  if (auto* list = std::get_if<std::vector<int64_t>>(&value)) {
    if (choices.below(3) == 0) list->push_back(0);
    choices.of(*list) = choices.number();
  }
  step.attributes.set(name, value);
}

void change_op(engine::PlanStep& step, Choices& choices) {
  const auto ops = ops::built_in_ops();
  const ops::OpDefinition& op = *ops[choices.below(ops.size())];
  step.op = op.name;
  step.attributes = {};
  for (const ops::AttributeSpec& spec : op.attributes)
    step.attributes.set(spec.name, spec.default_value);
  step.outputs.resize(static_cast<size_t>(op.num_outputs), -1);
  const auto tactics = kernels::tactics_for(op.name);
  step.tactic = tactics.empty() ? "" : tactics[choices.below(tactics.size())]->name;
}

void change_step(engine::PlanStep& step, Choices& choices) {
  switch (choices.below(9)) {
    case 0:
      change_op(step, choices);
      break;
    case 1: {
      const auto tactics = kernels::tactics_for(step.op);
      step.tactic = tactics.empty() || choices.below(4) == 0
                        ? ""
                        : tactics[choices.below(tactics.size())]->name;
      break;
    }
    case 2:
      choices.of(step.inputs) = static_cast<int32_t>(choices.byte() % 14) - 1;
      break;
    case 3:
      choices.of(step.outputs) = static_cast<int32_t>(choices.byte() % 14) - 1;
      break;
    case 4:
      step.inputs.push_back(static_cast<int32_t>(choices.byte() % 14) - 1);
      break;
    case 5:
      step.constant_inputs.insert(choices.below(70));
      break;
    case 6: {
      const size_t place = choices.below(3);
      step.constant_inputs.insert(place);
      step.packed_inputs.insert(place);
      if (place < step.inputs.size()) step.inputs[place] = -1;
      kernels::TensorDesc desc{static_cast<DataType>(choices.byte() % 13), Dims{4}};
      change_dims(desc.dims, choices);
      if (choices.below(2) == 0) desc.quantization = draw_quantization(choices);
      step.packed_descs.push_back(std::move(desc));
      step.packed.bytes = static_cast<uint64_t>(choices.byte()) * 64;
      break;
    }
    case 7:
      step.blob = static_cast<int32_t>(choices.number());
      break;
    default:
      change_attribute(step, choices);
      break;
  }
}

void change_rest(engine::Plan& plan, Choices& choices) {
  switch (choices.below(6)) {
    case 4:
      (choices.below(2) == 0 ? choices.of(plan.blobs).range.offset
                             : choices.of(plan.blobs).range.bytes) =
          static_cast<uint64_t>(choices.number());
      break;
    case 5:
      if (choices.below(2) == 0)
        plan.blobs.push_back({choices.below(2) == 0 ? "gain" : "", {}});
      else if (!plan.blobs.empty())
        plan.blobs.pop_back();
      break;
    case 0:
      choices.of(plan.bindings).value = static_cast<int32_t>(choices.byte() % 14) - 1;
      break;
    case 1:
      choices.of(plan.bindings).is_shape_tensor = choices.below(2) == 1;
      break;
    case 2:
      choices.of(plan.bindings).mode = static_cast<TensorIOMode>(choices.byte() % 4);
      break;
    default:
      for (auto& [name, range] : choices.of(plan.profiles).shapes)
        change_dims(range[choices.below(3)], choices);
      break;
  }
}

void change_recipes(engine::PlanRecipes& recipes, Choices& choices) {
  const auto index = [&] { return static_cast<int32_t>(choices.byte() % 7) - 1; };
  switch (choices.below(8)) {
    case 0:
      choices.of(recipes.weights).count = choices.number();
      break;
    case 1:
      choices.of(recipes.values).of = index();
      break;
    case 2:
      choices.of(recipes.values).source = static_cast<engine::RecipeSource>(choices.byte() % 5);
      break;
    case 3:
      change_dims(choices.of(recipes.values).dims, choices);
      break;
    case 4:
      choices.of(choices.of(recipes.steps).inputs) = index();
      break;
    case 5:
      choices.of(recipes.targets).value = index();
      break;
    case 6:
      change_dims(choices.of(recipes.targets).desc.dims, choices);
      break;
    default:
      (choices.below(2) == 0 ? recipes.kept_bytes : choices.of(recipes.targets).range.offset) =
          static_cast<uint64_t>(choices.number());
      break;
  }
}

}  // namespace

std::string fuzz_plan_reader(std::string_view given) {
  std::string bytes(given);
  if (bytes.size() >= sizeof(engine::Header)) {
    const auto file_bytes = static_cast<uint64_t>(bytes.size());
    std::memcpy(bytes.data() + offsetof(engine::Header, file_bytes), &file_bytes, 8);
    mend_checksum(bytes);
  }
  return find_fault([&] { return find_fault_in_log(log_of_run(bytes)); });
}

std::string fuzz_validate_plan(std::string_view bytes) {
  static const auto load = [](const PlanMaker& maker) {
    const std::string good = bytes_of(*maker.bytes());
    return engine::read_plan(copy_of(good), good.size());
  };
  static const auto plain = load(good_plan()), quantized = load(good_quantized_plan()),
                    refittable = load(refittable_plan());
  Choices choices(bytes);
  const size_t kind = choices.below(4);
  const auto& loaded = kind == 0 ? quantized : kind == 1 ? refittable : plain;
  engine::Plan plan = loaded->plan;
  while (choices.has_more()) switch (choices.below(4)) {
      case 0:
        change_value(choices.of(plan.values), choices);
        break;
      case 1:
        plan.recipes.empty() ? change_rest(plan, choices) : change_recipes(plan.recipes, choices);
        break;
      default:
        change_step(choices.of(plan.steps), choices);
        break;
    }
  return find_fault([&] {
    const std::shared_ptr<const void> constants(loaded, loaded->constants);
    const auto written = engine::write_plan(plan, {{{0, loaded->constants_bytes}, constants}});
    return find_fault_in_log(log_of_run(bytes_of(*written)));
  });
}

std::vector<std::string> plan_reader_seeds() {
  return {bytes_of(*good_plan().bytes()), bytes_of(*good_quantized_plan().bytes()),
          bytes_of(*refittable_plan().bytes())};
}

}  // namespace trtlike::test
