// The passes of aliasing, in this order: views and slices (the output is part of the input), then
// concatenations (inputs are parts of the output), then outputs that take over a dying input.
#include "engine/alias_plan.h"

#include <algorithm>
#include <climits>

#include "engine/alias_slice.h"
#include "engine/alias_tree.h"

namespace trtlike::engine {
namespace {

using kernels::Layout;
using kernels::TensorDesc;

size_t index(int32_t value) { return static_cast<size_t>(value); }

/// Homes before anything is aliased, and outputs that need a copy at the end.
std::vector<Storage> initial_storages(const ConcretePlan& concrete, AliasPlan& plan) {
  const Plan& p = *concrete.plan;
  std::vector<Storage> storages(p.values.size());
  for (size_t v = 0; v < p.values.size(); ++v) {
    if (concrete.known[v]) storages[v].region = MemoryRegion::Known;
    if (p.values[v].kind == ValueKind::Constant) storages[v].region = MemoryRegion::Constant;
  }
  for (size_t b = 0; b < p.bindings.size(); ++b)
    if (p.bindings[b].mode == TensorIOMode::Input)
      storages[index(p.bindings[b].value)] = {MemoryRegion::Input, -1, 0, static_cast<int32_t>(b)};
  for (size_t s = 0; s < concrete.last_step; ++s) {
    if (!concrete.steps[s].runs) continue;
    for (int32_t output : concrete.plan_step(s).outputs)
      if (output >= 0 && !concrete.known[index(output)])
        storages[index(output)].region =
            s < concrete.first_step ? MemoryRegion::Earlier : MemoryRegion::Arena;
  }
  const bool is_last = concrete.last_step == p.steps.size();
  for (size_t b = 0; b < p.bindings.size(); ++b) {
    if (p.bindings[b].mode != TensorIOMode::Output) continue;
    const int32_t value = p.bindings[b].value;
    Storage& storage = storages[index(value)];
    if (storage.region == MemoryRegion::Arena || storage.region == MemoryRegion::Earlier)
      storage = {MemoryRegion::Output, -1, 0, static_cast<int32_t>(b)};
    else if (is_last)
      plan.final_copies.push_back({value, static_cast<int32_t>(b)});
  }
  return storages;
}

class Planner {
 public:
  explicit Planner(ConcretePlan& concrete)
      : concrete_(concrete),
        plan_(make_plan(concrete)),
        tree_(concrete, plan_.steps, initial_storages(concrete, plan_)) {}

  AliasPlan run() {
    // Backwards, so that a part of a part is part of something before that moves.
    for (size_t s = concrete_.last_step; s-- > concrete_.first_step;) {
      if (plan_.steps[s].work != Work::Kernel) continue;
      if (is_view(s)) {
        alias_view(s);
      } else {
        alias_slice(s);
      }
    }
    for_each_running([&](size_t s) { alias_concatenation(s); });
    for_each_running([&](size_t s) { alias_in_place(s); });
    for (size_t s = concrete_.first_step; s < concrete_.last_step; ++s) plan_copies(s);
    plan_.storages = tree_.storages();
    return std::move(plan_);
  }

 private:
  static AliasPlan make_plan(const ConcretePlan& concrete) {
    AliasPlan plan;
    plan.steps.resize(concrete.plan->steps.size());
    for (size_t s = concrete.first_step; s < concrete.last_step; ++s)
      if (concrete.steps[s].runs) plan.steps[s].work = Work::Kernel;
    return plan;
  }

  template <typename F>
  void for_each_running(F&& f) {
    for (size_t s = concrete_.first_step; s < concrete_.last_step; ++s)
      if (plan_.steps[s].work == Work::Kernel) f(s);
  }

  const TensorDesc& desc(int32_t value) const { return concrete_.desc(value); }

  static bool same_format(const TensorDesc& a, const TensorDesc& b) {
    return a.dtype == b.dtype && a.layout == b.layout && a.dims == b.dims &&
           a.quantization == b.quantization;
  }

  bool is_view(size_t s) const {
    const PlanStep& step = concrete_.plan_step(s);
    const ops::OpDefinition& op = *concrete_.steps[s].op;
    if (op.is_view == nullptr || step.inputs.empty() || step.inputs[0] < 0 || step.outputs[0] < 0)
      return false;
    if (!op.is_view(StepArgs(concrete_, s).args())) return false;
    const TensorDesc &from = desc(step.inputs[0]), &to = desc(step.outputs[0]);
    return from.dtype == to.dtype && from.quantization == to.quantization &&
           (same_format(from, to) || (is_dense_linear(from) && is_dense_linear(to)));
  }

  /// The whole of `from` as rows of one copy into a range of `to`.
  Copy make_copy(int32_t from, int32_t to, int64_t to_offset_bytes) const {
    const TensorDesc &a = desc(from), &b = desc(to);
    Copy copy{.from = from, .to = to, .to_offset_bytes = to_offset_bytes};
    TensorDesc dense = a;
    dense.pitch = 0;
    copy.row_bytes = static_cast<int64_t>(dense.bytes());
    const bool rows = a.layout == Layout::ChannelsLast && b.layout == Layout::ChannelsLast &&
                      (a.pitch != 0 || b.pixel_pitch() != a.dims[1]);
    if (!rows || copy.row_bytes == 0) return copy;
    const auto elem = static_cast<int64_t>(core::dtype_bytes(a.dtype, 1));
    copy.rows = pixels(a);
    copy.row_bytes = a.dims[1] * elem;
    copy.from_pitch_bytes = a.pixel_pitch() * elem;
    copy.to_pitch_bytes = b.pixel_pitch() * elem;
    return copy;
  }

  void alias_view(size_t s) {
    const PlanStep& step = concrete_.plan_step(s);
    const int32_t from = step.inputs[0], to = step.outputs[0];
    StepWork& work = plan_.steps[s];
    work.work = Work::Nothing;
    if (tree_.attach(to, from, 0, desc(from).pitch)) return;
    const AliasTree::Range range = tree_.find(from);
    if (range.offset_bytes == 0 && desc(range.root).bytes() == desc(to).bytes() &&
        tree_.fold(range.root, to, 0, false))
      return;
    work.work = Work::Copies;
  }

  void alias_slice(size_t s) {
    const std::optional<SliceBand> band = find_slice_band(concrete_, s);
    if (!band) return;
    const PlanStep& step = concrete_.plan_step(s);
    plan_.steps[s].work = Work::Nothing;
    if (!tree_.attach(step.outputs[0], step.inputs[0], band->offset_bytes, band->pitch))
      plan_.steps[s].work = Work::Kernel;
  }

  struct Pieces {
    std::vector<int32_t> values;
    std::vector<int64_t> begin;  ///< offset of each piece in the output
    std::vector<int64_t> bytes;  ///< length of each piece, in the same measure
    bool band = false;           ///< offsets and lengths are of channels within a pixel
  };

  /// The pieces as ranges of the output; nothing when they are interleaved in memory.
  std::optional<Pieces> find_pieces(const PlanStep& step) const {
    const TensorDesc& out = desc(step.outputs[0]);
    const int64_t attribute = step.attributes.get_int("axis");
    const auto axis = static_cast<int>(attribute < 0 ? attribute + out.dims.rank() : attribute);
    if (out.bytes() == 0) return std::nullopt;
    const bool last = out.layout == Layout::ChannelsLast;
    const int position = !last || axis == 0 ? axis : axis == 1 ? out.dims.rank() - 1 : axis - 1;
    const int64_t outer = core::elems_between(physical_dims(out), 0, position);
    Pieces pieces;
    pieces.band = outer != 1 || out.pitch != 0;
    if (pieces.band && !(last && axis == 1)) return std::nullopt;
    int64_t begin = 0;
    for (int32_t value : step.inputs) {
      if (value < 0 || desc(value).layout != out.layout || desc(value).dtype != out.dtype ||
          desc(value).quantization != out.quantization)
        return std::nullopt;
      const TensorDesc& piece = desc(value);
      const int64_t elems = pieces.band ? piece.dims[1] : core::elems(piece.dims);
      pieces.values.push_back(value);
      pieces.begin.push_back(begin);
      pieces.bytes.push_back(static_cast<int64_t>(core::dtype_bytes(out.dtype, elems)));
      begin += pieces.bytes.back();
    }
    return pieces;
  }

  bool in_place(const Pieces& pieces, size_t j, int32_t output) const {
    const AliasTree::Range piece = tree_.find(pieces.values[j]), whole = tree_.find(output);
    return piece.root == whole.root && piece.offset_bytes == whole.offset_bytes + pieces.begin[j] &&
           (pieces.band || desc(pieces.values[j]).pitch == 0);
  }

  /// Folds the tree of piece j into the output if every piece that lies where the tree would lie is
  /// already part of the tree at the right range.
  void fold_piece(const Pieces& pieces, size_t j, int32_t output) {
    const AliasTree::Range range = tree_.find(pieces.values[j]);
    const TensorDesc& root = desc(range.root);
    if (!pieces.band && desc(pieces.values[j]).pitch != 0) return;
    if (pieces.band && root.layout != Layout::ChannelsLast) return;
    const int64_t begin = pieces.begin[j] - range.offset_bytes;
    const auto bytes = static_cast<int64_t>(
        pieces.band ? core::dtype_bytes(root.dtype, root.dims[1]) : root.bytes());
    if (begin < 0 || begin + bytes > pieces.begin.back() + pieces.bytes.back()) return;
    // Pieces are in the order of their places: from the one that holds the tree's begin on.
    const auto after = std::upper_bound(pieces.begin.begin(), pieces.begin.end(), begin);
    auto k = static_cast<size_t>(std::max<long>(0, after - pieces.begin.begin() - 1));
    for (; k < pieces.values.size() && pieces.begin[k] < begin + bytes; ++k) {
      const bool touches = pieces.bytes[k] != 0 && begin < pieces.begin[k] + pieces.bytes[k];
      const AliasTree::Range other = tree_.find(pieces.values[k]);
      if (touches && (other.root != range.root || other.offset_bytes + begin != pieces.begin[k]))
        return;
    }
    tree_.fold(range.root, output, begin, pieces.band);
  }

  void alias_concatenation(size_t s) {
    const PlanStep& step = concrete_.plan_step(s);
    if (!concrete_.steps[s].op->joins_inputs) return;
    const std::optional<Pieces> pieces = find_pieces(step);
    if (!pieces) return;
    const int32_t output = step.outputs[0];
    for (size_t j = 0; j < pieces->values.size(); ++j)
      if (pieces->bytes[j] != 0 && !in_place(*pieces, j, output)) fold_piece(*pieces, j, output);
  }

  /// With all pitches known: the copies of views and of pieces that are not where they belong. A
  /// concatenation without aliases and pitches stays its tactic's.
  void plan_copies(size_t s) {
    const PlanStep& step = concrete_.plan_step(s);
    StepWork& work = plan_.steps[s];
    if (work.work == Work::Copies) {
      work.copies = {make_copy(step.inputs[0], step.outputs[0], 0)};
      return;
    }
    if (work.work != Work::Kernel || !concrete_.steps[s].op->joins_inputs) return;
    const std::optional<Pieces> pieces = find_pieces(step);
    if (!pieces) return;
    const int32_t output = step.outputs[0];
    bool any = desc(output).pitch != 0 || concrete_.steps[s].tactic == nullptr;
    std::vector<Copy> copies;
    for (size_t j = 0; j < pieces->values.size(); ++j) {
      if (pieces->bytes[j] == 0) continue;
      const int32_t value = pieces->values[j];
      any = any || in_place(*pieces, j, output) || desc(value).pitch != 0;
      if (!in_place(*pieces, j, output))
        copies.push_back(make_copy(value, output, pieces->begin[j]));
    }
    if (!any) return;
    work.work = copies.empty() ? Work::Nothing : Work::Copies;
    work.copies = std::move(copies);
  }

  int& last_use(int32_t value) { return last_use_[index(tree_.find(value).root)]; }

  void find_last_uses() {
    last_use_.assign(concrete_.descs.size(), -1);
    for (size_t s = concrete_.first_step; s < concrete_.last_step; ++s) {
      if (plan_.steps[s].work == Work::Nothing) continue;
      for (int32_t value : concrete_.plan_step(s).inputs)
        if (value >= 0) last_use(value) = std::max(last_use(value), static_cast<int>(s));
    }
    for (size_t v = 0; v < concrete_.kept.size(); ++v)
      if (concrete_.kept[v]) last_use(static_cast<int32_t>(v)) = INT_MAX;
  }

  void alias_in_place(size_t s) {
    if (last_use_.empty()) find_last_uses();
    const PlanStep& step = concrete_.plan_step(s);
    const kernels::Tactic* tactic = concrete_.steps[s].tactic;
    const int32_t output = step.outputs[0];
    if (tactic == nullptr || (tactic->flags & kernels::kInPlace) == 0 || output < 0) return;
    for (int32_t input : step.inputs) {
      if (input < 0 || !same_format(desc(input), desc(output))) continue;
      const AliasTree::Range range = tree_.find(input);
      if (range.root == tree_.find(output).root || range.offset_bytes != 0 ||
          !same_format(desc(range.root), desc(input)) ||
          tree_.region(input) != MemoryRegion::Arena || last_use(input) != static_cast<int>(s) ||
          has_other_part(step, input))
        continue;
      if (!tree_.fold(range.root, output, 0, desc(output).pitch != 0)) continue;
      last_use(output) = std::max(last_use(output), last_use_[index(range.root)]);
      return;
    }
  }

  /// True when another operand is a different part of the same storage.
  bool has_other_part(const PlanStep& step, int32_t input) const {
    const AliasTree::Range range = tree_.find(input);
    return std::any_of(step.inputs.begin(), step.inputs.end(), [&](int32_t other) {
      return other >= 0 && tree_.find(other).root == range.root &&
             !(tree_.find(other).offset_bytes == 0 && desc(other) == desc(input));
    });
  }

  ConcretePlan& concrete_;
  AliasPlan plan_;
  AliasTree tree_;
  /// By root: the last step that reads the tree; INT_MAX when its bytes must be kept.
  std::vector<int> last_use_;
};

}  // namespace

AliasPlan plan_aliases(ConcretePlan& concrete) { return Planner(concrete).run(); }

std::vector<Span> root_lifetimes(const ConcretePlan& concrete, const AliasPlan& aliases) {
  std::vector<Span> spans(aliases.storages.size());
  const auto touch = [&](int32_t value, int time) {
    const Storage& storage = aliases.storages[index(value)];
    if (storage.region != MemoryRegion::Arena) return;
    Span& span = spans[index(storage.root)];
    span.first = std::min(span.first, time);
    span.last = std::max(span.last, time);
  };
  for (size_t s = concrete.first_step; s < concrete.last_step; ++s) {
    if (aliases.steps[s].work == Work::Nothing) continue;
    const PlanStep& step = concrete.plan_step(s);
    for (const auto* operands : {&step.inputs, &step.outputs})
      for (int32_t value : *operands)
        if (value >= 0) touch(value, static_cast<int>(s));
  }
  for (size_t v = 0; v < concrete.kept.size(); ++v)
    if (concrete.kept[v]) touch(static_cast<int32_t>(v), INT_MAX);
  for (const AliasPlan::FinalCopy& copy : aliases.final_copies) touch(copy.value, INT_MAX);
  return spans;
}

}  // namespace trtlike::engine
