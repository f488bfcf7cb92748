// GRU and RNN: what is taken, packed weights, and the two phases.
#include "kernels/recurrent/recurrent.h"

#include "core/os/memory.h"
#include "core/tensor_view.h"
#include "kernels/packed.h"
#include "kernels/simd/loops_of_this_cpu.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/recurrent_shape.h"

namespace trtlike::kernels {
namespace {

using recurrent::Gates;

enum Input : size_t { kX, kW, kR, kB, kLengths, kInitialH };

/// 3 of GRU, 1 of RNN, by the rows of weights that a hidden unit has.
int64_t gates_of(const Problem& problem) {
  return problem.inputs[kW].dims[1] / std::max<int64_t>(problem.inputs[kR].dims[2], 1);
}

ops::RecurrentShape shape_of(const Problem& problem) {
  return ops::recurrent_shape(*problem.attributes, problem.inputs[kX].dims, problem.inputs[kW].dims,
                              problem.inputs[kR].dims, gates_of(problem));
}

/// Of each direction: panels for inputs, panels for states, and the biases of both.
struct PackedLayout {
  int64_t gates, inputs, hidden, directions;
  int64_t pitch;  ///< floats from one gate to the next

  explicit PackedLayout(const Problem& problem) : gates(gates_of(problem)) {
    const Dims& w = problem.inputs[kW].dims;
    directions = w[0];
    inputs = w[2];
    hidden = problem.inputs[kR].dims[2];
    pitch = in_panels(hidden);
  }
  int64_t columns() const { return gates * pitch; }
  int64_t direction_floats() const { return columns() * (inputs + hidden + 2); }
  size_t bytes() const {
    return static_cast<size_t>(directions * direction_floats()) * sizeof(float);
  }
  const float* input_panels(const float* packed, int64_t direction) const {
    return packed + direction * direction_floats();
  }
  const float* state_panels(const float* packed, int64_t direction) const {
    return input_panels(packed, direction) + columns() * inputs;
  }
  const float* input_bias(const float* packed, int64_t direction) const {
    return state_panels(packed, direction) + columns() * hidden;
  }
  const float* state_bias(const float* packed, int64_t direction) const {
    return input_bias(packed, direction) + columns();
  }
};

ops::InputSet packed_inputs(const Problem& problem) {
  ops::InputSet packed;
  for (const Input i : {kW, kR, kB})
    if (problem.has_input(i)) packed.insert(i);
  return packed;
}

Packed pack(const Problem& problem) {
  const PackedLayout layout(problem);
  std::shared_ptr<void> block = core::allocate_shared(layout.bytes());
  auto* packed = static_cast<float*>(block.get());
  std::fill_n(packed, layout.bytes() / sizeof(float), 0.0f);
  const auto place = [&](const float* panels, int64_t row, int64_t k, int64_t depth) -> float& {
    const int64_t column = row / layout.hidden * layout.pitch + row % layout.hidden;
    return const_cast<float*>(panels)[(column / kPanel * depth + k) * kPanel + column % kPanel];
  };
  const std::vector<float> w = constant_floats(problem, kW), r = constant_floats(problem, kR);
  const std::vector<float> b =
      problem.has_input(kB) ? constant_floats(problem, kB) : std::vector<float>();
  const int64_t rows = layout.gates * layout.hidden;
  for (int64_t d = 0; d < layout.directions; ++d)
    for (int64_t row = 0; row < rows; ++row) {
      const int64_t at = d * rows + row;
      for (int64_t k = 0; k < layout.inputs; ++k)
        place(layout.input_panels(packed, d), row, k, layout.inputs) =
            w[static_cast<size_t>(at * layout.inputs + k)];
      for (int64_t k = 0; k < layout.hidden; ++k)
        place(layout.state_panels(packed, d), row, k, layout.hidden) =
            r[static_cast<size_t>(at * layout.hidden + k)];
      if (b.empty()) continue;
      const auto first = static_cast<size_t>(2 * d * rows + row);
      place(layout.input_bias(packed, d), row, 0, 1) = b[first];
      place(layout.state_bias(packed, d), row, 0, 1) = b[first + static_cast<size_t>(rows)];
    }
  return {block, layout.bytes()};
}

/// Phase 0 multiplies all inputs; phase 1 takes some sequences of a direction through all steps.
class Recurrent final : public Kernel {
 public:
  Recurrent(const Problem& problem, std::span<const std::byte> packed)
      : shape_(shape_of(problem)),
        layout_(problem),
        packed_(reinterpret_cast<const float*>(read_packed(packed, layout_.bytes()))),
        loops_(loops_of_this_cpu<recurrent::kPortable, recurrent::kAvx2, recurrent::kAvx512>()),
        is_linear_before_(layout_.gates == 3 &&
                          problem.attributes->get_int("linear_before_reset") != 0),
        has_lengths_(problem.has_input(kLengths)),
        has_h_(problem.has_input(kInitialH)) {
    const ops::RecurrentShape& s = shape_;
    rows_ = s.steps * s.batch;
    shared_bytes_ = static_cast<size_t>(s.directions * rows_ * layout_.columns()) * sizeof(float);
    const int64_t blocks = (rows_ + kPanelRows - 1) / kPanelRows;
    products_ = cut(s.directions * blocks, kPanelRows * s.inputs, problem.threads);
    const int64_t wanted = std::max<int64_t>(1, problem.threads / s.directions);
    together_ = std::clamp<int64_t>((s.batch + wanted - 1) / wanted, 1, kPanelRows);
    chunks_ = std::max<int64_t>(1, (s.batch + together_ - 1) / together_);
    scratch_bytes_ =
        static_cast<size_t>(together_ * (2 * s.hidden + layout_.columns())) * sizeof(float);
    slices_ = {products_.count, static_cast<int>(s.directions * chunks_)};
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    if (phase == 1) return run_steps(args, slice / chunks_, slice % chunks_);
    const int64_t blocks = (rows_ + kPanelRows - 1) / kPanelRows;
    const auto [begin, end] = products_.range(slice);
    for (int64_t unit = begin; unit < end; ++unit) {
      const int64_t direction = unit / blocks, first = unit % blocks * kPanelRows;
      loops_.multiply({static_cast<const float*>(args.inputs[kX]) + first * shape_.inputs,
                       std::min(kPanelRows, rows_ - first), shape_.inputs,
                       layout_.input_panels(packed_, direction),
                       layout_.input_bias(packed_, direction), layout_.columns(),
                       from_inputs(args, direction, first), layout_.columns()});
    }
  }

 private:
  float* from_inputs(const RunArgs& args, int64_t direction, int64_t row) const {
    return static_cast<float*>(args.shared) + (direction * rows_ + row) * layout_.columns();
  }

  int64_t length_of(const RunArgs& args, int64_t sequence) const {
    if (!has_lengths_) return shape_.steps;
    const int64_t given = static_cast<const int32_t*>(args.inputs[kLengths])[sequence];
    return std::clamp<int64_t>(given, 0, shape_.steps);
  }

  void run_steps(const RunArgs& args, int64_t direction, int64_t chunk) const {
    const ops::RecurrentShape& s = shape_;
    const int64_t first = chunk * together_, count = std::min(together_, s.batch - first);
    auto* h = static_cast<float*>(args.scratch);
    float* gated = h + together_ * s.hidden;
    float* sums = gated + together_ * s.hidden;
    int64_t longest = 0;
    for (int64_t i = 0; i < count; ++i) {
      longest = std::max(longest, length_of(args, first + i));
      const auto* from = static_cast<const float*>(has_h_ ? args.inputs[kInitialH] : nullptr);
      for (int64_t j = 0; j < s.hidden; ++j)
        h[i * s.hidden + j] = has_h_ ? from[s.state_offset(direction, first + i) + j] : 0.0f;
    }
    auto* y = static_cast<float*>(args.outputs[0]);
    for (int64_t t = 0; t < s.steps; ++t) {
      if (t < longest) multiply_states(direction, count, h, sums);
      if (t < longest && layout_.gates == 3 && !is_linear_before_)
        multiply_gated(args, direction, first, count, t, h, gated, sums);
      for (int64_t i = 0; i < count; ++i) {
        const int64_t length = length_of(args, first + i);
        const bool is_over = t >= length;
        const int64_t at = is_over ? t : time_of(direction, t, length);
        float* to = y + s.y_offset(at, direction, first + i);
        float* state = h + i * s.hidden;
        if (is_over) {
          std::fill_n(to, s.hidden, 0.0f);
          continue;
        }
        const Gates gates = gates_at(args, direction, at, first + i, sums + i * layout_.columns());
        if (layout_.gates == 3)
          loops_.update(gates, !is_linear_before_, state);
        else
          loops_.tanh(gates, state);
        std::copy_n(state, s.hidden, to);
      }
    }
    for (int64_t i = 0; i < count; ++i)
      std::copy_n(h + i * s.hidden, s.hidden,
                  static_cast<float*>(args.outputs[1]) + s.state_offset(direction, first + i));
  }

  int64_t time_of(int64_t direction, int64_t t, int64_t length) const {
    return shape_.is_backward(direction) ? length - 1 - t : t;
  }

  Gates gates_at(const RunArgs& args, int64_t direction, int64_t at, int64_t sequence,
                 const float* sums) const {
    const int64_t row = shape_.x_offset(at, sequence) / std::max<int64_t>(shape_.inputs, 1);
    return {from_inputs(args, direction, row), sums, layout_.pitch, shape_.hidden};
  }

  /// The gates of all states; of the candidate's only where the reset comes after it.
  void multiply_states(int64_t direction, int64_t count, const float* h, float* sums) const {
    const bool all = layout_.gates == 1 || is_linear_before_;
    loops_.multiply({h, count, shape_.hidden, layout_.state_panels(packed_, direction),
                     layout_.state_bias(packed_, direction),
                     all ? layout_.columns() : 2 * layout_.pitch, sums, layout_.columns()});
  }

  /// The candidate's part of states that are reset.
  void multiply_gated(const RunArgs& args, int64_t direction, int64_t first, int64_t count,
                      int64_t t, const float* h, float* gated, float* sums) const {
    const int64_t hidden = shape_.hidden, candidate = 2 * layout_.pitch;
    for (int64_t i = 0; i < count; ++i) {
      const int64_t length = length_of(args, first + i);
      if (t >= length) {
        std::fill_n(gated + i * hidden, hidden, 0.0f);
        continue;
      }
      loops_.reset(gates_at(args, direction, time_of(direction, t, length), first + i,
                            sums + i * layout_.columns()),
                   h + i * hidden, gated + i * hidden);
    }
    loops_.multiply({gated, count, hidden,
                     layout_.state_panels(packed_, direction) + candidate * hidden,
                     layout_.state_bias(packed_, direction) + candidate, layout_.pitch,
                     sums + candidate, layout_.columns()});
  }

  ops::RecurrentShape shape_;
  PackedLayout layout_;
  const float* packed_;
  const recurrent::Loops& loops_;
  bool is_linear_before_;
  bool has_lengths_;
  bool has_h_;
  int64_t rows_ = 0;
  Slicing products_;
  /// Sequences that are taken through the steps together, and how many such chunks there are.
  int64_t together_ = 1;
  int64_t chunks_ = 1;
};

std::optional<std::string> refuse(const Problem& problem) {
  for (const Input i : {kX, kInitialH})
    if (problem.has_input(i) && problem.inputs[i].dtype != DataType::Float)
      return core::str("needs f32, got ", core::dtype_short_name(problem.inputs[i].dtype));
  for (const TensorDesc& desc : problem.outputs)
    if (desc.dtype != DataType::Float) return "needs outputs in f32";
  for (const Input i : {kW, kR, kB})
    if (problem.has_input(i) &&
        (!problem.is_constant(i) || !core::is_float(problem.inputs[i].dtype)))
      return "needs constant weights in f32, f16 or bf16";
  if (problem.has_input(kLengths) && problem.inputs[kLengths].dtype != DataType::Int32)
    return "needs s32 lengths";
  for (const auto* descs : {&problem.inputs, &problem.outputs})
    for (const TensorDesc& desc : *descs)
      if (!desc.is_absent() && desc.layout != Layout::Linear) return "needs linear operands";
  if (problem.inputs[kR].dims[2] == 0) return "needs hidden units";
  const ops::RecurrentShape shape = shape_of(problem);
  if (shape.clip > 0) return "needs no clip";
  const bool is_gru = gates_of(problem) == 3;
  const auto functions =
      is_gru ? ops::cell_functions(*problem.attributes, shape.directions, {"Sigmoid", "Tanh"})
             : ops::cell_functions(*problem.attributes, shape.directions, {"Tanh"});
  for (size_t i = 0; i < functions.size(); ++i) {
    const bool is_sigmoid = is_gru && i % 2 == 0;
    if (functions[i].kind !=
        (is_sigmoid ? ops::CellActivation::Sigmoid : ops::CellActivation::Tanh))
      return core::str("needs the activations ", is_gru ? "Sigmoid Tanh" : "Tanh");
  }
  return std::nullopt;
}

std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  return std::make_unique<Recurrent>(problem, packed);
}

}  // namespace

TRTLIKE_DEFINE_TACTIC(recurrent_rows) = {
    .refuse = refuse, .packed_inputs = packed_inputs, .pack = pack, .prepare = prepare};

}  // namespace trtlike::kernels
