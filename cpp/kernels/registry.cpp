// The list of all tactics, assembled by the build from the kernels.inc of each family folder.
#include <algorithm>

#include "core/check.h"
#include "kernels/reference/reference.h"
#include "kernels/tactic.h"

namespace trtlike::kernels {

#define TRTLIKE_TACTIC(function) const Tactic& function();
#include "all_kernels.inc"
#undef TRTLIKE_TACTIC

namespace {

const std::vector<const Tactic*>& table() {
  static const std::vector<const Tactic*> tactics = {
#define TRTLIKE_TACTIC(function) &function(),
#include "all_kernels.inc"
#undef TRTLIKE_TACTIC
  };
  return tactics;
}

}  // namespace

std::string Problem::key() const {
  std::vector<std::string> in, out;
  for (size_t i = 0; i < inputs.size(); ++i)
    in.push_back(core::str(is_constant(i) ? "const " : "", inputs[i].to_string()));
  for (const TensorDesc& desc : outputs) out.push_back(desc.to_string());
  return core::str(op->name, "{", attributes->to_string(), "}(", core::join(in), ")->(",
                   core::join(out), ")", strict ? " strict" : "", " threads=", threads);
}

std::vector<const Tactic*> tactics_for(std::string_view op) {
  std::vector<const Tactic*> out;
  for (const Tactic* tactic : table())
    if (op == tactic->op) out.push_back(tactic);
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
  return tactic.refuse(problem);
}

}  // namespace trtlike::kernels
