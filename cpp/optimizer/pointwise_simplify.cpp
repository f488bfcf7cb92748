// Clean-up of pointwise programs: equal and unused instructions, and activations spelled out.
#include <algorithm>
#include <bit>
#include <cmath>
#include <map>
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
  bool is_scalar(int reg, double value) const {
    const PointwiseInstruction* i = at(reg, PointwiseOpcode::Constant);
    return i != nullptr && std::abs(i->alpha - value) <= 1e-5 * std::abs(value);
  }
  /// The other operand of `op` at `reg` when one is this scalar; -1 otherwise.
  int without_scalar(int reg, PointwiseOpcode op, double value) const {
    const PointwiseInstruction* i = at(reg, op);
    if (i == nullptr) return -1;
    if (is_scalar(i->b, value)) return i->a;
    return commutes(op) && is_scalar(i->a, value) ? i->b : -1;
  }
  /// x of x * factor, or of x / (1 / factor).
  int without_factor(int reg, double factor) const {
    const int x = without_scalar(reg, PointwiseOpcode::Prod, factor);
    return x >= 0 ? x : without_scalar(reg, PointwiseOpcode::Div, 1 / factor);
  }

  /// The registers multiplied at `reg`, two or three of them.
  std::vector<int> factors(int reg) const {
    const PointwiseInstruction* product = at(reg, PointwiseOpcode::Prod);
    if (product == nullptr) return {};
    for (const auto& [inner, other] :
         {std::pair(product->a, product->b), std::pair(product->b, product->a)})
      if (const PointwiseInstruction* deeper = at(inner, PointwiseOpcode::Prod))
        return {deeper->a, deeper->b, other};
    return {product->a, product->b};
  }

  /// x when `reg` is x of 1 + erf(x / sqrt 2).
  int erf_argument(int reg) const {
    const int erf = without_scalar(reg, PointwiseOpcode::Sum, 1);
    const PointwiseInstruction* i = erf < 0 ? nullptr : at(erf, PointwiseOpcode::Erf);
    return i == nullptr ? -1 : without_factor(i->a, std::sqrt(0.5));
  }

  /// x when `reg` is x of 1 + tanh(sqrt(2 / pi) * (x + 0.044715 x^3)).
  int tanh_argument(int reg) const {
    const int tanh = without_scalar(reg, PointwiseOpcode::Sum, 1);
    const PointwiseInstruction* i = tanh < 0 ? nullptr : at(tanh, PointwiseOpcode::Tanh);
    if (i == nullptr) return -1;
    const int inner = without_factor(i->a, std::sqrt(2 / 3.14159265358979));
    const PointwiseInstruction* sum = inner < 0 ? nullptr : at(inner, PointwiseOpcode::Sum);
    if (sum == nullptr) return -1;
    for (const auto& [x, cubic] : {std::pair(sum->a, sum->b), std::pair(sum->b, sum->a)})
      if (without_factor(cubic, 0.044715) >= 0 && is_cube(without_factor(cubic, 0.044715), x))
        return x;
    return -1;
  }

 private:
  bool is_cube(int reg, int x) const {
    if (without_scalar(reg, PointwiseOpcode::Pow, 3) == x) return true;
    const std::vector<int> f = factors(reg);
    return f == std::vector<int>{x, x, x} || (f.size() == 2 && ((f[0] == x && is_square(f[1], x)) ||
                                                                (f[1] == x && is_square(f[0], x))));
  }
  bool is_square(int reg, int x) const {
    const PointwiseInstruction* i = at(reg, PointwiseOpcode::Prod);
    return (i != nullptr && i->a == x && i->b == x) ||
           without_scalar(reg, PointwiseOpcode::Pow, 2) == x;
  }

  const PointwiseProgram& program_;
};

/// x when the product at `reg` is x * 0.5 * (1 + argument), in any order.
template <typename Argument>
int gelu_argument(const Reader& reader, int reg, Argument argument) {
  std::vector<int> factors = reader.factors(reg);
  const auto half =
      std::find_if(factors.begin(), factors.end(), [&](int f) { return reader.is_scalar(f, 0.5); });
  if (half != factors.end()) {
    factors.erase(half);
  } else {
    return -1;
  }
  if (factors.size() == 1) factors = reader.factors(factors[0]);
  if (factors.size() != 2) return -1;
  for (int k = 0; k < 2; ++k)
    if (argument(factors[static_cast<size_t>(k)]) == factors[static_cast<size_t>(1 - k)])
      return factors[static_cast<size_t>(1 - k)];
  return -1;
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
    if (turn == 0) recognise_activations(form.program);
  }
}

void recognise_activations(PointwiseProgram& program) {
  for (int reg = program.num_inputs; reg < program.num_registers(); ++reg) {
    PointwiseInstruction& i = program.instructions[static_cast<size_t>(reg - program.num_inputs)];
    if (i.op != PointwiseOpcode::Prod) continue;
    const Reader reader(program);
    const int erf = gelu_argument(reader, reg, [&](int f) { return reader.erf_argument(f); });
    const int tanh = gelu_argument(reader, reg, [&](int f) { return reader.tanh_argument(f); });
    if (erf >= 0) i = {PointwiseOpcode::GeluErf, erf};
    if (tanh >= 0) i = {PointwiseOpcode::GeluTanh, tanh};
  }
}

}  // namespace trtlike::optimizer
