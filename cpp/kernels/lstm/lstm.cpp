// LSTM tactics: what they take, and how products and steps are cut into phases and slices.
#include "kernels/lstm/lstm.h"

#include <algorithm>
#include <vector>

#include "core/os/memory.h"
#include "core/strings.h"
#include "kernels/lstm/weights.h"
#include "kernels/packed.h"
#include "kernels/slicing.h"
#include "kernels/tactic_list.h"
#include "ops/shapes/lstm_shape.h"

namespace trtlike::kernels {
namespace lstm {
namespace {

using ops::CellActivation;
using ops::LstmShape;

LstmShape shape_of(const Problem& problem) {
  return ops::lstm_shape(*problem.attributes, problem.inputs[kX].dims, problem.inputs[kW].dims,
                         problem.inputs[kR].dims);
}

std::optional<std::string> refuse_cell(const LstmShape& shape) {
  if (shape.input_forget || shape.clip > 0) return "needs no input_forget and no clip";
  for (const auto& [f, g, h] : shape.functions)
    if (f.kind != CellActivation::Sigmoid || g.kind != CellActivation::Tanh ||
        h.kind != CellActivation::Tanh)
      return "needs the activations Sigmoid Tanh Tanh";
  return std::nullopt;
}

std::optional<std::string> refuse(const Problem& problem) {
  const DataType dtype = problem.inputs[kX].dtype;
  if (auto reason = refuse_type(dtype)) return reason;
  for (const TensorDesc& desc : problem.outputs)
    if (desc.dtype != dtype) return "needs outputs of the input's type";
  for (const Input i : {kW, kR, kB}) {
    if (!problem.has_input(i)) continue;
    if (!problem.is_constant(i)) return "needs constant weights";
    if (auto reason = refuse_type(problem.inputs[i].dtype)) return reason;
  }
  if (problem.inputs[kR].dtype != problem.inputs[kW].dtype) return "needs weights of one type";
  if (problem.has_input(kPeephole)) return "needs no peepholes";
  if (problem.has_input(kLengths) && problem.inputs[kLengths].dtype != DataType::Int32)
    return "needs s32 lengths";
  for (const Input i : {kInitialH, kInitialC})
    if (problem.has_input(i) && problem.inputs[i].dtype != dtype)
      return "needs initial states of the input's type";
  for (const auto* descs : {&problem.inputs, &problem.outputs})
    for (const TensorDesc& desc : *descs)
      if (!desc.is_absent() && desc.layout != Layout::Linear) return "needs linear operands";
  return refuse_cell(shape_of(problem));
}

std::optional<std::string> refuse_weights(const Problem& problem, DataType dtype) {
  if (problem.inputs[kW].dtype == dtype) return refuse(problem);
  return core::str("needs weights in ", core::dtype_short_name(dtype), ", got ",
                   core::dtype_short_name(problem.inputs[kW].dtype));
}

std::optional<std::string> refuse_pairs(const Problem& problem) {
  return refuse_weights(problem, DataType::BF16);
}

std::optional<std::string> refuse_narrow(const Problem& problem) {
  if (problem.strict) return "does not keep all digits of small weights";
  if (auto reason = refuse_weights(problem, DataType::Float)) return reason;
  if (!has_even_rows(problem)) return "needs recurrent weights of one magnitude";
  return std::nullopt;
}

/// Phase 0 multiplies all inputs and sets the states; what follows is one phase in which a slice
/// takes some sequences through all steps, or, where a step is large and there are fewer sequences
/// than threads, a phase for every step with slices of hidden units.
class LstmKernel final : public Kernel {
 public:
  LstmKernel(const Problem& problem, std::span<const std::byte> packed, const Loops& loops)
      : loops_(loops),
        shape_(shape_of(problem)),
        layout_(weight_layout(problem, loops)),
        packed_(read_packed(packed, layout_.bytes())),
        dtype_(problem.inputs[kX].dtype),
        element_bytes_(static_cast<int64_t>(core::dtype_bytes(dtype_, 1))),
        has_lengths_(problem.has_input(kLengths)),
        has_h_(problem.has_input(kInitialH)),
        has_c_(problem.has_input(kInitialC)),
        panel_(kGates * loops.lanes),
        padded_(layout_.blocks() * loops.lanes) {
    const int64_t rows = shape_.steps * shape_.batch, blocks = layout_.blocks();
    row_chunks_ = std::max<int64_t>(1, rows / kRowChunk);
    inputs_ = cut(row_chunks_ * shape_.directions * blocks,
                  rows / row_chunks_ * shape_.inputs * panel_ / 8, problem.threads);
    plan_steps(problem.threads);
    gates_elems_ = shape_.directions * blocks * gates_step();
    shared_bytes_ = sizeof(float) * static_cast<size_t>(gates_elems_ + 3 * shape_.directions *
                                                                           shape_.batch * padded_);
    const int64_t loaded = dtype_ == DataType::Float ? 0 : (rows / row_chunks_ + 1) * shape_.inputs;
    scratch_bytes_ = core::kAlignment + std::max(static_cast<size_t>(shape_.batch) * sizeof(float*),
                                                 static_cast<size_t>(loaded) * sizeof(float));
  }

  void run(const RunArgs& args, int phase, int slice) const noexcept override {
    if (phase == 0) {
      if (slice == inputs_.count) return set_states(args);
      return multiply_inputs(args, inputs_.range(slice));
    }
    if (steps_apart_) {
      const auto [begin, end] = steps_.range(slice);
      const int64_t blocks = layout_.blocks();
      for (int64_t unit = begin; unit < end;) {
        const int64_t direction = unit / blocks, stop = std::min(end, (direction + 1) * blocks);
        run_step(args, {direction, 0, shape_.batch, unit % blocks, stop - direction * blocks},
                 phase - 1);
        unit = stop;
      }
      return;
    }
    const auto [first, end] =
        Slicing{shape_.batch, static_cast<int>(groups_)}.range(slice % static_cast<int>(groups_));
    for (int64_t t = 0; t < shape_.steps; ++t)
      run_step(args, {slice / groups_, first, end, 0, layout_.blocks()}, t);
  }

 private:
  static constexpr int64_t kRowChunk = 96;
  /// Weights of a step, in elements, from which on it is worth sharing.
  static constexpr int64_t kSharedStep = 128 * 1024;

  struct Part {
    int64_t direction, first_sequence, end_sequence, first_block, end_block;
  };
  struct States {
    float *h, *next_h, *c;
  };

  void plan_steps(int threads) {
    const int64_t work = kGates * shape_.hidden * shape_.hidden;
    groups_ = std::max<int64_t>(1, std::min(shape_.batch, threads / shape_.directions));
    const int sequences = static_cast<int>(shape_.directions * groups_);
    steps_apart_ = sequences < threads && work >= kSharedStep;
    slices_ = {inputs_.count + 1};
    if (!steps_apart_) {
      slices_.push_back(sequences);
      return;
    }
    steps_ = cut(shape_.directions * layout_.blocks(), shape_.hidden * panel_, threads);
    steps_.count = std::min(steps_.count, threads);
    slices_.insert(slices_.end(), static_cast<size_t>(shape_.steps), steps_.count);
  }

  int64_t gates_step() const { return shape_.steps * shape_.batch * panel_; }
  float* gates(const RunArgs& args, int64_t direction, int64_t block) const {
    return static_cast<float*>(args.shared) + (direction * layout_.blocks() + block) * gates_step();
  }
  /// Two sets of h take turns.
  States states(const RunArgs& args, int64_t direction, int64_t t) const {
    const int64_t all = shape_.directions * shape_.batch * padded_;
    float* base =
        static_cast<float*>(args.shared) + gates_elems_ + direction * shape_.batch * padded_;
    return {base + t % 2 * all, base + (t + 1) % 2 * all, base + 2 * all};
  }

  void multiply_inputs(const RunArgs& args, std::pair<int64_t, int64_t> units) const {
    const int64_t blocks = layout_.blocks(), rows = shape_.steps * shape_.batch;
    const float* x = nullptr;
    int64_t loaded = -1;
    for (int64_t unit = units.first; unit < units.second; ++unit) {
      const int64_t chunk = unit / (shape_.directions * blocks);
      const int64_t direction = unit / blocks % shape_.directions, block = unit % blocks;
      const int64_t first = rows * chunk / row_chunks_, last = rows * (chunk + 1) / row_chunks_;
      if (chunk != loaded) {
        const auto* from =
            static_cast<const std::byte*>(args.inputs[kX]) + first * shape_.inputs * element_bytes_;
        x = reinterpret_cast<const float*>(from);
        if (dtype_ != DataType::Float) {
          auto* to = static_cast<float*>(args.scratch);
          loops_.load[dtype_](from, to, (last - first) * shape_.inputs);
          x = to;
        }
        loaded = chunk;
      }
      loops_.input[layout_.dtype]({.x = x,
                                   .x_step = shape_.inputs,
                                   .rows = last - first,
                                   .inputs = shape_.inputs,
                                   .weights = layout_.input_panel(packed_, direction, block),
                                   .bias = layout_.bias(packed_, direction, block),
                                   .gates = gates(args, direction, block) + first * panel_});
    }
  }

  void set_states(const RunArgs& args) const {
    const auto set = [&](float* to, bool given, Input input, int64_t direction, int64_t sequence) {
      std::fill(to, to + padded_, 0.0f);
      if (!given) return;
      const int64_t at = shape_.state_offset(direction, sequence);
      loops_.load[dtype_](static_cast<const std::byte*>(args.inputs[input]) + at * element_bytes_,
                          to, shape_.hidden);
    };
    for (int64_t d = 0; d < shape_.directions; ++d)
      for (int64_t b = 0; b < shape_.batch; ++b) {
        const States s = states(args, d, 0);
        set(s.h + b * padded_, has_h_, kInitialH, d, b);
        set(s.c + b * padded_, has_c_, kInitialC, d, b);
        if (shape_.steps == 0) store_states(args, d, b, s.h, s.c, 0, shape_.hidden);
      }
  }

  int64_t length(const RunArgs& args, int64_t sequence) const {
    if (!has_lengths_) return shape_.steps;
    const int32_t given = static_cast<const int32_t*>(args.inputs[kLengths])[sequence];
    return std::clamp<int64_t>(given, 0, shape_.steps);
  }

  /// The step of x that is the t-th of the sequence.
  int64_t step_at(int64_t direction, int64_t length, int64_t t) const {
    return shape_.is_backward(direction) && t < length ? length - 1 - t : t;
  }

  /// Rows of x and of the gates are numbered alike.
  int64_t row_of(int64_t step, int64_t sequence) const {
    return shape_.batch_first ? sequence * shape_.steps + step : step * shape_.batch + sequence;
  }

  /// Blocks of hidden units for sequences that are at a step of their own each.
  void run_blocks(const RunArgs& args, const Part& part, const float* const* gates_of_rows,
                  int64_t t) const {
    const States s = states(args, part.direction, t);
    const int64_t at = part.first_sequence * padded_, unit = at + part.first_block * loops_.lanes;
    loops_.step[layout_.dtype](
        {.h = s.h + at,
         .h_step = padded_,
         .rows = part.end_sequence - part.first_sequence,
         .hidden = shape_.hidden,
         .blocks = part.end_block - part.first_block,
         .backwards = t % 2 != 0,
         .weights = layout_.recurrent_panel(packed_, part.direction, part.first_block),
         .weights_step = layout_.recurrent_bytes(),
         .gates = gates_of_rows,
         .gates_step = gates_step(),
         .c = s.c + unit,
         .next_h = s.next_h + unit,
         .state_step = padded_});
  }

  /// The gates of a step are its first operands: its sums would wait for them.
  void fetch(const float* gates) const {
    for (int64_t i = 0; i < panel_; i += 16) __builtin_prefetch(gates + i);
  }

  void run_step(const RunArgs& args, const Part& part, int64_t t) const {
    if (has_lengths_) {
      run_ragged(args, part, t);
    } else {
      auto** rows = static_cast<const float**>(args.scratch);
      const int64_t step = step_at(part.direction, shape_.steps, t);
      const int64_t next = step_at(part.direction, shape_.steps, std::min(t + 1, shape_.steps - 1));
      // Every other step goes backwards: it begins with the weights that the last one left in
      // cache.
      const int64_t calls = (part.end_block - part.first_block + kBlocksAtOnce - 1) / kBlocksAtOnce;
      for (int64_t n = 0; n < calls; ++n) {
        const int64_t block = part.first_block + (t % 2 == 0 ? n : calls - 1 - n) * kBlocksAtOnce;
        const int64_t end = std::min(block + kBlocksAtOnce, part.end_block);
        const float* all = gates(args, part.direction, block);
        for (int64_t i = part.first_sequence; i < part.end_sequence; ++i) {
          rows[i - part.first_sequence] = all + row_of(step, i) * panel_;
          const float* ahead = all + row_of(next, i) * panel_;
          for (int64_t b = block; b < end; ++b, ahead += gates_step()) fetch(ahead);
        }
        run_blocks(args, {part.direction, part.first_sequence, part.end_sequence, block, end}, rows,
                   t);
      }
    }
    store_step(args, part, t);
  }

  /// Sequences of different lengths go one by one.
  void run_ragged(const RunArgs& args, const Part& part, int64_t t) const {
    const States s = states(args, part.direction, t);
    for (int64_t b = part.first_sequence; b < part.end_sequence; ++b) {
      const int64_t steps = length(args, b);
      const int64_t row = row_of(step_at(part.direction, steps, t), b);
      for (int64_t block = part.first_block; block < part.end_block; ++block) {
        if (t < steps) {
          const float* one = gates(args, part.direction, block) + row * panel_;
          run_blocks(args, {part.direction, b, b + 1, block, block + 1}, &one, t);
        } else {
          const int64_t unit = b * padded_ + block * loops_.lanes;
          std::copy(s.h + unit, s.h + unit + loops_.lanes, s.next_h + unit);
        }
      }
    }
  }

  void store_step(const RunArgs& args, const Part& part, int64_t t) const {
    const States s = states(args, part.direction, t);
    const int64_t unit = part.first_block * loops_.lanes;
    const int64_t end = std::min(part.end_block * loops_.lanes, shape_.hidden);
    for (int64_t b = part.first_sequence; b < part.end_sequence; ++b) {
      const int64_t steps = length(args, b);
      if (args.outputs[0] != nullptr) {
        const int64_t step = step_at(part.direction, steps, t);
        std::byte* y = static_cast<std::byte*>(args.outputs[0]) +
                       (shape_.y_offset(step, part.direction, b) + unit) * element_bytes_;
        if (t < steps) {
          loops_.store[dtype_](s.next_h + b * padded_ + unit, y, end - unit);
        } else {
          std::fill(y, y + (end - unit) * element_bytes_, std::byte{0});
        }
      }
      if (t == shape_.steps - 1) store_states(args, part.direction, b, s.next_h, s.c, unit, end);
    }
  }

  void store_states(const RunArgs& args, int64_t direction, int64_t sequence, const float* h,
                    const float* c, int64_t unit, int64_t end) const {
    const int64_t at = shape_.state_offset(direction, sequence) + unit;
    const int64_t from = sequence * padded_ + unit;
    const float* sources[] = {h + from, c + from};
    for (size_t i = 0; i < 2; ++i)
      if (args.outputs[i + 1] != nullptr)
        loops_.store[dtype_](sources[i],
                             static_cast<std::byte*>(args.outputs[i + 1]) + at * element_bytes_,
                             end - unit);
  }

  const Loops& loops_;
  LstmShape shape_;
  WeightLayout layout_;
  const std::byte* packed_;
  DataType dtype_;
  int64_t element_bytes_;
  bool has_lengths_, has_h_, has_c_;
  int64_t panel_, padded_;
  int64_t row_chunks_ = 1, groups_ = 1, gates_elems_ = 0;
  bool steps_apart_ = false;
  Slicing inputs_, steps_;
};

template <const Loops& loops>
Packed pack(const Problem& problem) {
  return pack_weights(problem, weight_layout(problem, loops));
}

template <const Loops& loops>
std::unique_ptr<Kernel> prepare(const Problem& problem, std::span<const std::byte> packed) {
  return std::make_unique<LstmKernel>(problem, packed, loops);
}

constexpr auto refusal_of(core::Isa isa) {
  return isa == core::Isa::Avx512Bf16   ? refuse_pairs
         : isa == core::Isa::Avx512Vnni ? refuse_narrow
                                        : refuse;
}

}  // namespace
}  // namespace lstm

#define TRTLIKE_TACTIC(name, source, ops, needs, types, tile, flags)           \
  TRTLIKE_DEFINE_TACTIC(name) = {.refuse = lstm::refusal_of(core::Isa::needs), \
                                 .packed_inputs = lstm::packed_inputs,         \
                                 .pack = lstm::pack<lstm::k##needs>,           \
                                 .prepare = lstm::prepare<lstm::k##needs>};
#include "kernels/lstm/kernels.inc"
#undef TRTLIKE_TACTIC

}  // namespace trtlike::kernels
