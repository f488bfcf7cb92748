// The interpreter: steps over blocks of elements that stay in the L1 cache.
#include <algorithm>

#include "core/os/memory.h"
#include "kernels/pointwise/code.h"
#include "kernels/pointwise/steps.h"

namespace trtlike::kernels::pointwise {
namespace {

constexpr int kMaxPlaces = 128;
/// Floats a block: up to half of a 32 KB L1 cache for the buffers, and long enough to hide the
/// calls.
constexpr int64_t kBufferFloats = 4096;
constexpr int64_t kLargestBlock = 16384;

const StepTable& table_for(core::Isa isa) {
#if defined(__x86_64__)
  if (isa >= core::Isa::Avx512) return kStepsAvx512;
  if (isa >= core::Isa::Avx2) return kStepsAvx2;
#endif
  (void)isa;
  return kStepsPortable;
}

/// Where the float elements of a register are, block by block.
struct Place {
  enum class Kind { Input, Buffer, One, Constant, Output } kind = Kind::Buffer;
  int index = 0;  ///< of the input, buffer, single element, or constant

  bool is_one() const { return kind == Kind::One || kind == Kind::Constant; }
};

/// A step with its operands by place.
struct PlacedStep {
  Step function = nullptr;
  int out = -1;
  int a = -1;
  int b = -1;
  int c = -1;
  float alpha = 0;
  float beta = 0;
  bool once = false;  ///< computes one element
};

/// An input whose elements are converted into a place before the steps run.
struct Load {
  int input = 0;
  int place = 0;
  bool once = false;
};

class InterpretedCode final : public Code {
 public:
  void run(const void* const* inputs, void* output, int64_t count,
           void* scratch) const noexcept override {
    float* const base = static_cast<float*>(scratch);
    for (int64_t done = 0; done < count; done += block_)
      run_block(inputs, output, done, std::min(block_, count - done), base);
  }

 private:
  friend class Assembler;

  void run_block(const void* const* inputs, void* output, int64_t done, int64_t count,
                 float* base) const noexcept {
    float* at[kMaxPlaces];
    for (size_t i = 0; i < places_.size(); ++i)
      at[i] = address(places_[i], inputs, output, done, base);
    for (const Load& load : loads_) {
      const auto i = static_cast<size_t>(load.input);
      const auto* from = static_cast<const char*>(inputs[i]) +
                         (load.once ? 0 : done * static_cast<int64_t>(input_bytes_[i]));
      table_->load[static_cast<size_t>(kinds_[i].dtype)](from, at[load.place],
                                                         load.once ? 1 : count);
    }
    const auto operand = [&](int place) { return place < 0 ? nullptr : at[place]; };
    for (const PlacedStep& step : steps_)
      step.function({at[step.out], operand(step.a), operand(step.b), operand(step.c), step.alpha,
                     step.beta, step.once ? 1 : count});
    if (stored_ >= 0)
      table_->store[static_cast<size_t>(output_)](
          at[stored_], static_cast<char*>(output) + done * static_cast<int64_t>(output_bytes_),
          count);
  }

  float* address(const Place& place, const void* const* inputs, void* output, int64_t done,
                 float* base) const noexcept {
    const auto index = static_cast<size_t>(place.index);
    switch (place.kind) {
      case Place::Kind::Input:
        return static_cast<float*>(const_cast<void*>(inputs[index])) + done;
      case Place::Kind::Buffer:
        return base + ones_ * kOneFloats + place.index * block_;
      case Place::Kind::One:
        return base + place.index * kOneFloats;
      case Place::Kind::Constant:
        return const_cast<float*>(&constants_[index]);
      case Place::Kind::Output:
        break;
    }
    return static_cast<float*>(output) + done;
  }

  static constexpr int kOneFloats = 16;

  const StepTable* table_ = nullptr;
  std::vector<OperandKind> kinds_;
  std::vector<size_t> input_bytes_;
  DataType output_ = DataType::Float;
  size_t output_bytes_ = 4;
  std::vector<Place> places_;
  std::vector<Load> loads_;
  std::vector<PlacedStep> steps_;
  std::vector<float> constants_;
  int ones_ = 0;
  int stored_ = -1;  ///< the place that is converted into the output; -1 when a step writes it
  int64_t block_ = kLargestBlock;
};

/// Gives each register a place: buffers are used again as soon as their value is dead.
class Assembler {
 public:
  Assembler(const StepProgram& program, const std::vector<OperandKind>& kinds, DataType output,
            const StepTable& table)
      : program_(program), code_(std::make_unique<InterpretedCode>()) {
    code_->table_ = &table;
    code_->kinds_ = kinds;
    for (const OperandKind& kind : kinds)
      code_->input_bytes_.push_back(core::dtype_bytes(kind.dtype, 1));
    code_->output_ = output;
    code_->output_bytes_ = core::dtype_bytes(output, 1);
    place_of_.assign(static_cast<size_t>(program.num_registers), -1);
    last_use_.assign(static_cast<size_t>(program.num_registers), -1);
    for (size_t i = 0; i < program.instructions.size(); ++i) {
      const StepInstruction& instruction = program.instructions[i];
      for (const int operand : {instruction.a, instruction.b, instruction.c})
        if (operand >= 0) last_use_[static_cast<size_t>(operand)] = static_cast<int>(i);
    }
    last_use_[static_cast<size_t>(program.output)] = static_cast<int>(program.instructions.size());
  }

  std::unique_ptr<Code> assemble() {
    for (int i = 0; i < program_.num_inputs; ++i) place_input(i);
    for (size_t i = 0; i < program_.instructions.size(); ++i)
      place_instruction(program_.instructions[i], static_cast<int>(i));
    finish();
    if (code_->places_.size() > kMaxPlaces) return nullptr;
    if (buffers_ > 0) code_->block_ = std::max<int64_t>(256, kBufferFloats / buffers_ / 64 * 64);
    code_->scratch_bytes_ =
        static_cast<size_t>(code_->ones_ * InterpretedCode::kOneFloats + buffers_ * code_->block_) *
        sizeof(float);
    return std::move(code_);
  }

 private:
  bool writes_output(int index) const {
    return index == program_.output && code_->output_ == DataType::Float;
  }

  int add_place(Place::Kind kind, int index) {
    code_->places_.push_back({kind, index});
    return static_cast<int>(code_->places_.size()) - 1;
  }

  int new_buffer() {
    if (free_.empty()) return add_place(Place::Kind::Buffer, buffers_++);
    const int place = free_.back();
    free_.pop_back();
    return place;
  }

  void place_input(int i) {
    const auto at = static_cast<size_t>(i);
    const OperandKind& kind = code_->kinds_[at];
    if (last_use_[at] < 0) return;
    if (kind.dtype == DataType::Float) {
      place_of_[at] = add_place(kind.is_one ? Place::Kind::One : Place::Kind::Input, i);
      if (kind.is_one) code_->places_.back().index = code_->ones_++;
    } else if (kind.is_one) {
      place_of_[at] = add_place(Place::Kind::One, code_->ones_++);
    } else {
      place_of_[at] = writes_output(i) ? add_place(Place::Kind::Output, 0) : new_buffer();
    }
    if (kind.dtype != DataType::Float || kind.is_one)
      code_->loads_.push_back({i, place_of_[at], kind.is_one});
  }

  bool is_one(int index) const {
    return code_->places_[static_cast<size_t>(place_of_[static_cast<size_t>(index)])].is_one();
  }

  void place_instruction(const StepInstruction& instruction, int position) {
    const auto result = static_cast<size_t>(instruction.result);
    if (instruction.op == to_step(ops::PointwiseOpcode::Constant)) {
      code_->constants_.push_back(instruction.alpha);
      place_of_[result] =
          add_place(Place::Kind::Constant, static_cast<int>(code_->constants_.size()) - 1);
      return;
    }
    const int operands[] = {instruction.a, instruction.b, instruction.c};
    const int count = num_operands(instruction.op);
    size_t variant = 0;
    for (int i = 0; i < count; ++i)
      if (is_one(operands[i])) variant |= size_t{1} << i;
    PlacedStep step{.alpha = instruction.alpha, .beta = instruction.beta};
    step.once = variant == (size_t{1} << count) - 1;
    step.function =
        code_->table_->steps[static_cast<size_t>(instruction.op)][step.once ? 0 : variant];
    int* const to[] = {&step.a, &step.b, &step.c};
    for (int i = 0; i < count; ++i) *to[i] = place_of_[static_cast<size_t>(operands[i])];
    release_operands(instruction, position);
    place_of_[result] = step.once ? add_place(Place::Kind::One, code_->ones_++)
                        : writes_output(instruction.result) ? add_place(Place::Kind::Output, 0)
                                                            : new_buffer();
    step.out = place_of_[result];
    code_->steps_.push_back(step);
  }

  /// Buffers read for the last time here may take this step's result.
  void release_operands(const StepInstruction& instruction, int position) {
    for (const int operand : {instruction.a, instruction.b, instruction.c}) {
      if (operand < 0 || last_use_[static_cast<size_t>(operand)] != position) continue;
      const int place = place_of_[static_cast<size_t>(operand)];
      if (code_->places_[static_cast<size_t>(place)].kind != Place::Kind::Buffer) continue;
      if (std::find(free_.begin(), free_.end(), place) == free_.end()) free_.push_back(place);
    }
  }

  /// The output register's elements into the output, where no step writes them there.
  void finish() {
    int place = place_of_[static_cast<size_t>(program_.output)];
    const Place::Kind kind = code_->places_[static_cast<size_t>(place)].kind;
    if (kind == Place::Kind::Output) return;
    const bool one = is_one(program_.output);
    const bool direct = code_->output_ == DataType::Float;
    if (one || direct) {
      const int to = direct ? add_place(Place::Kind::Output, 0) : new_buffer();
      const StepOpcode op = one ? StepOpcode::Fill : StepOpcode::Copy;
      PlacedStep step{.function = code_->table_->steps[static_cast<size_t>(op)][0]};
      step.out = to;
      step.a = place;
      code_->steps_.push_back(step);
      place = to;
    }
    if (!direct) code_->stored_ = place;
  }

  const StepProgram& program_;
  std::unique_ptr<InterpretedCode> code_;
  std::vector<int> place_of_;
  std::vector<int> last_use_;
  std::vector<int> free_;
  int buffers_ = 0;
};

}  // namespace

std::unique_ptr<Code> make_interpreted_code(const ops::PointwiseProgram& program,
                                            const std::vector<OperandKind>& inputs, DataType output,
                                            core::Isa isa) {
  if (program.num_inputs > kMaxInputs) return nullptr;
  const StepProgram steps = make_step_program(program);
  return Assembler(steps, inputs, output, table_for(isa)).assemble();
}

}  // namespace trtlike::kernels::pointwise
