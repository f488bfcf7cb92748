// Einsum(a, b) -> Shuffle(MatrixMultiply(Shuffle(a), Shuffle(b))): labels of both operands and the
// output become leading extents, summed labels the inner one. Without summed labels, a product of
// broadcast operands; with one operand, a Shuffle and a sum.
#include <algorithm>
#include <numeric>

#include "ops/shapes/einsum_equation.h"
#include "ops/shapes/reduce_shape.h"
#include "optimizer/match.h"
#include "optimizer/rule.h"

namespace trtlike::optimizer {
namespace {

using Ints = std::vector<int64_t>;
using Labels = std::vector<int>;

bool contains(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

bool has_repeats(Labels labels) {
  std::sort(labels.begin(), labels.end());
  return std::adjacent_find(labels.begin(), labels.end()) != labels.end();
}

/// Where each of `wanted` stands in `labels`: the permutation that brings it there.
Ints order_of(const Labels& labels, const Labels& wanted) {
  Ints out;
  for (const int label : wanted)
    out.push_back(std::find(labels.begin(), labels.end(), label) - labels.begin());
  return out;
}

/// The extent of labels taken together: -1 when one is not known.
int64_t merged_extent(const ops::EinsumEquation& equation, const Labels& labels) {
  int64_t product = 1;
  for (const int label : labels) {
    const int64_t extent = equation.extents[static_cast<size_t>(label)];
    if (extent < 0) return -1;
    product *= extent;
  }
  return product;
}

struct Operand {
  ir::ValueId value;
  Labels labels;
};

class Lowering {
 public:
  Lowering(const ir::Graph& graph, ir::NodeId id)
      : graph_(graph), node_(graph.node(id)), patch_(graph) {
    patch_.inherit_from(id);
  }

  std::optional<ir::Patch> lower() {
    std::vector<Dims> dims;
    for (const ir::ValueId input : node_.inputs) dims.push_back(dims_of(graph_, input));
    equation_ = ops::parse_einsum(node_.attributes.get_string("equation"), dims);
    for (size_t i = 0; i < node_.inputs.size(); ++i) {
      operands_.push_back({node_.inputs[i], equation_.operands[i]});
      if (has_repeats(operands_[i].labels)) return std::nullopt;
    }
    for (int label = 0; label < equation_.num_outputs; ++label) output_.push_back(label);
    std::optional<ir::ValueId> result;
    if (operands_.size() == 1) result = lower_one();
    if (operands_.size() == 2) result = lower_two();
    if (!result) return std::nullopt;
    patch_.replace(node_.outputs[0], *result);
    return std::move(patch_);
  }

 private:
  ir::ValueId add(const char* op, const std::vector<ir::ValueId>& inputs,
                  const ir::AttributeList& attributes) {
    return patch_.add(op, node_.name, inputs, attributes);
  }

  ir::ValueId lower_one() {
    const Labels& labels = operands_[0].labels;
    Labels kept;
    int64_t mask = 0;
    for (size_t axis = 0; axis < labels.size(); ++axis) {
      if (contains(output_, labels[axis])) {
        kept.push_back(labels[axis]);
      } else {
        mask |= int64_t{1} << axis;
      }
    }
    ir::ValueId value = operands_[0].value;
    if (mask != 0)
      value = add("Reduce", {value},
                  {{"op", static_cast<int64_t>(ReduceOperation::Sum)}, {"axes", mask}});
    return add("Shuffle", {value}, {{"first_transpose", order_of(kept, output_)}});
  }

  std::optional<ir::ValueId> lower_two() {
    Labels batch, summed;
    for (size_t i = 0; i < equation_.extents.size(); ++i) {
      const auto label = static_cast<int>(i);
      const bool in_a = contains(operands_[0].labels, label);
      const bool in_b = contains(operands_[1].labels, label);
      const bool in_output = label < equation_.num_outputs;
      if (!in_output && !(in_a && in_b)) return std::nullopt;
      if (in_a && in_b) (in_output ? batch : summed).push_back(label);
    }
    if (summed.empty()) return lower_product();
    for (const int label : summed)
      if (extent_of(0, label) != extent_of(1, label)) return std::nullopt;
    const bool swapped = !output_.empty() && !contains(operands_[1].labels, output_.back());
    if (swapped) std::swap(operands_[0], operands_[1]);
    return lower_matrices(batch, summed);
  }

  int64_t extent_of(size_t operand, int label) const {
    const Labels& labels = operands_[operand].labels;
    const auto axis = std::find(labels.begin(), labels.end(), label) - labels.begin();
    return dims_of(graph_, operands_[operand].value)[static_cast<int>(axis)];
  }

  /// Both operands in the order of the output, with extents of 1 where they lack a label.
  std::optional<ir::ValueId> lower_product() {
    std::vector<ir::ValueId> values;
    for (const Operand& operand : operands_) {
      Labels kept;
      Ints missing;
      for (const int label : output_) {
        if (contains(operand.labels, label)) {
          kept.push_back(label);
        } else {
          missing.push_back(label);
        }
      }
      ir::ValueId value =
          add("Shuffle", {operand.value}, {{"first_transpose", order_of(operand.labels, kept)}});
      if (!missing.empty()) value = add("Unsqueeze", {value}, {{"axes", missing}});
      values.push_back(value);
    }
    return add("ElementWise", values, {{"op", static_cast<int64_t>(ElementWiseOperation::Prod)}});
  }

  struct Matrix {
    ir::ValueId value;
    bool is_transposed = false;
  };

  /// The operand as [batch..., rows, columns], or transposed where that moves less.
  std::optional<Matrix> make_matrix(const Operand& operand, const Labels& batch, Labels rows,
                                    Labels columns) {
    Matrix matrix;
    matrix.is_transposed = !operand.labels.empty() && contains(rows, operand.labels.back());
    if (matrix.is_transposed) std::swap(rows, columns);
    Labels order = batch;
    order.insert(order.end(), rows.begin(), rows.end());
    order.insert(order.end(), columns.begin(), columns.end());
    ir::AttributeList attributes = {{"first_transpose", order_of(operand.labels, order)}};
    if (rows.size() != 1 || columns.size() != 1) {
      // The zeros stand for the operand's own extents.
      Ints dims(batch.size(), 0);
      dims.push_back(rows.size() == 1 ? 0 : merged_extent(equation_, rows));
      dims.push_back(merged_extent(equation_, columns));
      if (std::count(dims.begin(), dims.end(), -1) > 1) return std::nullopt;
      attributes.push_back({"has_reshape", true});
      attributes.push_back({"reshape_dims", dims});
    }
    matrix.value = add("Shuffle", {operand.value}, attributes);
    return matrix;
  }

  /// All rows but the last where several extents are not known, which no reshape could part again:
  /// they become leading extents, along which the other operand repeats.
  Labels take_unknown(Labels& rows) const {
    const auto unknown = std::count_if(rows.begin(), rows.end(), [&](int label) {
      return equation_.extents[static_cast<size_t>(label)] < 0;
    });
    if (unknown < 2) return {};
    const Labels out(rows.begin(), rows.end() - 1);
    rows = {rows.back()};
    return out;
  }

  std::optional<ir::ValueId> lower_matrices(const Labels& shared, const Labels& summed) {
    const auto own = [&](const Operand& operand) {
      Labels out;
      for (const int label : operand.labels)
        if (!contains(shared, label) && !contains(summed, label)) out.push_back(label);
      std::sort(out.begin(), out.end());
      return out;
    };
    Labels rows = own(operands_[0]);
    const Labels columns = own(operands_[1]), lead = take_unknown(rows);
    Labels batch = lead;
    batch.insert(batch.end(), shared.begin(), shared.end());
    if (batch.size() + 2 > Dims::kMaxDims) return std::nullopt;
    const auto a = make_matrix(operands_[0], batch, rows, summed);
    auto b = make_matrix(operands_[1], shared, summed, columns);
    if (!a || !b) return std::nullopt;
    Ints leading(lead.size());
    std::iota(leading.begin(), leading.end(), 0);
    if (!lead.empty()) b->value = add("Unsqueeze", {b->value}, {{"axes", leading}});
    const ir::ValueId product = add("MatrixMultiply", {a->value, b->value},
                                    {{"op0", static_cast<int64_t>(a->is_transposed)},
                                     {"op1", static_cast<int64_t>(b->is_transposed)}});
    Labels order = batch;
    order.insert(order.end(), rows.begin(), rows.end());
    order.insert(order.end(), columns.begin(), columns.end());
    ir::AttributeList attributes = {{"second_transpose", order_of(order, output_)}};
    if (rows.size() != 1 || columns.size() != 1) {
      Ints dims(batch.size(), 0);
      const Labels* const sides[] = {&rows, &columns};
      for (const Labels* labels : sides)
        for (const int label : *labels)
          dims.push_back(equation_.extents[static_cast<size_t>(label)]);
      if (rows.size() == 1) dims[batch.size()] = 0;
      if (std::count(dims.begin(), dims.end(), -1) > 1) return std::nullopt;
      attributes.push_back({"has_reshape", true});
      attributes.push_back({"reshape_dims", dims});
    }
    return add("Shuffle", {product}, attributes);
  }

  const ir::Graph& graph_;
  const ir::Node& node_;
  ir::Patch patch_;
  ops::EinsumEquation equation_;
  std::vector<Operand> operands_;
  Labels output_;
};

std::optional<ir::Patch> rewrite(const ir::Graph& graph, ir::NodeId id) {
  return Lowering(graph, id).lower();
}

}  // namespace

Rule lower_einsum() {
  return {"lower_einsum", "Einsum(a, b) -> Shuffle(MatrixMultiply(Shuffle(a), Shuffle(b)))",
          "Einsum", 10, rewrite};
}

}  // namespace trtlike::optimizer
