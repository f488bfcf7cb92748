// Choices of extents, and what they have in common.
#include "optimizer/shape_probe.h"

#include <map>

#include "core/check.h"

namespace trtlike::optimizer {
namespace {

constexpr int64_t kPrimes[] = {3,  5,  7,   11,  13,  17,  19,  23,  29,  31, 37,
                               41, 43, 47,  53,  59,  61,  67,  71,  73,  79, 83,
                               89, 97, 101, 103, 107, 109, 113, 127, 131, 137};

/// Networks that halve images several times and join the parts again take multiples of this only.
constexpr int64_t kCoarse = 64;

/// The extents of one choice: symbol `i` of `n` gets `unit` times a prime.
int64_t extent_of(int symbol, int count, int64_t unit, bool falling) {
  return unit * kPrimes[falling ? count - 1 - symbol : symbol];
}

/// The unknown dimensions of the inputs, numbered; those of one name have one number.
std::map<std::pair<ir::ValueId, int>, int> number_unknowns(const ir::Graph& graph, int& count) {
  std::map<std::pair<ir::ValueId, int>, int> numbers;
  std::map<std::string, int> named;
  count = 0;
  for (const ir::ValueId id : graph.inputs()) {
    const ir::Value& value = graph.value(id);
    for (int axis = 0; axis < value.type.dims.rank(); ++axis) {
      if (value.type.dims[axis] >= 0) continue;
      const auto i = static_cast<size_t>(axis);
      const std::string name = i < value.dimension_names.size() ? value.dimension_names[i] : "";
      const bool is_new = name.empty() || named.emplace(name, count).second;
      numbers[{id, axis}] = is_new ? count++ : named.at(name);
    }
  }
  return numbers;
}

}  // namespace

ShapeProbe::ShapeProbe(const ir::Graph& graph) {
  int count = 0;
  const auto numbers = number_unknowns(graph, count);
  if (count == 0 || count > static_cast<int>(std::size(kPrimes))) return;
  const auto add_choice = [&](int64_t unit, bool falling, bool ones) {
    ir::Graph choice = graph.clone();
    for (const auto& [at, symbol] : numbers)
      choice.mutable_value(at.first).type.dims[at.second] =
          ones ? 1 : extent_of(symbol, count, unit, falling);
    try {
      choice.infer_all();
    } catch (const Error&) {
      return false;
    }
    choices_.push_back(std::move(choice));
    return true;
  };
  const bool coarse = add_choice(kCoarse, false, false) && add_choice(kCoarse, true, false);
  const bool fine = add_choice(1, false, false) && add_choice(1, true, false);
  add_choice(1, false, true);
  usable_ = coarse || fine;
}

const Dims& ShapeProbe::dims(ir::ValueId id, size_t choice) const {
  return choices_[choice].value(id).type.dims;
}

const ops::HostValue& ShapeProbe::host(ir::ValueId id, size_t choice) const {
  return choices_[choice].value(id).host;
}

bool ShapeProbe::have_equal_dims(ir::ValueId a, ir::ValueId b) const {
  for (size_t i = 0; i < choices_.size(); ++i)
    if (!core::is_static(dims(a, i)) || dims(a, i) != dims(b, i)) return false;
  return usable_;
}

bool ShapeProbe::is_extent(ir::ValueId shape, size_t element, ir::ValueId value, int axis) const {
  for (size_t i = 0; i < choices_.size(); ++i) {
    const ops::HostValue& elements = host(shape, i);
    const Dims& extents = dims(value, i);
    if (!elements || element >= elements->size() || axis >= extents.rank()) return false;
    if (extents[axis] < 0 || (*elements)[element] != extents[axis]) return false;
  }
  return usable_;
}

}  // namespace trtlike::optimizer
