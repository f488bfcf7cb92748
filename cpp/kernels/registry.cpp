// The list of all tactics, assembled by the build from the kernels.inc of each family folder.
#include <algorithm>

#include "core/added_entries.h"
#include "core/check.h"
#include "kernels/reference/reference.h"
#include "kernels/tactic_list.h"
#include "ops/pointwise/pointwise_program.h"

namespace trtlike::kernels {

#define TRTLIKE_TACTIC(name, ...) extern const TacticFunctions name;
#include "all_kernels.inc"
#undef TRTLIKE_TACTIC

namespace {

/// Never destroyed: runs may end later than the process begins to.
const std::vector<Tactic>& table() {
  using namespace elements;
  static const auto& tactics = *new std::vector<Tactic>{
#define TRTLIKE_TACTIC(functions, from, computed, isa, element_types, extents, asked) \
  {.name = #functions,                                                                \
   .ops = {TRTLIKE_UNWRAP computed},                                                  \
   .source = Source::from,                                                            \
   .needs = core::Isa::isa,                                                           \
   .types = TRTLIKE_TYPES element_types::kSets,                                       \
   .tile = {TRTLIKE_UNWRAP extents},                                                  \
   .flags = asked,                                                                    \
   .refuse = functions.refuse,                                                        \
   .packed_inputs = functions.packed_inputs,                                          \
   .pack = functions.pack,                                                            \
   .prepare = functions.prepare},
#include "all_kernels.inc"
#undef TRTLIKE_TACTIC
  };
  return tactics;
}

/// Never destroyed: what is registered may be asked for until the process ends.
core::AddedEntries<Tactic>& added() {
  static auto& entries = *new core::AddedEntries<Tactic>;
  return entries;
}

void check_definition(const Tactic& tactic) {
  TRTLIKE_CHECK(tactic.name != nullptr && *tactic.name != '\0' && tactic.ops[0] != nullptr,
                "[kernels] register_tactic: expected a tactic with a name and an op, got none.");
  for (const char* op : tactic.ops)
    TRTLIKE_CHECK(op == nullptr || ops::find_op(op) != nullptr,
                  "[kernels] register_tactic, tactic '", tactic.name,
                  "': expected the name of an op that is there, got '", op,
                  "'. Register the op first.");
  TRTLIKE_CHECK(tactic.refuse != nullptr && tactic.prepare != nullptr,
                "[kernels] register_tactic, tactic '", tactic.name,
                "': expected refuse and prepare, got null.");
  TRTLIKE_CHECK((tactic.packed_inputs == nullptr) == (tactic.pack == nullptr),
                "[kernels] register_tactic, tactic '", tactic.name,
                "': expected both of packed_inputs and pack, or none, got one.");
}

/// The program without the numbers that it takes the same time with: limits and constants, but for
/// exponents.
std::string without_numbers(const std::string& text) {
  using ops::PointwiseOpcode;
  ops::PointwiseProgram program = ops::PointwiseProgram::parse(text);
  std::vector<bool> is_exponent(static_cast<size_t>(program.num_registers()), false);
  for (const ops::PointwiseInstruction& instruction : program.instructions)
    if (instruction.op == PointwiseOpcode::Pow)
      is_exponent[static_cast<size_t>(instruction.b)] = true;
  for (size_t i = 0; i < program.instructions.size(); ++i) {
    ops::PointwiseInstruction& instruction = program.instructions[i];
    const size_t reg = static_cast<size_t>(program.num_inputs) + i;
    const bool is_number = instruction.op == PointwiseOpcode::Constant && !is_exponent[reg];
    if (is_number || instruction.op == PointwiseOpcode::Clip)
      instruction.alpha = instruction.beta = 0;
  }
  return program.to_text();
}

std::string attributes_key(const ops::Attributes& attributes) {
  ops::Attributes timed = attributes;
  for (const auto& [name, value] : attributes.items()) {
    const auto* text = std::get_if<std::string>(&value);
    if (text != nullptr && !text->empty() && name.ends_with("program"))
      timed.set(name, without_numbers(*text));
    const auto* number = std::get_if<int64_t>(&value);
    if (number != nullptr && name.ends_with("zero_point"))
      timed.set(name, static_cast<int64_t>(*number != 0));
  }
  return timed.to_string();
}

}  // namespace

std::string Problem::key() const {
  std::vector<std::string> in, out;
  for (size_t i = 0; i < inputs.size(); ++i)
    in.push_back(core::str(is_constant(i) ? "const " : "", inputs[i].to_string()));
  for (const TensorDesc& desc : outputs) out.push_back(desc.to_string());
  return core::str(op->name, "{", attributes_key(*attributes), "}(", core::join(in), ")->(",
                   core::join(out), ")", strict ? " strict" : "", " threads=", threads);
}

bool Tactic::computes(std::string_view op) const {
  return std::any_of(ops.begin(), ops.end(),
                     [&](const char* one) { return one != nullptr && op == one; });
}

std::span<const Tactic> listed_tactics() { return table(); }

const Tactic& register_tactic(std::shared_ptr<const Tactic> tactic) {
  TRTLIKE_CHECK(tactic != nullptr, "[kernels] register_tactic: expected a tactic, got null.");
  check_definition(*tactic);
  const Tactic& given = *tactic;
  return added().add(std::move(tactic), [&](const std::vector<const Tactic*>& others) {
    std::vector<const Tactic*> known = others;
    for (const Tactic& listed : table()) known.push_back(&listed);
    const auto is_taken = [&](const char* op) {
      return given.name == std::string_view(kReferenceName) ||
             std::any_of(known.begin(), known.end(), [&](const Tactic* other) {
               return other->computes(op) && other->name == std::string_view(given.name);
             });
    };
    for (const char* op : given.ops)
      TRTLIKE_CHECK(op == nullptr || !is_taken(op),
                    "[kernels] register_tactic: expected a name that no tactic of ", op,
                    " has, got '", given.name, "'. Tactics can be neither replaced nor removed.");
  });
}

std::vector<const Tactic*> tactics_for(std::string_view op) {
  std::vector<const Tactic*> out;
  for (const Tactic& tactic : table())
    if (tactic.computes(op)) out.push_back(&tactic);
  for (const Tactic* tactic : added().all())
    if (tactic->computes(op)) out.push_back(tactic);
  if (const Tactic* reference = reference_tactic(op)) out.push_back(reference);
  return out;
}

const Tactic* find_tactic(std::string_view op, std::string_view name) {
  for (const Tactic* tactic : tactics_for(op))
    if (name == tactic->name) return tactic;
  return nullptr;
}

std::optional<std::string> refuse(const Tactic& tactic, const Problem& problem) {
  if (!(tactic.needs <= core::cpu_isa()))
    return core::str("needs ", core::isa_name(tactic.needs), ", this CPU has ",
                     core::isa_name(core::cpu_isa()));
  const auto pitched = [](const TensorDesc& desc) { return desc.pitch != 0; };
  if ((tactic.flags & kPitchedInputs) == 0 &&
      std::any_of(problem.inputs.begin(), problem.inputs.end(), pitched))
    return "needs dense inputs, got a pitch";
  if ((tactic.flags & kPitchedOutputs) == 0 &&
      std::any_of(problem.outputs.begin(), problem.outputs.end(), pitched))
    return "needs dense outputs, got a pitch";
  if ((tactic.flags & kQuantized) == 0)
    for (const auto* descs : {&problem.inputs, &problem.outputs})
      for (const TensorDesc& desc : *descs)
        if (desc.quantization)
          return core::str("needs operands that are not quantized, got ", desc.to_string());
  return tactic.refuse(tactic.self, problem);
}

ops::InputSet packed_inputs(const Tactic& tactic, const Problem& problem) {
  return tactic.packed_inputs == nullptr ? ops::InputSet()
                                         : tactic.packed_inputs(tactic.self, problem);
}

Packed pack(const Tactic& tactic, const Problem& problem) {
  return tactic.pack(tactic.self, problem);
}

std::unique_ptr<Kernel> prepare(const Tactic& tactic, const Problem& problem,
                                std::span<const std::byte> packed) {
  return tactic.prepare(tactic.self, problem, packed);
}

}  // namespace trtlike::kernels
