// Element-wise ops, and those between element types.
#include "fuzz/recipes/recipe.h"

namespace trtlike::test::recipes {
namespace {

void make_element_wise(Maker& m) {
  if (m.below(6) == 0) {
    const Operand a = m.any(DataType::Bool, 1, 4);
    return m.add("ElementWise",
                 {a, m.constant_or_input(DataType::Bool, broadcastable(m, a.dims()))},
                 {{"op", m.between(8, 10)}}, 1);
  }
  const bool is_float = m.below(4) != 0;
  const int64_t op = m.below(6) == 0 ? m.between(11, 13) : m.below(is_float ? 6 : 5);
  const DataType dtype = is_float ? DataType::Float : DataType::Int32;
  const Operand a = m.any(dtype, 1, 5, op > 10 || !is_float ? kExactBits : kWild);
  if (op == 5) {
    const double divisors[] = {0.5, 2, 4, -1};
    return m.add("ElementWise",
                 {a, m.constant(dtype, Dims::filled(a.rank(), 1), {divisors[m.below(4)]})},
                 {{"op", op}}, a.bits + 2);
  }
  const Operand b = m.constant_or_input(dtype, broadcastable(m, a.dims()));
  const bool swap = m.maybe();
  const int bits = op > 10 ? 1 : op == 1 ? a.bits + b.bits : sum_bits(a.bits, b.bits);
  m.add("ElementWise", {swap ? b : a, swap ? a : b}, {{"op", op}}, bits);
}

void make_mod(Maker& m) {
  const Operand x = m.any_float(1, 5, kExactBits);
  const double divisors[] = {0.5, 2, 4, -1};
  m.add("Mod", {x, m.constant(DataType::Float, Dims::filled(x.rank(), 1), {divisors[m.below(4)]})},
        {}, x.bits);
}

void make_unary(Maker& m) {
  if (m.below(8) == 0)
    return m.add("Unary", {m.any(DataType::Bool, 1, 4)}, {{"op", int64_t{20}}}, 1);
  // Steep or jumping: 0 to 3, 8 to 18 but 13 and 14, and from 21 on.
  static constexpr int64_t kSmooth[] = {4, 5, 6, 7, 13, 14, 19};
  const bool exact = m.maybe();
  const Operand x = m.any_float(1, 5, exact ? kExactBits : kWild);
  int64_t op = exact ? m.below(25) : kSmooth[m.below(std::size(kSmooth))];
  if (op == 20) op = 5;
  const bool keeps = op == 4 || op == 5 || op == 17 || op == 18 || op == 21 || op == 22;
  // Poles, the ends of domains, and what overflows.
  const bool is_wild = op <= 3 || (op >= 8 && op <= 12) || op == 15 || op == 16;
  m.add("Unary", {x}, {{"op", op}}, op >= 23 ? 1 : keeps ? x.bits : is_wild ? kWild : kInexact);
}

void make_activation(Maker& m) {
  const int64_t type = m.below(14);
  const Operand x = m.any_float(1, 5, type == 11 ? kExactBits : kWild);
  const bool keeps = type == 0 || type == 8 || type == 11;
  m.add("Activation", {x},
        {{"type", type}, {"alpha", type == 8 ? -0.5 : 0.5}, {"beta", type == 5 ? 1.5 : 0.75}},
        keeps ? x.bits : kInexact);
}

void make_cast(Maker& m) {
  static constexpr DataType kTypes[] = {DataType::Float, DataType::Int32, DataType::Int64,
                                        DataType::Bool};
  const DataType from = kTypes[m.below(4)];
  const Operand x = m.any(from, 1, 4, kExactBits);
  m.add("Cast", {x}, {{"to_type", static_cast<int64_t>(kTypes[m.below(4)])}}, x.bits);
}

void make_identity(Maker& m) {
  const Operand x = m.any_float();
  m.add("Identity", {x}, {}, x.bits);
}

void make_select(Maker& m) {
  const Operand x = m.any_float();
  const Operand y = m.constant_or_input(DataType::Float, broadcastable(m, x.dims()));
  const Operand c = m.constant_or_input(DataType::Bool, broadcastable(m, x.dims()));
  m.add("Select", m.maybe() ? std::vector{c, x, y} : std::vector{c, y, x}, {},
        std::max(x.bits, y.bits));
}

void make_parametric_relu(Maker& m) {
  const Operand x = m.any_float();
  m.add("ParametricReLU", {x, m.constant(DataType::Float, broadcastable(m, x.dims()))}, {},
        kInexact);
}

void make_scale(Maker& m) {
  const Operand x = m.any_float(2, 5);
  const int64_t mode = m.below(2);
  const Dims dims{mode == 0 ? 1 : x.dims()[1]};
  m.add("Scale", {x, m.constant(DataType::Float, dims), m.constant(DataType::Float, dims)},
        {{"mode", mode}, {"channel_axis", int64_t{1}}}, kInexact);
}

void make_quantize(Maker& m) {
  const Operand x = m.any_float(1, 4, kExactBits);
  const Operand scale = m.constant(DataType::Float, {}, {0.25});
  m.add("Quantize", {x, scale}, {}, 8);
}

void make_dequantize(Maker& m) {
  const Operand x = m.any(DataType::Int8, 1, 4, kExactBits);
  m.add("Dequantize", {x, m.constant(DataType::Float, {}, {0.25})}, {}, x.bits);
}

constexpr Recipe kRecipes[] = {
    {"ElementWise", make_element_wise},
    {"Mod", make_mod},
    {"Unary", make_unary},
    {"Activation", make_activation},
    {"Cast", make_cast},
    {"Identity", make_identity},
    {"Select", make_select},
    {"ParametricReLU", make_parametric_relu},
    {"Scale", make_scale},
    {"Quantize", make_quantize},
    {"Dequantize", make_dequantize},
};

}  // namespace

std::span<const Recipe> element_wise_recipes() { return kRecipes; }

}  // namespace trtlike::test::recipes
