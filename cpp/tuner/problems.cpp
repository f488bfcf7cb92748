// Problems of nodes, and of conversions between them.
#include "tuner/problems.h"

#include <algorithm>

#include "kernels/convert_elements.h"

namespace trtlike::tuner {

using kernels::Layout;

std::shared_ptr<const void> ConvertedConstants::share(const TunedValue& value,
                                                      const Format& format) {
  auto& known = converted_[{value.constant, value.dtype, value.dims[0].to_string()}];
  const auto same = [&](const Converted& other) { return other.format == format; };
  const auto found = std::find_if(known.begin(), known.end(), same);
  if (found != known.end()) return found->data;
  known.push_back(
      {format, kernels::convert_elements(value.constant, value.dtype, format.desc(value.dims[0]))});
  return known.back().data;
}

const void* ConvertedConstants::get(const TunedValue& value, const Format& format) {
  if (format == Format{value.dtype, Layout::Linear}) return value.constant;
  return share(value, format).get();
}

kernels::Problem make_problem(const TunedGraph& graph, const TunedNode& node,
                              const std::vector<Format>& inputs, const std::vector<Format>& outputs,
                              size_t shape, const RunOptions& options,
                              ConvertedConstants& constants) {
  kernels::Problem problem;
  problem.op = node.op;
  problem.attributes = node.attributes;
  problem.threads = options.threads;
  problem.strict = options.strict || node.is_strict;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    problem.inputs.push_back({});
    problem.constants.push_back(nullptr);
    if (node.inputs[i] < 0) continue;
    const TunedValue& value = graph.values[static_cast<size_t>(node.inputs[i])];
    problem.inputs.back() = inputs[i].desc(value.dims[shape]);
    if (value.constant == nullptr) continue;
    problem.constant_inputs.insert(i);
    problem.constants.back() = constants.get(value, inputs[i]);
  }
  for (size_t o = 0; o < node.outputs.size(); ++o) {
    const TunedValue& value = graph.values[static_cast<size_t>(node.outputs[o])];
    problem.outputs.push_back(outputs[o].desc(value.dims[shape]));
  }
  return problem;
}

const kernels::Tactic* find_reformat(const kernels::Problem& problem) {
  const auto tactics = kernels::tactics_for(problem.op->name);
  const auto fits = std::find_if(tactics.begin(), tactics.end(), [&](const kernels::Tactic* t) {
    return !kernels::refuse(*t, problem);
  });
  return fits == tactics.end() ? nullptr : *fits;
}

kernels::Problem reformat_problem(const TunedValue& value, size_t shape, const Format& from,
                                  const Format& to, int threads) {
  static const ops::OpDefinition& op = ops::get_op("Reformat");
  static const std::map<DataType, ops::Attributes> attributes = [] {
    std::map<DataType, ops::Attributes> by_type;
    for (const DataType type : core::all_dtypes())
      by_type[type] = ops::complete_attributes(op, {{"to_type", static_cast<int64_t>(type)}});
    return by_type;
  }();
  kernels::Problem problem;
  problem.op = &op;
  problem.attributes = &attributes.at(to.dtype);
  problem.inputs.push_back(from.desc(value.dims[shape]));
  problem.outputs.push_back(to.desc(value.dims[shape]));
  problem.constants.push_back(nullptr);
  problem.threads = threads;
  return problem;
}

bool same_bytes(const TunedValue& value, const Format& a, const Format& b) {
  if (a.dtype != b.dtype || a.quantization != b.quantization) return false;
  if (a.layout == b.layout) return true;
  const auto is_one = [](int64_t extent) { return extent == 1; };
  const auto has_one_order = [&](const Dims& dims) {
    return dims[1] == 1 || std::all_of(dims.begin() + 2, dims.end(), is_one);
  };
  return value.declared.rank() > 0
             ? has_one_order(value.declared)
             : std::all_of(value.dims.begin(), value.dims.end(), has_one_order);
}

}  // namespace trtlike::tuner
