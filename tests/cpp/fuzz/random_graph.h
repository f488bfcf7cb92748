// Random networks from the op table, with the elements of their inputs: what the whole builder is
// compared with the references on.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <string_view>

#include "ops/evaluate.h"
#include "trtlike/network.h"

namespace trtlike::test {

struct RandomGraph {
  Network network;
  /// By name.
  std::map<std::string, ops::OwnedTensor> inputs;
  /// The ops that it has.
  std::set<std::string> ops;
};

/// One to eight layers, each of an op that make_layer knows, on floats, integers and truth values
/// of rank 1 to 5. Where an op jumps (comparisons, roundings, indices), it reads numbers that are
/// computed without rounding, so that two right answers cannot differ.
RandomGraph random_graph(std::mt19937& random);

/// True for the ops that random_graph can make layers of.
bool has_recipe(std::string_view op);

}  // namespace trtlike::test
