// Short ways to put a graph together in tests.
#pragma once

#include "ir/graph.h"
#include "support/run_graph.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::test {

inline ir::ValueId random_constant(ir::Graph& graph, const char* name, const Dims& dims,
                                   uint32_t seed = 7) {
  return graph.add_constant(name, DataType::Float, dims, random_elements(core::elems(dims), seed));
}

/// A constant of one element and `rank` dimensions.
inline ir::ValueId scalar(ir::Graph& graph, double value, int rank) {
  return graph.add_constant("scalar", DataType::Float, Dims::filled(rank, 1),
                            std::vector<double>{value});
}

inline ir::ValueId element_wise(ir::Graph& graph, ElementWiseOperation op, ir::ValueId a,
                                ir::ValueId b, const char* name = "binary") {
  return graph.add("ElementWise", name, {a, b}, {{"op", static_cast<int64_t>(op)}});
}

inline ir::ValueId activation(ir::Graph& graph, ActivationType type, ir::ValueId x,
                              double alpha = 0, double beta = 0, const char* name = "activation") {
  return graph.add("Activation", name, {x},
                   {{"type", static_cast<int64_t>(type)}, {"alpha", alpha}, {"beta", beta}});
}

inline ir::ValueId unary(ir::Graph& graph, UnaryOperation op, ir::ValueId x,
                         const char* name = "unary") {
  return graph.add("Unary", name, {x}, {{"op", static_cast<int64_t>(op)}});
}

/// A 3x3 convolution with padding 1 and a random kernel.
inline ir::ValueId convolution(ir::Graph& graph, ir::ValueId x, int64_t channels,
                               const char* name = "conv", bool bias = true) {
  const int64_t in = graph.value(x).type.dims[1];
  std::vector<ir::ValueId> inputs = {x, random_constant(graph, "kernel", {channels, in, 3, 3})};
  if (bias) inputs.push_back(random_constant(graph, "bias", {channels}, 8));
  const std::vector<int64_t> ones = {1, 1};
  return graph.add("Convolution", name, inputs,
                   {{"num_output_maps", channels}, {"pre_padding", ones}, {"post_padding", ones}});
}

}  // namespace trtlike::test
