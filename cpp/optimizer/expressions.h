// Integers that are known at run time only, as polynomials: two of one expression are equal at
// every run. Division rounds down; what is no polynomial is an atom of one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace trtlike::optimizer {

/// Keeps each expression once. Ids are equal exactly where the normal forms are.
class Expressions {
 public:
  using Id = int;

  Id constant(int64_t value);
  /// An integer about which only its name and, perhaps, a lower bound are known. One name is one
  /// integer.
  Id symbol(const std::string& name, std::optional<int64_t> least);
  /// The result of a function of other expressions. `name` says which function.
  Id call(const std::string& name, const std::vector<Id>& arguments, std::optional<int64_t> least);

  Id add(Id a, Id b);
  Id subtract(Id a, Id b);
  Id multiply(Id a, Id b);
  /// The largest integer that is at most a / divisor, for a positive divisor.
  Id floor_divide(Id a, int64_t divisor);
  /// The quotient by a positive integer where no values leave a rest; nothing where that is not
  /// seen.
  std::optional<Id> divide_exactly(Id a, Id b);
  Id maximum(Id a, Id b);
  Id minimum(Id a, Id b);

  std::optional<int64_t> constant_value(Id id) const;
  /// A bound that the integer does not fall below; nothing when none is known.
  std::optional<int64_t> least(Id id) const;

 private:
  /// Atoms whose product is taken, ascending; none for the constant term.
  using Monomial = std::vector<int>;
  using Polynomial = std::map<Monomial, int64_t>;
  struct Atom {
    std::optional<int64_t> least;
    /// The quotient that this atom is; a divisor of 0 for other atoms.
    Id dividend = -1;
    int64_t divisor = 0;
  };

  Id intern(const Polynomial& polynomial);
  Id atom(const std::string& name, const Atom& atom);
  const Polynomial& terms(Id id) const { return *polynomials_[static_cast<size_t>(id)]; }

  std::vector<Atom> atoms_;
  std::map<std::string, Id> names_;
  std::map<Polynomial, Id> ids_;
  std::vector<const Polynomial*> polynomials_;
};

}  // namespace trtlike::optimizer
