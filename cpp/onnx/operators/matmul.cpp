// MatMul, Gemm and Einsum.
#include <algorithm>

#include "ir/patch.h"
#include "ir/recipe.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using Op = ElementWiseOperation;

constexpr int64_t kNone = enum_number(MatrixOperation::None);
constexpr int64_t kTranspose = enum_number(MatrixOperation::Transpose);

Outputs import_matmul(NodeContext& node) {
  return {matrix_product(node, node.input(0), node.input(1))};
}

/// alpha and beta go into a constant where there is one.
ValueId scaled(NodeContext& node, ValueId value, double factor, std::string_view suffix) {
  if (factor == 1.0) return value;
  constexpr int64_t kMaxElems = 1 << 24;
  if (node.is_constant(value) && core::elems(node.dims(value)) <= kMaxElems) {
    const ir::Constant product =
        ir::combine(Op::Prod, ir::constant_of(node.graph(), value),
                    ir::filled(node.dtype(value), Dims::filled(node.rank(value), 1), factor));
    return node.add_constant({product.type.dtype, product.type.dims, product.data});
  }
  return elementwise(node, Op::Prod, value, factor, suffix);
}

Outputs import_gemm(NodeContext& node) {
  ValueId a = node.input(0), b = node.input(1);
  node.check_rank(0, 2);
  node.check_rank(1, 2);
  const double alpha = node.get_float("alpha", 1.0);
  if (node.is_constant(b))
    b = scaled(node, b, alpha, "alpha");
  else
    a = scaled(node, a, alpha, "alpha");
  const ValueId product = node.add("MatrixMultiply", {a, b},
                                   {{"op0", node.get_int("transA", 0) != 0 ? kTranspose : kNone},
                                    {"op1", node.get_int("transB", 0) != 0 ? kTranspose : kNone}});
  const double beta = node.get_float("beta", 1.0);
  if (!node.has_input(2) || beta == 0.0) return {product};
  const ValueId bias = scaled(node, node.input(2), beta, "beta");
  return {elementwise(node, Op::Sum, product, bias, "bias")};
}

/// Letters of an ellipsis are spelled out, one for each dimension that it stands for.
std::string expand_ellipsis(NodeContext& node, const std::string& equation) {
  if (equation.find("...") == std::string::npos) return equation;
  std::vector<std::string> terms{""};
  const size_t arrow = equation.find("->");
  for (const char c : equation.substr(0, arrow)) {
    if (c == ',')
      terms.emplace_back();
    else
      terms.back() += c;
  }
  std::string free_letters;
  for (char c = 'A'; c <= 'Z'; ++c)
    if (equation.find(c) == std::string::npos) free_letters += c;
  size_t widest = 0;
  std::string letters_of_widest;
  std::string expanded;
  for (size_t i = 0; i < terms.size(); ++i) {
    std::string term = terms[i];
    const size_t at = term.find("...");
    if (at != std::string::npos) {
      const int rank = i < node.num_inputs() ? node.rank(node.input(i)) : 0;
      const int count = rank - static_cast<int>(term.size()) + 3;
      if (count < 0 || count > 8)
        node.fail_attribute("equation", core::str("expected at most ", rank, " letters for input ",
                                                  i, ", got '", term, "'."));
      // Aligned at the end, as broadcasting is.
      const std::string letters =
          free_letters.substr(8 - static_cast<size_t>(count), static_cast<size_t>(count));
      if (letters.size() >= widest) {
        widest = letters.size();
        letters_of_widest = letters;
      }
      term.replace(at, 3, letters);
    }
    expanded += (i == 0 ? "" : ",") + term;
  }
  std::string output;
  if (arrow != std::string::npos) {
    output = equation.substr(arrow + 2);
    const size_t at = output.find("...");
    if (at != std::string::npos) output.replace(at, 3, letters_of_widest);
  } else {
    output = letters_of_widest;
    for (char c = 'A'; c <= 'z'; ++c)
      if (std::isalpha(static_cast<unsigned char>(c)) != 0 &&
          std::count(equation.begin(), equation.end(), c) == 1)
        output += c;
  }
  return expanded + "->" + output;
}

Outputs import_einsum(NodeContext& node) {
  std::string equation = node.get_string("equation");
  std::erase(equation, ' ');
  return {node.add("Einsum", node.inputs(), {{"equation", expand_ellipsis(node, equation)}})};
}

constexpr Importer kImporters[] = {
    {"MatMul", import_matmul},
    {"Gemm", import_gemm},
    {"Einsum", import_einsum},
};

}  // namespace

std::span<const Importer> matmul_importers() { return kImporters; }

}  // namespace trtlike::onnx
