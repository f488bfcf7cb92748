// Reads Einsum equations: "bij,bjk->bik", "...ij,...jk", "ii->i".
#include "ops/shapes/einsum_equation.h"

#include <algorithm>
#include <cctype>
#include <map>

#include "core/check.h"

namespace trtlike::ops {
namespace {

/// Letters as their characters; the axes under an ellipsis as -1 for its last axis, -2 for the one
/// before, and so on.
using Term = std::vector<int>;

constexpr int kEllipsis = 0;

[[noreturn]] void fail(const std::string& equation, const std::string& expected) {
  throw UserError(
      core::str("[ops] attribute 'equation': expected ", expected, ", got '", equation, "'."));
}

/// The letters of one term, kEllipsis for "...".
Term read_term(const std::string& equation, std::string_view text) {
  Term out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (std::isalpha(static_cast<unsigned char>(text[i])) != 0) {
      out.push_back(text[i]);
    } else if (text.substr(i, 3) == "..." && std::count(out.begin(), out.end(), kEllipsis) == 0) {
      out.push_back(kEllipsis);
      i += 2;
    } else {
      fail(equation, "letters and at most one ellipsis a term");
    }
  }
  return out;
}

/// The term with its ellipsis replaced by `count` axes.
Term expand(const Term& term, int count) {
  Term out;
  for (const int label : term) {
    if (label != kEllipsis) {
      out.push_back(label);
      continue;
    }
    for (int i = count; i > 0; --i) out.push_back(-i);
  }
  return out;
}

struct Terms {
  std::vector<Term> operands;
  Term output;
  bool has_output = false;
};

Terms split(const std::string& equation) {
  std::string text;
  for (const char c : equation)
    if (std::isspace(static_cast<unsigned char>(c)) == 0) text.push_back(c);
  Terms out;
  const size_t arrow = text.find("->");
  out.has_output = arrow != std::string::npos;
  const std::string_view left = std::string_view(text).substr(0, arrow);
  size_t begin = 0;
  while (true) {
    const size_t end = left.find(',', begin);
    out.operands.push_back(read_term(equation, left.substr(begin, end - begin)));
    if (end == std::string_view::npos) break;
    begin = end + 1;
  }
  if (out.has_output) out.output = read_term(equation, std::string_view(text).substr(arrow + 2));
  return out;
}

/// numpy's rule: the ellipsis, then the letters that occur once, in alphabetical order.
Term implicit_output(const std::vector<Term>& operands, bool has_ellipsis) {
  std::map<int, int> counts;
  for (const Term& term : operands)
    for (const int label : term)
      if (label > 0) ++counts[label];
  Term out;
  if (has_ellipsis) out.push_back(kEllipsis);
  for (const auto& [label, count] : counts)
    if (count == 1) out.push_back(label);
  return out;
}

void merge_extent(const std::string& equation, int64_t& extent, int64_t given) {
  if (extent == given || given == 1) return;
  if (extent == 1) {
    extent = given;
  } else if (extent < 0 || given < 0) {
    extent = std::max(extent, given);
  } else {
    throw UserError(core::str("[ops] equation '", equation,
                              "': expected equal extents for equal labels, got ", extent, " and ",
                              given, "."));
  }
}

}  // namespace

Dims EinsumEquation::output() const {
  return Dims(extents.data(), static_cast<size_t>(num_outputs));
}

EinsumEquation parse_einsum(const std::string& equation, std::span<const Dims> operands) {
  Terms terms = split(equation);
  if (terms.operands.size() != operands.size())
    fail(equation, core::str("a term for each of the ", operands.size(), " operands"));
  int ellipsis_rank = 0;
  bool has_ellipsis = false;
  for (size_t i = 0; i < operands.size(); ++i) {
    Term& term = terms.operands[i];
    const bool dots = std::count(term.begin(), term.end(), kEllipsis) != 0;
    const int rest = operands[i].rank() - static_cast<int>(term.size()) + (dots ? 1 : 0);
    if (rest < 0 || (!dots && rest != 0))
      fail(equation, core::str("a label for each axis of operand ", i, " of shape ", operands[i]));
    term = expand(term, rest);
    has_ellipsis |= dots;
    ellipsis_rank = std::max(ellipsis_rank, rest);
  }
  if (!terms.has_output) terms.output = implicit_output(terms.operands, has_ellipsis);
  terms.output = expand(terms.output, ellipsis_rank);

  EinsumEquation out;
  std::map<int, int> numbers;
  const auto number_of = [&](int label) {
    const auto [at, is_new] = numbers.emplace(label, static_cast<int>(numbers.size()));
    if (is_new) out.extents.push_back(1);
    return at->second;
  };
  for (const int label : terms.output)
    if (number_of(label) + 1 != static_cast<int>(++out.num_outputs))
      fail(equation, "each label of the output once");
  for (size_t i = 0; i < operands.size(); ++i) {
    out.operands.emplace_back();
    for (size_t d = 0; d < terms.operands[i].size(); ++d) {
      const int number = number_of(terms.operands[i][d]);
      out.operands.back().push_back(number);
      merge_extent(equation, out.extents[static_cast<size_t>(number)],
                   operands[i][static_cast<int>(d)]);
    }
  }
  for (const int label : terms.output) {
    const bool used = std::any_of(terms.operands.begin(), terms.operands.end(), [&](const Term& t) {
      return std::count(t.begin(), t.end(), label) != 0;
    });
    if (!used) fail(equation, "only labels of operands in the output");
  }
  return out;
}

}  // namespace trtlike::ops
