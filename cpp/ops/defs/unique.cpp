// Unique: the slices along an axis that differ, each once. Lists are as long as they can be at
// most; the last output says how much of them is filled.
#include <algorithm>
#include <numeric>

#include "core/check.h"
#include "ops/indexing.h"
#include "ops/op.h"

namespace trtlike::ops {
namespace {

int axis_of(const Attributes& attributes, const Dims& dims) {
  return core::normalize_axis(attributes.get_int("axis"), dims.rank(), "attribute 'axis'");
}

void infer(const InferArgs& args) {
  const TensorType& input = args.inputs[0];
  element_bytes(input.dtype, "Unique");
  const int64_t extent = input.dims[axis_of(args.attributes, input.dims)];
  args.outputs[0] = input;
  for (const size_t list : {size_t{1}, size_t{2}, size_t{3}})
    args.outputs[list] = {DataType::Int64, {extent}};
  args.outputs[4] = {DataType::Int64, {1}};
}

/// NaN is equal to NaN and larger than every number.
template <typename Wide>
int compare(Wide a, Wide b) {
  if (a != a || b != b) return static_cast<int>(a != a) - static_cast<int>(b != b);
  return static_cast<int>(a > b) - static_cast<int>(a < b);
}

/// The slices of a tensor along an axis.
template <typename T>
struct Slices {
  Slices(const core::TensorView& view, int axis)
      : elements(view.as<const T>()),
        outer(core::elems_between(view.dims, 0, axis)),
        extent(view.dims[axis]),
        inner(core::elems_between(view.dims, axis + 1, view.dims.rank())) {}

  /// Below 0, 0 or above: slice `a` is before slice `b`, equal or behind, by its first difference.
  int order(int64_t a, int64_t b) const {
    for (int64_t o = 0; o < outer; ++o)
      for (int64_t i = 0; i < inner; ++i)
        if (const int difference = compare(core::widen(elements[(o * extent + a) * inner + i]),
                                           core::widen(elements[(o * extent + b) * inner + i])))
          return difference;
    return 0;
  }

  const T* elements;
  int64_t outer, extent, inner;
};

/// Slices that are equal, in the order of their elements or of their first slices.
struct Groups {
  std::vector<int64_t> first;  ///< the first slice of each group
  std::vector<int64_t> count;
  std::vector<int64_t> of;  ///< the group of each slice
};

template <typename T>
Groups find_groups(const Slices<T>& slices, bool is_sorted) {
  std::vector<int64_t> order(static_cast<size_t>(slices.extent));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](int64_t a, int64_t b) { return slices.order(a, b) < 0; });
  Groups groups;
  groups.of.resize(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    if (i == 0 || slices.order(order[i - 1], order[i]) != 0) {
      groups.first.push_back(order[i]);
      groups.count.push_back(0);
    }
    ++groups.count.back();
    groups.of[static_cast<size_t>(order[i])] = static_cast<int64_t>(groups.first.size()) - 1;
  }
  if (is_sorted) return groups;
  std::vector<int64_t> places(groups.first.size());
  std::iota(places.begin(), places.end(), int64_t{0});
  const auto at = [](const std::vector<int64_t>& list, int64_t i) {
    return list[static_cast<size_t>(i)];
  };
  std::sort(places.begin(), places.end(),
            [&](int64_t a, int64_t b) { return at(groups.first, a) < at(groups.first, b); });
  Groups seen;
  std::vector<int64_t> rank(places.size());
  for (const int64_t place : places) {
    rank[static_cast<size_t>(place)] = static_cast<int64_t>(seen.first.size());
    seen.first.push_back(at(groups.first, place));
    seen.count.push_back(at(groups.count, place));
  }
  for (const int64_t group : groups.of) seen.of.push_back(at(rank, group));
  return seen;
}

void write_list(const std::vector<int64_t>& list, const core::TensorView& view) {
  auto* const to = view.as<int64_t>();
  std::fill(std::copy(list.begin(), list.end(), to), to + view.elems(), int64_t{0});
}

void reference(const ReferenceArgs& args) {
  const core::TensorView &input = args.inputs[0], &values = args.outputs[0];
  const int axis = axis_of(args.attributes, input.dims);
  core::dispatch_dtype(input.dtype, "Unique", [&](auto tag) {
    using T = decltype(tag);
    const Slices<T> slices(input, axis);
    const Groups groups = find_groups(slices, args.attributes.get_bool("sorted"));
    const auto count = static_cast<int64_t>(groups.first.size());
    T* to = values.as<T>();
    for (int64_t o = 0; o < slices.outer; ++o) {
      for (int64_t group = 0; group < slices.extent; ++group) {
        const int64_t slice = group < count ? groups.first[static_cast<size_t>(group)] : -1;
        for (int64_t i = 0; i < slices.inner; ++i)
          *to++ = slice < 0 ? T{} : slices.elements[(o * slices.extent + slice) * slices.inner + i];
      }
    }
    write_list(groups.first, args.outputs[1]);
    write_list(groups.of, args.outputs[2]);
    write_list(groups.count, args.outputs[3]);
    *args.outputs[4].as<int64_t>() = count;
  });
}

}  // namespace

const OpDefinition& unique_op() {
  static const OpDefinition op{
      .name = "Unique",
      .meaning =
          "the slices along an axis that differ, each once, in the order of their elements or "
          "as they come; where each is first, which one each slice is, and how often",
      .layer_type = LayerType::PluginV3,
      .attributes = {{"axis", int64_t{0}}, {"sorted", true}},
      .inputs = {{.name = "input"}},
      .num_outputs = 5,
      .infer = infer,
      .reference = reference,
      .is_data_dependent = true,
  };
  return op;
}

}  // namespace trtlike::ops
