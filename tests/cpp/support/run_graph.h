// Runs a graph with the ops' references, and compares two graphs on the same random inputs.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "ir/graph.h"
#include "ops/evaluate.h"

namespace trtlike::test {

/// A tensor of `type` (all extents known) with elements from `elements`.
ops::OwnedTensor make_tensor(DataType dtype, const Dims& dims, const std::vector<double>& elements);
/// Elements between -1 and 1 (integers: 0 to 3), the same for the same seed.
ops::OwnedTensor random_tensor(DataType dtype, const Dims& dims, uint32_t seed);
/// `count` numbers between -1 and 1.
std::vector<double> random_elements(int64_t count, uint32_t seed);

/// The outputs of `graph` by name. Inputs are given by name; extents of -1 take the tensor's.
std::map<std::string, ops::OwnedTensor> run_graph(
    const ir::Graph& graph, const std::map<std::string, ops::OwnedTensor>& inputs);

/// Both graphs give the same outputs, within `tolerance` of the largest element, for random inputs.
/// Unknown extents of inputs become `unknown_extent`.
void expect_same_outputs(const ir::Graph& expected, const ir::Graph& actual,
                         double tolerance = 1e-5, int64_t unknown_extent = 2);

/// The names of the ops in topological order: "Convolution Activation".
std::string op_names(const ir::Graph& graph);

}  // namespace trtlike::test
