// Enumeration of operand formats and of the tactics that accept them.
#include "tuner/candidates.h"

#include <algorithm>
#include <cstring>
#include <map>

#include "core/os/memory.h"
#include "core/quantize.h"

namespace trtlike::tuner {
namespace {

using kernels::Layout;

constexpr int kImageRank = 4;

/// Layouts of (inputs, outputs) that are tried for nodes with image operands, in order of
/// preference.
constexpr std::pair<Layout, Layout> kLayouts[] = {
    {Layout::ChannelsLast, Layout::ChannelsLast},
    {Layout::Linear, Layout::Linear},
    {Layout::Linear, Layout::ChannelsLast},
    {Layout::ChannelsLast, Layout::Linear},
};

bool is_image(const TunedValue& value) { return value.dims[0].rank() == kImageRank; }

/// Which operands keep a type of their own where a node computes in another precision.
enum class Keep {
  Fixed,   ///< the caller's tensors, and those that are stored in one type
  Stored,  ///< those that are stored in one type
  None,
};

/// Inputs that are stored narrow are converted: their type must not say what to compute in.
DataType operand_type(const TunedValue& value, DataType precision, Keep keep, bool is_input) {
  if (!core::is_float(value.dtype)) return value.dtype;
  if (keep != Keep::None && value.stored)
    return is_input && *value.stored != DataType::Float ? precision : *value.stored;
  if (keep == Keep::Fixed && value.fixed) return value.fixed_format.dtype;
  return precision;
}

/// Precisions that a node computes in where none are given: its operands' own.
std::vector<DataType> natural_precisions(const TunedGraph& graph, const TunedNode& node) {
  for (const auto* ids : {&node.outputs, &node.inputs})
    for (int id : *ids)
      if (id >= 0 && core::is_float(graph.values[static_cast<size_t>(id)].dtype))
        return {graph.values[static_cast<size_t>(id)].dtype};
  return {DataType::Float};
}

bool has_image(const TunedGraph& graph, const TunedNode& node) {
  const auto image = [&](int id) {
    return id >= 0 && is_image(graph.values[static_cast<size_t>(id)]);
  };
  return std::any_of(node.outputs.begin(), node.outputs.end(), image) ||
         std::any_of(node.inputs.begin(), node.inputs.end(), image);
}

kernels::Problem make_problem(const TunedGraph& graph, const TunedNode& node,
                              const Assignment& formats, size_t shape, const Options& options,
                              ConvertedConstants& constants) {
  kernels::Problem problem;
  problem.op = node.op;
  problem.attributes = node.attributes;
  problem.threads = options.threads;
  problem.strict = options.strict;
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] < 0) {
      problem.inputs.push_back({});
      problem.constants.push_back(nullptr);
      continue;
    }
    const TunedValue& value = graph.values[static_cast<size_t>(node.inputs[i])];
    problem.inputs.push_back(formats.inputs[i].desc(value.dims[shape]));
    if (value.constant != nullptr) problem.constant_inputs.insert(i);
    problem.constants.push_back(
        value.constant == nullptr ? nullptr : constants.get(value, formats.inputs[i]));
  }
  for (size_t i = 0; i < node.outputs.size(); ++i) {
    const TunedValue& value = graph.values[static_cast<size_t>(node.outputs[i])];
    problem.outputs.push_back(formats.outputs[i].desc(value.dims[shape]));
  }
  return problem;
}

bool is_product(const TunedNode& node) {
  const std::string_view op = node.op->name;
  return op == "MatrixMultiply" || op == "FusedMatrixMultiply";
}

/// Nothing where no operand would say that the node computes in this precision.
std::optional<Assignment> make_formats(const TunedGraph& graph, const TunedNode& node,
                                       DataType precision, Keep keep,
                                       std::pair<Layout, Layout> layouts) {
  Assignment formats;
  bool shows_precision = false, has_floats = false;
  const auto format_of = [&](int id, bool is_input) {
    const TunedValue& value = graph.values[static_cast<size_t>(id)];
    const Format format = value.format(
        operand_type(value, precision, keep, is_input),
        is_image(value) ? (is_input ? layouts.first : layouts.second) : Layout::Linear);
    has_floats = has_floats || core::is_float(value.dtype);
    const bool counts = is_input || !is_product(node);
    shows_precision = shows_precision || (counts && format.dtype == precision);
    return format;
  };
  for (size_t i = 0; i < node.inputs.size(); ++i) {
    if (node.inputs[i] < 0) {
      formats.inputs.emplace_back();
    } else if (is_weights(graph, node, i)) {
      const TunedValue& value = graph.values[static_cast<size_t>(node.inputs[i])];
      formats.inputs.push_back(value.format(value.dtype, Layout::Linear));
    } else {
      formats.inputs.push_back(format_of(node.inputs[i], true));
    }
  }
  for (int id : node.outputs) formats.outputs.push_back(format_of(id, false));
  if (shows_precision || !has_floats) return formats;
  // Products convert their operands themselves; the weights say to what where nothing else does.
  if (!is_product(node) || !is_weights(graph, node, 1) || !core::is_float(precision))
    return std::nullopt;
  formats.inputs[1].dtype = precision;
  return formats;
}

bool source_allowed(const kernels::Tactic& tactic, int64_t sources) {
  return tactic.source == kernels::Source::Reference || tactic.source == kernels::Source::Added ||
         ((sources >> static_cast<int>(tactic.source)) & 1) != 0;
}

/// The assignment's first problem at the extents that are not timed.
std::vector<kernels::Problem> limit_problems(const TunedGraph& graph, const TunedNode& node,
                                             const Assignment& assignment) {
  std::vector<kernels::Problem> out;
  const size_t count = graph.values[static_cast<size_t>(node.outputs[0])].limits.size();
  for (size_t limit = 0; limit < count; ++limit) {
    kernels::Problem problem = assignment.problems[0];
    const auto set_dims = [&](const std::vector<int>& ids, auto& descs) {
      for (size_t i = 0; i < ids.size(); ++i)
        if (ids[i] >= 0) descs[i].dims = graph.values[static_cast<size_t>(ids[i])].limits[limit];
    };
    set_dims(node.inputs, problem.inputs);
    set_dims(node.outputs, problem.outputs);
    out.push_back(std::move(problem));
  }
  return out;
}

/// References compute operands of one type as one type, weights excepted.
bool fits_reference(const TunedGraph& graph, const TunedNode& node, const Assignment& formats) {
  std::map<DataType, DataType> stored;
  const auto fits = [&](int id, const Format& format) {
    if (id < 0) return true;
    const DataType dtype = graph.values[static_cast<size_t>(id)].dtype;
    return stored.try_emplace(dtype, format.dtype).first->second == format.dtype;
  };
  for (size_t i = 0; i < node.inputs.size(); ++i)
    if (!is_weights(graph, node, i) && !fits(node.inputs[i], formats.inputs[i])) return false;
  for (size_t o = 0; o < node.outputs.size(); ++o)
    if (!fits(node.outputs[o], formats.outputs[o])) return false;
  return true;
}

/// Keeps the tactics that take every problem of the assignment, and those at the limits.
void keep_accepting(const TunedGraph& graph, const TunedNode& node, const Options& options,
                    Assignment& assignment, std::vector<Refusal>& refusals) {
  const bool one_type = fits_reference(graph, node, assignment);
  const std::vector<kernels::Problem> limits = limit_problems(graph, node, assignment);
  for (const kernels::Tactic* tactic : kernels::tactics_for(node.op->name)) {
    if (!(tactic->needs <= core::cpu_isa())) continue;
    if (!source_allowed(*tactic, options.sources)) {
      refusals.push_back({tactic, "its source is switched off"});
      continue;
    }
    std::optional<std::string> reason;
    if (tactic->source == kernels::Source::Reference && !one_type)
      reason = "needs operands of one type";
    for (const kernels::Problem& problem : assignment.problems)
      if (reason || (reason = kernels::refuse(*tactic, problem))) break;
    for (size_t i = 0; i < limits.size() && !reason; ++i)
      reason = kernels::refuse(*tactic, limits[i]);
    if (reason) {
      refusals.push_back({tactic, *reason});
    } else {
      assignment.tactics.push_back(tactic);
    }
  }
}

}  // namespace

bool is_weights(const TunedGraph& graph, const TunedNode& node, size_t i) {
  if (node.inputs[i] < 0 || graph.values[static_cast<size_t>(node.inputs[i])].constant == nullptr)
    return false;
  if (is_product(node)) return i < 3;
  return i < node.op->inputs.size() && node.op->inputs[i].weights;
}

const void* ConvertedConstants::get(const TunedValue& value, const Format& format) {
  if (format == Format{value.dtype, Layout::Linear}) return value.constant;
  owners.push_back(convert_constant(value.constant, value.dims[0], value.dtype, format));
  return owners.back().get();
}

std::shared_ptr<void> convert_constant(const void* data, const Dims& dims, DataType from,
                                       const Format& to) {
  const core::TensorView source{const_cast<void*>(data), from, dims};
  const int64_t n = source.elems();
  std::shared_ptr<void> out = core::allocate_shared(core::dtype_bytes(to.dtype, n));
  const core::TensorView target{out.get(), to.dtype, dims};
  const auto element = [&](int64_t i) {
    return to.quantization && core::is_float(from)
               ? core::quantize(to.quantization, dims, i, source.at(i))
               : source.at(i);
  };
  if (to.layout == Layout::Linear) {
    for (int64_t i = 0; i < n; ++i) target.set(i, element(i));
    return out;
  }
  const int64_t channels = dims[1], pixels = core::elems_between(dims, 2, dims.rank());
  for (int64_t b = 0; b < dims[0]; ++b)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t p = 0; p < pixels; ++p)
        target.set((b * pixels + p) * channels + c, element((b * channels + c) * pixels + p));
  return out;
}

namespace {

bool is_narrow(const TunedGraph& graph, const std::vector<int>& ids,
               const std::vector<Format>& formats) {
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0) continue;
    const DataType dtype = graph.values[static_cast<size_t>(ids[i])].dtype;
    if (core::is_float(dtype) &&
        core::dtype_bytes(formats[i].dtype, 1) < core::dtype_bytes(dtype, 1))
      return true;
  }
  return false;
}

/// Adds what some tactic takes and is not there already.
void add_assignments(const TunedGraph& graph, const TunedNode& node, DataType precision, Keep keep,
                     const Options& options, ConvertedConstants& constants,
                     std::vector<Assignment>& out, std::vector<Refusal>& refusals) {
  const size_t shapes = graph.values[static_cast<size_t>(node.outputs[0])].dims.size();
  const size_t num_layouts = has_image(graph, node) ? std::size(kLayouts) : 1;
  for (size_t l = 0; l < num_layouts; ++l) {
    const auto layouts = num_layouts == 1 ? std::pair{Layout::Linear, Layout::Linear} : kLayouts[l];
    std::optional<Assignment> assignment = make_formats(graph, node, precision, keep, layouts);
    const bool known =
        !assignment || std::any_of(out.begin(), out.end(), [&](const Assignment& other) {
          return other.inputs == assignment->inputs && other.outputs == assignment->outputs;
        });
    if (known) continue;
    for (size_t shape = 0; shape < shapes; ++shape)
      assignment->problems.push_back(
          make_problem(graph, node, *assignment, shape, options, constants));
    keep_accepting(graph, node, options, *assignment, refusals);
    assignment->narrow = is_narrow(graph, node.inputs, assignment->inputs) ||
                         is_narrow(graph, node.outputs, assignment->outputs);
    if (!assignment->tactics.empty()) out.push_back(std::move(*assignment));
  }
}

bool is_reference_only(const Assignment& assignment) {
  return assignment.tactics.front()->source == kernels::Source::Reference;
}

/// References are slow to time and never win against what is made to be fast, in whatever formats.
void drop_slow(std::vector<Assignment>& assignments) {
  if (!std::all_of(assignments.begin(), assignments.end(), is_reference_only))
    std::erase_if(assignments, is_reference_only);
}

}  // namespace

std::vector<Assignment> list_assignments(const TunedGraph& graph, const TunedNode& node,
                                         const Options& options, ConvertedConstants& constants,
                                         std::vector<Refusal>& refusals) {
  std::vector<Assignment> out;
  const auto add = [&](const std::vector<DataType>& precisions) {
    for (Keep keep : {Keep::Fixed, Keep::Stored, Keep::None}) {
      const bool has_references = !out.empty();
      if (keep == Keep::None && !std::all_of(out.begin(), out.end(), is_reference_only)) break;
      const auto known = static_cast<long>(out.size());
      for (DataType precision : precisions)
        add_assignments(graph, node, precision, keep, options, constants, out, refusals);
      if (keep == Keep::None && has_references)
        out.erase(std::remove_if(out.begin() + known, out.end(), is_reference_only), out.end());
    }
  };
  add(node.precisions.empty() ? natural_precisions(graph, node) : node.precisions);
  if (out.empty()) add(node.fallback);
  if (options.level < 5) drop_slow(out);
  return out;
}

std::optional<std::string> find_last_resort(const std::vector<Assignment>& assignments,
                                            std::vector<Refusal> refusals) {
  const auto is_reference = [](const kernels::Tactic* tactic) {
    return tactic->source == kernels::Source::Reference;
  };
  for (const Assignment& assignment : assignments)
    if (!std::all_of(assignment.tactics.begin(), assignment.tactics.end(), is_reference))
      return std::nullopt;
  std::erase_if(refusals, [&](const Refusal& refusal) { return is_reference(refusal.tactic); });
  return to_string(refusals);
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
