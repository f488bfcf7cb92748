// Clean-up of pointwise programs: equal and unused instructions, and activations spelled out.
#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
#include <optional>
#include <tuple>

#include "optimizer/pointwise_form.h"

namespace trtlike::optimizer {
namespace {

using ops::PointwiseInstruction;
using ops::PointwiseOpcode;
using ops::PointwiseProgram;

bool commutes(PointwiseOpcode op) {
  return op == PointwiseOpcode::Sum || op == PointwiseOpcode::Prod || op == PointwiseOpcode::Max ||
         op == PointwiseOpcode::Min;
}

/// Gives each instruction's registers their new numbers and drops those that are not in `keep`.
void rebuild(PointwiseProgram& program, const std::vector<int>& replaced_by,
             const std::vector<bool>& keep, int num_inputs) {
  std::vector<int> moved(replaced_by.size(), -1);
  std::vector<PointwiseInstruction> kept;
  const auto target = [&](int reg) {
    return reg < 0 ? -1 : moved[static_cast<size_t>(replaced_by[static_cast<size_t>(reg)])];
  };
  int inputs = 0;
  for (size_t reg = 0; reg < replaced_by.size(); ++reg) {
    if (!keep[reg]) continue;
    if (reg < static_cast<size_t>(program.num_inputs)) {
      moved[reg] = inputs++;
      continue;
    }
    PointwiseInstruction i = program.instructions[reg - static_cast<size_t>(program.num_inputs)];
    i.a = target(i.a);
    i.b = target(i.b);
    i.c = target(i.c);
    moved[reg] = num_inputs + static_cast<int>(kept.size());
    kept.push_back(i);
  }
  program.output = target(program.output);
  program.num_inputs = num_inputs;
  program.instructions = std::move(kept);
}

/// For each register the first one that holds the same.
std::vector<int> find_equal(const PointwiseProgram& program) {
  std::vector<int> same;
  for (int i = 0; i < program.num_inputs; ++i) same.push_back(i);
  using Key = std::tuple<PointwiseOpcode, int, int, int, uint32_t, uint32_t>;
  std::map<Key, int> seen;
  for (const PointwiseInstruction& i : program.instructions) {
    const auto target = [&](int reg) { return reg < 0 ? -1 : same[static_cast<size_t>(reg)]; };
    int a = target(i.a), b = target(i.b);
    if (commutes(i.op) && b < a) std::swap(a, b);
    const auto [found, is_new] =
        seen.emplace(Key{i.op, a, b, target(i.c), std::bit_cast<uint32_t>(i.alpha),
                         std::bit_cast<uint32_t>(i.beta)},
                     static_cast<int>(same.size()));
    same.push_back(found->second);
  }
  return same;
}

std::vector<bool> find_used(const PointwiseProgram& program, const std::vector<int>& same) {
  std::vector<bool> used(same.size(), false);
  const auto mark = [&](int reg) {
    if (reg >= 0) used[static_cast<size_t>(same[static_cast<size_t>(reg)])] = true;
  };
  mark(program.output);
  for (size_t reg = same.size(); reg-- > static_cast<size_t>(program.num_inputs);) {
    if (!used[reg]) continue;
    const PointwiseInstruction& i =
        program.instructions[reg - static_cast<size_t>(program.num_inputs)];
    mark(i.a);
    mark(i.b);
    mark(i.c);
  }
  return used;
}

/// A product written out: a number times registers, in ascending order.
struct Product {
  double coefficient = 1;
  std::vector<int> registers;

  bool is(double factor, const std::vector<int>& of) const {
    return std::abs(coefficient - factor) <= 1e-5 * std::abs(factor) && registers == of;
  }
};

/// Reads a program backwards from a register.
class Reader {
 public:
  explicit Reader(const PointwiseProgram& program) : program_(program) {}

  const PointwiseInstruction* at(int reg) const {
    const int index = reg - program_.num_inputs;
    return index < 0 ? nullptr : &program_.instructions[static_cast<size_t>(index)];
  }
  const PointwiseInstruction* at(int reg, PointwiseOpcode op) const {
    const PointwiseInstruction* i = at(reg);
    return i != nullptr && i->op == op ? i : nullptr;
  }

  /// Products, quotients by numbers and small whole powers below `reg`, multiplied out.
  Product product(int reg) const {
    Product out;
    multiply(reg, out);
    std::sort(out.registers.begin(), out.registers.end());
    return out;
  }

  /// The other operand of a sum at `reg` of which one is 1; -1 when it is no such sum.
  int without_one(int reg) const {
    const PointwiseInstruction* sum = at(reg, PointwiseOpcode::Sum);
    if (sum == nullptr) return -1;
    return product(sum->b).is(1, {}) ? sum->a : product(sum->a).is(1, {}) ? sum->b : -1;
  }

  /// True when `reg` is 1 + erf(x / sqrt 2).
  bool is_erf_part(int reg, int x) const {
    const PointwiseInstruction* erf = at(std::max(0, without_one(reg)), PointwiseOpcode::Erf);
    return without_one(reg) >= 0 && erf != nullptr && product(erf->a).is(std::sqrt(0.5), {x});
  }

  /// True when `reg` is 1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)).
  bool is_tanh_part(int reg, int x) const {
    const PointwiseInstruction* tanh = at(std::max(0, without_one(reg)), PointwiseOpcode::Tanh);
    if (without_one(reg) < 0 || tanh == nullptr) return false;
    const Product inner = product(tanh->a);
    if (inner.registers.empty() || !inner.is(std::sqrt(2 / kPi), inner.registers)) return false;
    if (inner.registers.size() == 1) return is_cubic(inner.registers[0], x);
    if (inner.registers.size() != 2) return false;
    const int other = inner.registers[inner.registers[0] == x ? 1 : 0];
    // x * (1 + 0.044715 x^2)
    return without_one(other) >= 0 && product(without_one(other)).is(kCubic, {x, x});
  }

 private:
  static constexpr double kPi = 3.14159265358979, kCubic = 0.044715;

  bool is_cubic(int reg, int x) const {
    const PointwiseInstruction* sum = at(reg, PointwiseOpcode::Sum);
    return sum != nullptr && ((sum->a == x && product(sum->b).is(kCubic, {x, x, x})) ||
                              (sum->b == x && product(sum->a).is(kCubic, {x, x, x})));
  }

  void multiply(int reg, Product& out) const {
    const PointwiseInstruction* i = at(reg);
    const PointwiseInstruction* right =
        i != nullptr && i->b >= 0 ? at(i->b, PointwiseOpcode::Constant) : nullptr;
    if (i != nullptr && i->op == PointwiseOpcode::Constant) {
      out.coefficient *= i->alpha;
    } else if (i != nullptr && i->op == PointwiseOpcode::Prod) {
      multiply(i->a, out);
      multiply(i->b, out);
    } else if (i != nullptr && i->op == PointwiseOpcode::Div && right != nullptr) {
      multiply(i->a, out);
      out.coefficient /= right->alpha;
    } else if (i != nullptr && i->op == PointwiseOpcode::Pow && right != nullptr &&
               (right->alpha == 2 || right->alpha == 3)) {
      for (int k = 0; k < static_cast<int>(right->alpha); ++k) multiply(i->a, out);
    } else {
      out.registers.push_back(reg);
    }
  }

  const PointwiseProgram& program_;
};

/// The activation that the product at `reg` spells out: x * 0.5 * (1 + ...).
std::optional<PointwiseInstruction> match_gelu(const Reader& reader, int reg) {
  const Product product = reader.product(reg);
  if (product.registers.size() != 2 || !product.is(0.5, product.registers)) return std::nullopt;
  for (const auto& [x, part] : {std::pair(product.registers[0], product.registers[1]),
                                std::pair(product.registers[1], product.registers[0])}) {
    if (reader.is_erf_part(part, x)) return PointwiseInstruction{PointwiseOpcode::GeluErf, x};
    if (reader.is_tanh_part(part, x)) return PointwiseInstruction{PointwiseOpcode::GeluTanh, x};
  }
  return std::nullopt;
}

int count_uses(const PointwiseProgram& program, int reg) {
  int uses = program.output == reg ? 1 : 0;
  for (const PointwiseInstruction& i : program.instructions)
    uses += (i.a == reg ? 1 : 0) + (i.b == reg ? 1 : 0) + (i.c == reg ? 1 : 0);
  return uses;
}

/// clip(x + shift, 0, high) at `reg`, as HARD_SIGMOID times `high`.
struct Gate {
  int x = -1;
  double high = 1;
  PointwiseInstruction instruction = {};
};

std::optional<Gate> match_gate(const Reader& reader, int reg) {
  const PointwiseInstruction* clip = reader.at(reg, PointwiseOpcode::Clip);
  if (clip == nullptr || clip->alpha != 0 || clip->beta <= 0) return std::nullopt;
  const PointwiseInstruction* sum = reader.at(clip->a, PointwiseOpcode::Sum);
  const PointwiseInstruction* shift =
      sum != nullptr ? reader.at(sum->b, PointwiseOpcode::Constant) : nullptr;
  if (shift == nullptr) return std::nullopt;
  const double high = clip->beta;
  return Gate{sum->a,
              high,
              {PointwiseOpcode::HardSigmoid, sum->a, -1, -1, static_cast<float>(1 / high),
               static_cast<float>(shift->alpha / high)}};
}

/// clip(x + 3, 0, 6) / 6 as HARD_SIGMOID, and x times that.
void recognise_hard_gates(PointwiseProgram& program) {
  for (int reg = program.num_inputs; reg < program.num_registers(); ++reg) {
    PointwiseInstruction& outer =
        program.instructions[static_cast<size_t>(reg - program.num_inputs)];
    if (outer.op != PointwiseOpcode::Prod && outer.op != PointwiseOpcode::Div) continue;
    const Reader reader(program);
    const Product product = reader.product(reg);
    for (const int gate_reg : product.registers) {
      const auto gate = match_gate(reader, gate_reg);
      if (!gate) continue;
      if (product.is(1 / gate->high, {gate_reg})) {
        outer = gate->instruction;
        break;
      }
      std::vector<int> both = {gate->x, gate_reg};
      std::sort(both.begin(), both.end());
      if (!product.is(1 / gate->high, both) || count_uses(program, gate_reg) != 1) continue;
      program.instructions[static_cast<size_t>(gate_reg - program.num_inputs)] = gate->instruction;
      outer = {PointwiseOpcode::Prod, gate->x, gate_reg};
      break;
    }
  }
}

/// Powers as products and roots, limits by numbers as RELU and CLIP.
void reduce_strength(PointwiseProgram& program) {
  for (PointwiseInstruction& i : program.instructions) {
    const int constant_index = i.b - program.num_inputs;
    if (i.b < 0 || constant_index < 0) continue;
    const PointwiseInstruction& right = program.instructions[static_cast<size_t>(constant_index)];
    if (right.op != PointwiseOpcode::Constant) continue;
    if (i.op == PointwiseOpcode::Pow && right.alpha == 2) i = {PointwiseOpcode::Prod, i.a, i.a};
    if (i.op == PointwiseOpcode::Pow && right.alpha == 0.5f) i = {PointwiseOpcode::Sqrt, i.a};
    if (i.op == PointwiseOpcode::Pow && right.alpha == -1) i = {PointwiseOpcode::Recip, i.a};
    if (i.op == PointwiseOpcode::Max && right.alpha == 0) i = {PointwiseOpcode::Relu, i.a};
  }
}

/// min(max(x, low), high) and max(min(x, high), low) as one CLIP.
void recognise_clips(PointwiseProgram& program) {
  const auto limit = [&](const PointwiseInstruction& i, PointwiseOpcode op) -> const float* {
    const int index = i.b - program.num_inputs;
    if (i.op != op || index < 0) return nullptr;
    const PointwiseInstruction& right = program.instructions[static_cast<size_t>(index)];
    return right.op == PointwiseOpcode::Constant ? &right.alpha : nullptr;
  };
  for (PointwiseInstruction& outer : program.instructions) {
    const int index = outer.a - program.num_inputs;
    if (index < 0) continue;
    const PointwiseInstruction inner = program.instructions[static_cast<size_t>(index)];
    const float *high = limit(outer, PointwiseOpcode::Min),
                *low = limit(inner, PointwiseOpcode::Max);
    const float zero = 0;
    if (inner.op == PointwiseOpcode::Relu) low = &zero;
    if (high == nullptr && limit(outer, PointwiseOpcode::Max) != nullptr) {
      low = limit(outer, PointwiseOpcode::Max);
      high = limit(inner, PointwiseOpcode::Min);
    }
    if (low != nullptr && high != nullptr && *low <= *high)
      outer = {PointwiseOpcode::Clip, inner.a, -1, -1, *low, *high};
  }
}

/// Commutative instructions read a number second.
void order_operands(PointwiseProgram& program) {
  const auto is_number = [&](int reg) {
    return reg >= program.num_inputs &&
           program.instructions[static_cast<size_t>(reg - program.num_inputs)].op ==
               PointwiseOpcode::Constant;
  };
  for (PointwiseInstruction& i : program.instructions)
    if (commutes(i.op) && is_number(i.a) && !is_number(i.b)) std::swap(i.a, i.b);
}

}  // namespace

void simplify(PointwiseForm& form, size_t num_fixed) {
  // Merging first lets the recognition compare registers; what it leaves over goes in a second
  // turn.
  for (int turn = 0; turn < 2; ++turn) {
    const std::vector<int> same = find_equal(form.program);
    std::vector<bool> used = find_used(form.program, same);
    std::vector<ir::ValueId> operands;
    for (size_t i = 0; i < form.operands.size(); ++i) {
      if (i < num_fixed) used[i] = true;
      if (used[i]) operands.push_back(form.operands[i]);
    }
    rebuild(form.program, same, used, static_cast<int>(operands.size()));
    form.operands = std::move(operands);
    if (turn > 0) continue;
    order_operands(form.program);
    recognise_activations(form.program);
    reduce_strength(form.program);
    recognise_clips(form.program);
    recognise_hard_gates(form.program);
  }
}

void recognise_activations(PointwiseProgram& program) {
  for (int reg = program.num_inputs; reg < program.num_registers(); ++reg) {
    PointwiseInstruction& i = program.instructions[static_cast<size_t>(reg - program.num_inputs)];
    if (i.op != PointwiseOpcode::Prod && i.op != PointwiseOpcode::Div) continue;
    if (const auto gelu = match_gelu(Reader(program), reg)) i = *gelu;
  }
}

}  // namespace trtlike::optimizer
