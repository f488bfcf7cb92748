// Enumeration of operand formats and of the tactics that accept them.
#include "tuner/candidates.h"

#include <algorithm>
#include <set>

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

/// Calls f(value) for the operands of a node that are no weights.
template <typename F>
void for_each_activation(const TunedGraph& graph, const TunedNode& node, F&& f) {
  for (size_t i = 0; i < node.inputs.size(); ++i)
    if (node.inputs[i] >= 0 && !is_weights(graph, node, i)) f(node.inputs[i]);
  for (int id : node.outputs) f(id);
}

int rank_of(const TunedGraph& graph, int id) {
  return graph.values[static_cast<size_t>(id)].dims[0].rank();
}

/// The ranks of a node's images.
std::set<int> image_ranks(const TunedGraph& graph, const TunedNode& node,
                          const std::vector<bool>& images) {
  std::set<int> ranks;
  for_each_activation(graph, node, [&](int id) {
    if (images[static_cast<size_t>(id)]) ranks.insert(rank_of(graph, id));
  });
  return ranks;
}

/// Nothing where no operand would say that the node computes in this precision.
std::optional<Assignment> make_formats(const TunedGraph& graph, const TunedNode& node,
                                       DataType precision, Keep keep, const std::set<int>& ranks,
                                       std::pair<Layout, Layout> layouts) {
  Assignment formats;
  bool shows_precision = false, has_floats = false;
  const auto format_of = [&](int id, bool is_input) {
    const TunedValue& value = graph.values[static_cast<size_t>(id)];
    const bool is_image = ranks.contains(rank_of(graph, id));
    const Format format = value.format(
        node.op->reads_bits ? value.dtype : operand_type(value, precision, keep, is_input),
        is_image ? (is_input ? layouts.first : layouts.second) : Layout::Linear);
    has_floats = has_floats || core::is_float(value.dtype);
    const bool counts = is_input || !node.op->converts_operands;
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
  // The weights say what operands are converted to where nothing else does.
  if (!node.op->converts_operands || !is_weights(graph, node, 1) || !core::is_float(precision))
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

/// Keeps the tactics that take every problem of the assignment, and those at the limits.
void keep_accepting(const TunedGraph& graph, const TunedNode& node, const Options& options,
                    Assignment& assignment, std::vector<Refusal>& refusals) {
  const std::vector<kernels::Problem> limits = limit_problems(graph, node, assignment);
  for (const kernels::Tactic* tactic : kernels::tactics_for(node.op->name)) {
    if (!(tactic->needs <= core::cpu_isa())) continue;
    if (!source_allowed(*tactic, options.sources)) {
      refusals.push_back({tactic, "its source is switched off"});
      continue;
    }
    std::optional<std::string> reason;
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

std::vector<bool> find_images(const TunedGraph& graph) {
  std::vector<bool> images(graph.values.size(), false);
  for (const TunedNode& node : graph.nodes)
    for_each_activation(graph, node, [&](int id) {
      const int rank = rank_of(graph, id);
      const bool has_windows = node.op->is_spatial && (rank == 3 || rank == 5);
      if (rank == kImageRank || has_windows) images[static_cast<size_t>(id)] = true;
    });
  return images;
}

bool is_weights(const TunedGraph& graph, const TunedNode& node, size_t i) {
  if (node.inputs[i] < 0 || graph.values[static_cast<size_t>(node.inputs[i])].constant == nullptr)
    return false;
  if (i >= node.op->inputs.size()) return false;
  return node.op->inputs[i].weights || node.op->inputs[i].packable;
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
                     const std::set<int>& ranks, const Options& options,
                     ConvertedConstants& constants, std::vector<Assignment>& out,
                     std::vector<Refusal>& refusals) {
  const size_t shapes = graph.values[static_cast<size_t>(node.outputs[0])].dims.size();
  const size_t num_layouts = !ranks.empty() ? std::size(kLayouts) : 1;
  for (size_t l = 0; l < num_layouts; ++l) {
    const auto layouts = num_layouts == 1 ? std::pair{Layout::Linear, Layout::Linear} : kLayouts[l];
    std::optional<Assignment> assignment =
        make_formats(graph, node, precision, keep, ranks, layouts);
    const bool known =
        !assignment || std::any_of(out.begin(), out.end(), [&](const Assignment& other) {
          return other.inputs == assignment->inputs && other.outputs == assignment->outputs;
        });
    if (known) continue;
    for (size_t shape = 0; shape < shapes; ++shape)
      assignment->problems.push_back(make_problem(graph, node, assignment->inputs,
                                                  assignment->outputs, shape,
                                                  {options.threads, options.strict}, constants));
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
                                         const std::vector<bool>& images, const Options& options,
                                         ConvertedConstants& constants,
                                         std::vector<Refusal>& refusals) {
  std::vector<Assignment> out;
  const std::set<int> ranks = image_ranks(graph, node, images);
  const auto add = [&](const std::vector<DataType>& precisions) {
    for (Keep keep : {Keep::Fixed, Keep::Stored, Keep::None}) {
      const bool has_references = !out.empty();
      if (keep == Keep::None && !std::all_of(out.begin(), out.end(), is_reference_only)) break;
      const auto known = static_cast<long>(out.size());
      for (DataType precision : precisions)
        add_assignments(graph, node, precision, keep, ranks, options, constants, out, refusals);
      if (keep == Keep::None && has_references)
        out.erase(std::remove_if(out.begin() + known, out.end(), is_reference_only), out.end());
    }
  };
  add(node.precisions.empty() ? natural_precisions(graph, node) : node.precisions);
  if (out.empty()) add(node.fallback);
  if (options.level < 5) drop_slow(out);
  return out;
}

Assignment stored_formats(const TunedGraph& graph, const TunedNode& node) {
  Assignment formats;
  const auto format_of = [&](int id) {
    const TunedValue& value = graph.values[static_cast<size_t>(id)];
    if (node.has_regions) return Format{value.dtype, Layout::Linear};
    if (value.fixed && !value.stored) return value.fixed_format;
    return value.format(value.stored.value_or(value.dtype), Layout::Linear);
  };
  for (const int id : node.inputs) formats.inputs.push_back(id < 0 ? Format{} : format_of(id));
  for (const int id : node.outputs) formats.outputs.push_back(format_of(id));
  return formats;
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

}  // namespace trtlike::tuner
