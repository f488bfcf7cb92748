// Integers that a network or a plan may hold for an attribute, and that mean nothing there: an op
// refuses them by a sentence or computes what its reference says.
#include <gtest/gtest.h>

#include <set>

#include "support/random_problem.h"

namespace trtlike::test {
namespace {

/// Attributes that are numbers of an enumeration.
const std::set<std::string> kEnumerations = {"aggregate",
                                             "bounding_box_format",
                                             "compute_precision",
                                             "coordinate_transformation",
                                             "indices_type",
                                             "interpolation_mode",
                                             "mode",
                                             "nearest_rounding",
                                             "op",
                                             "op0",
                                             "op1",
                                             "operation",
                                             "padding_mode",
                                             "reduction",
                                             "resize_mode",
                                             "round_mode",
                                             "sample_mode",
                                             "selector_for_single_pixel",
                                             "storage_order",
                                             "to_type",
                                             "type"};
/// Of no enumeration; the last ones become a number of one where they lose their upper bits.
constexpr int64_t kOdd[] = {-1, 77, 256, int64_t{1} << 32, INT64_MIN, INT64_MAX};

bool takes(const kernels::Problem& problem, const std::string& name, int64_t number) {
  ops::Attributes attributes = *problem.attributes;
  attributes.set(name, number);
  std::vector<ops::TensorType> types, outputs;
  for (const kernels::TensorDesc& desc : problem.inputs)
    types.push_back(desc.is_absent() ? ops::TensorType{} : ops::TensorType{desc.dtype, desc.dims});
  try {
    ops::infer(*problem.op, attributes, types, std::vector<ops::HostValue>(types.size()), outputs);
  } catch (const UserError& error) {
    EXPECT_NE(std::string(error.what()).find("expected"), std::string::npos) << error.what();
    return false;
  }
  return true;
}

/// Tries each integer among the attributes; gives the enumerations that it found.
std::set<std::string> try_integers(TacticCase& drawn) {
  std::set<std::string> seen;
  const kernels::Problem& problem = drawn.problem();
  for (const auto& [name, value] : problem.attributes->items()) {
    if (ops::kind_of(value) != ops::AttributeKind::Int) continue;
    const bool is_enumeration = kEnumerations.contains(name);
    if (is_enumeration) seen.insert(name);
    for (const int64_t number : kOdd)
      EXPECT_FALSE(takes(problem, name, number) && is_enumeration)
          << problem.op->name << ", " << name << " = " << number;
  }
  return seen;
}

TEST(AttributeValues, numbers_of_no_enumeration_are_refused) {
  std::set<std::string> seen;
  for (const ops::OpDefinition* op : ops::built_in_ops()) {
    const Generator generator = find_generator(op->name);
    for (uint32_t seed = 1; generator != nullptr && seed <= 8; ++seed) try {
        Random random(seed);
        RandomProblem drawn = generator(random);
        seen.merge(try_integers(drawn.problem));
      } catch (const UserError&) {
        // attributes that do not fit together
      }
  }
  EXPECT_EQ(seen, kEnumerations);
}

}  // namespace
}  // namespace trtlike::test
