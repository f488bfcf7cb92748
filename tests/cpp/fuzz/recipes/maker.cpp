// Operands and layers of random networks.
#include "fuzz/recipes/maker.h"

#include <algorithm>
#include <numeric>

#include "ir/network_state.h"
#include "ir/patch.h"
#include "support/run_graph.h"

namespace trtlike::test::recipes {

Dims Maker::dims(int rank) {
  Dims out;
  for (int i = 0; i < rank; ++i) {
    static constexpr int64_t kExtents[] = {1, 2, 3, 4, 5, 7, 8, 9, 16, 17};
    out.push_back(kExtents[below(rank > 3 ? 6 : std::size(kExtents))]);
  }
  return out;
}

Operand Maker::any(DataType dtype, int least_rank, int most_rank, int most_bits) {
  if (below(4) != 0)
    for (int attempt = 0; attempt < 8 && !values_.empty(); ++attempt) {
      const Operand& value =
          values_[static_cast<size_t>(below(static_cast<int64_t>(values_.size())))];
      if (value.tensor.dtype() == dtype && value.rank() >= least_rank &&
          value.rank() <= most_rank && value.bits <= most_bits)
        return value;
    }
  return input(dtype, dims(static_cast<int>(between(least_rank, most_rank))));
}

std::vector<double> Maker::elements(DataType dtype, const Dims& dims) {
  std::vector<double> out(static_cast<size_t>(core::elems(dims)));
  for (double& element : out)
    element = dtype == DataType::Bool ? static_cast<double>(below(2))
              : core::is_float(dtype) ? static_cast<double>(between(-16, 16)) / 8
                                      : static_cast<double>(between(-4, 4));
  return out;
}

Operand Maker::input(DataType dtype, const Dims& dims) {
  const std::string name = core::str("in", graph_.inputs.size());
  graph_.inputs[name] = make_tensor(dtype, dims, elements(dtype, dims));
  return {graph_.network.add_input(name, dtype, dims), 6};
}

Operand Maker::constant(DataType dtype, const Dims& dims, const std::vector<double>& elements) {
  const ir::ConstantData data = ir::make_constant_data(dtype, elements);
  Layer layer =
      graph_.network.add_constant(dims, {dtype, data.data.get(), core::elems(dims), data.data});
  return {layer.output(0), 6};
}

Operand Maker::indices(const Dims& dims, int64_t low, int64_t high) {
  std::vector<double> out(static_cast<size_t>(core::elems(dims)));
  for (double& index : out) index = static_cast<double>(between(low, high));
  return constant(maybe() ? DataType::Int32 : DataType::Int64, dims, out);
}

void Maker::add(const char* op, const std::vector<Operand>& operands, const Given& given,
                int bits) {
  // Not Network::add_layer, which keeps what an op refuses.
  const auto& state = NetworkAccess::state(graph_.network);
  std::vector<ir::ValueId> ids;
  if (bits != kWild) bits = std::min(bits, kInexact);
  for (const Operand& operand : operands) {
    ids.push_back({operand.tensor.id()});
    if (operand.bits == kWild) bits = kWild;
  }
  const std::string name = core::str(op, "_", state->graph.num_node_ids());
  const ir::NodeId node =
      state->graph.add_node(op, name, ids, ir::AttributeList(given.begin(), given.end()));
  for (const ir::ValueId output : state->graph.node(node).outputs)
    values_.push_back({NetworkAccess::tensor(state, output), bits});
  graph_.ops.insert(op);
}

int64_t mask_of(Maker& m, int rank) { return m.between(1, (int64_t{1} << rank) - 1); }
int64_t axis_of(Maker& m, int rank) { return m.below(rank); }
int sum_bits(int a, int b) { return std::min(std::max(a, b) + 1, kInexact); }

Dims broadcastable(Maker& m, Dims dims) {
  for (int i = 0; i < dims.rank(); ++i)
    if (m.below(3) == 0) dims[i] = 1;
  return dims;
}

Axes permutation(Maker& m, int rank) {
  Axes axes(static_cast<size_t>(rank));
  std::iota(axes.begin(), axes.end(), 0);
  std::shuffle(axes.begin(), axes.end(), m.random());
  return axes;
}

Axes per_axis(Maker& m, int spatial, int64_t low, int64_t high) {
  Axes out(static_cast<size_t>(spatial));
  for (int64_t& number : out) number = m.between(low, high);
  return out;
}

}  // namespace trtlike::test::recipes
