// Normal forms of polynomials with floors.
#include "optimizer/expressions.h"

#include <algorithm>
#include <iterator>

#include "core/strings.h"

namespace trtlike::optimizer {
namespace {

/// Coefficients beyond this make a call of their own instead of a sum.
constexpr int64_t kMaxCoefficient = int64_t{1} << 31;

int64_t floor_of(int64_t a, int64_t divisor) {
  const int64_t quotient = a / divisor;
  return a % divisor < 0 ? quotient - 1 : quotient;
}

template <typename Polynomial>
bool is_moderate(const Polynomial& polynomial) {
  constexpr size_t kMaxTerms = 16;
  return polynomial.size() <= kMaxTerms &&
         std::all_of(polynomial.begin(), polynomial.end(), [](const auto& term) {
           return term.second <= kMaxCoefficient && term.second >= -kMaxCoefficient;
         });
}

}  // namespace

Expressions::Id Expressions::intern(const Polynomial& polynomial) {
  Polynomial normal = polynomial;
  std::erase_if(normal, [](const auto& term) { return term.second == 0; });
  const auto [at, is_new] = ids_.try_emplace(std::move(normal), static_cast<Id>(ids_.size()));
  if (is_new) polynomials_.push_back(&at->first);
  return at->second;
}

Expressions::Id Expressions::atom(const std::string& name, const Atom& atom) {
  const auto found = names_.find(name);
  if (found != names_.end()) return found->second;
  atoms_.push_back(atom);
  const Id id = intern({{{static_cast<int>(atoms_.size()) - 1}, 1}});
  names_[name] = id;
  return id;
}

Expressions::Id Expressions::constant(int64_t value) { return intern({{{}, value}}); }

Expressions::Id Expressions::symbol(const std::string& name, std::optional<int64_t> least) {
  return atom("symbol " + name, {least});
}

Expressions::Id Expressions::call(const std::string& name, const std::vector<Id>& arguments,
                                  std::optional<int64_t> least) {
  return atom(core::str("call ", name, "(", core::join(arguments), ")"), {least});
}

Expressions::Id Expressions::add(Id a, Id b) {
  Polynomial sum = terms(a);
  for (const auto& [monomial, factor] : terms(b)) sum[monomial] += factor;
  return is_moderate(sum) ? intern(sum) : call("sum", {a, b}, std::nullopt);
}

Expressions::Id Expressions::subtract(Id a, Id b) {
  Polynomial difference = terms(a);
  for (const auto& [monomial, factor] : terms(b)) difference[monomial] -= factor;
  return is_moderate(difference) ? intern(difference) : call("difference", {a, b}, std::nullopt);
}

Expressions::Id Expressions::multiply(Id a, Id b) {
  if (!is_moderate(terms(a)) || !is_moderate(terms(b)))
    return call("product", {a, b}, std::nullopt);
  Polynomial product;
  for (const auto& [left, left_factor] : terms(a))
    for (const auto& [right, right_factor] : terms(b)) {
      Monomial monomial(left);
      monomial.insert(monomial.end(), right.begin(), right.end());
      std::sort(monomial.begin(), monomial.end());
      int64_t& factor = product[monomial];
      if (__builtin_add_overflow(factor, left_factor * right_factor, &factor))
        return call("product", {a, b}, std::nullopt);
    }
  return is_moderate(product) ? intern(product) : call("product", {a, b}, std::nullopt);
}

Expressions::Id Expressions::floor_divide(Id a, int64_t divisor) {
  if (divisor == 1) return a;
  Polynomial whole, rest;
  for (const auto& [monomial, factor] : terms(a)) {
    const int64_t quotient = floor_of(factor, divisor);
    whole[monomial] = quotient;
    if (factor != quotient * divisor) rest[monomial] = factor - quotient * divisor;
  }
  const bool is_fraction = rest.size() == 1 && rest.begin()->first.empty();
  if (rest.empty() || is_fraction) return intern(whole);
  // floor((floor(p / m) + c) / n) = floor((p + c * m) / (m * n)).
  const auto last = rest.rbegin();
  const bool is_quotient = rest.size() <= 2 && last->first.size() == 1 && last->second == 1 &&
                           (rest.size() == 1 || rest.begin()->first.empty()) &&
                           atoms_[static_cast<size_t>(last->first[0])].divisor > 0;
  if (is_quotient) {
    const Atom inner = atoms_[static_cast<size_t>(last->first[0])];
    const int64_t shift = rest.size() == 1 ? 0 : rest.begin()->second;
    if (inner.divisor * divisor <= kMaxCoefficient && shift <= kMaxCoefficient) {
      const Id dividend = add(inner.dividend, multiply(constant(shift), constant(inner.divisor)));
      return add(intern(whole), floor_divide(dividend, inner.divisor * divisor));
    }
  }
  const Id dividend = intern(rest);
  std::optional<int64_t> low = least(dividend);
  if (low) low = floor_of(*low, divisor);
  return add(intern(whole),
             atom(core::str("floor(", dividend, " / ", divisor, ")"), {low, dividend, divisor}));
}

std::optional<Expressions::Id> Expressions::divide_exactly(Id a, Id b) {
  const auto low = least(b);
  if (!low || *low < 1) return std::nullopt;
  if (a == b) return constant(1);
  if (terms(b).size() != 1) return std::nullopt;
  const auto& [divisor, divisor_factor] = *terms(b).begin();
  Polynomial quotient;
  for (const auto& [monomial, factor] : terms(a)) {
    Monomial left;
    if (!std::includes(monomial.begin(), monomial.end(), divisor.begin(), divisor.end()) ||
        factor % divisor_factor != 0)
      return std::nullopt;
    std::set_difference(monomial.begin(), monomial.end(), divisor.begin(), divisor.end(),
                        std::back_inserter(left));
    quotient[left] = factor / divisor_factor;
  }
  return intern(quotient);
}

Expressions::Id Expressions::maximum(Id a, Id b) {
  const auto low = least(subtract(a, b)), high = least(subtract(b, a));
  if (low && *low >= 0) return a;
  if (high && *high >= 0) return b;
  const auto least_a = least(a), least_b = least(b);
  return call("max", {std::min(a, b), std::max(a, b)},
              least_a && least_b ? std::optional(std::max(*least_a, *least_b))
                                 : (least_a ? least_a : least_b));
}

Expressions::Id Expressions::minimum(Id a, Id b) {
  const auto low = least(subtract(a, b)), high = least(subtract(b, a));
  if (low && *low >= 0) return b;
  if (high && *high >= 0) return a;
  const auto least_a = least(a), least_b = least(b);
  return call("min", {std::min(a, b), std::max(a, b)},
              least_a && least_b ? std::optional(std::min(*least_a, *least_b)) : std::nullopt);
}

std::optional<int64_t> Expressions::constant_value(Id id) const {
  const Polynomial& polynomial = terms(id);
  if (polynomial.empty()) return 0;
  if (polynomial.size() > 1 || !polynomial.begin()->first.empty()) return std::nullopt;
  return polynomial.begin()->second;
}

std::optional<int64_t> Expressions::least(Id id) const {
  int64_t sum = 0;
  for (const auto& [monomial, factor] : terms(id)) {
    int64_t product = factor;
    for (const int index : monomial) {
      const auto& low = atoms_[static_cast<size_t>(index)].least;
      if (!low || *low < 0 || factor < 0) return std::nullopt;
      if (__builtin_mul_overflow(product, *low, &product)) return std::nullopt;
    }
    if (__builtin_add_overflow(sum, product, &sum)) return std::nullopt;
  }
  return sum;
}

}  // namespace trtlike::optimizer
