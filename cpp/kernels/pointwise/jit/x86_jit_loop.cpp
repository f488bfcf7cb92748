// Generates the loop: uniform values before it, a body for whole vectors and one for the rest,
// registers by last use. One piece, as what places values in registers and what emits instructions
// share the state of every register.
#include "kernels/pointwise/jit/x86_jit_loop.h"

#if defined(TRTLIKE_HAVE_XBYAK)

#include <algorithm>
#include <map>
#include <utility>

#include "kernels/pointwise/jit/x86_jit_memory.h"

namespace trtlike::kernels::pointwise {
namespace {

using Xbyak::Operand;
using Xbyak::Opmask;
using Xbyak::Reg64;
using Xbyak::Ymm;
using Xbyak::Zmm;

constexpr int kLanes = 16;
/// Fewest vector registers that stay free for values when constants are kept in registers.
constexpr int kSpareRegisters = 2;

class LoopGenerator final : public JitLoop, private JitBase {
 public:
  LoopGenerator(const Recording& recording, const std::vector<OperandKind>& inputs, DataType output)
      : JitBase(code_bytes(recording)),
        code_(recording.instructions()),
        output_value_(recording.output()),
        kinds_(inputs),
        output_(output) {
    find_uniform_slots();
    find_last_uses();
    // The first pass tells which constants are needed in registers, and how many registers are left
    // for them.
    generate(/*is_trial=*/true);
    choose_pinned();
    reset();
    generate(/*is_trial=*/false);
    setProtectModeRE();
  }

  Function function() const override { return getCode<Function>(); }
  size_t uniforms() const override { return static_cast<size_t>(num_slots_); }
  bool takes_rows() const override { return takes_rows_; }

 private:
  static size_t code_bytes(const Recording& recording) {
    return (recording.instructions().size() * 3 * 64 + 4096 + 4095) / 4096 * 4096;
  }

  const LaneInstruction& at(int i) const { return code_[static_cast<size_t>(i)]; }
  bool in_memory(int i) const { return at(i).is_uniform && pinned_.count(i) == 0; }

  /// Uniform inputs have the slot of their number, computed ones those after all inputs.
  void find_uniform_slots() {
    slot_.assign(code_.size(), -1);
    num_slots_ = static_cast<int>(kinds_.size());
    for (size_t i = 0; i < code_.size(); ++i) {
      if (!code_[i].is_uniform || code_[i].op == LaneOp::Constant) continue;
      slot_[i] = code_[i].op == LaneOp::Input ? code_[i].input : num_slots_++;
    }
  }

  /// Positions of the body only; a value that nothing reads dies where it is made.
  void find_last_uses() {
    last_use_.assign(code_.size(), -1);
    for (size_t i = 0; i < code_.size(); ++i) {
      last_use_[i] = std::max(last_use_[i], static_cast<int>(i));
      for (const int operand : {code_[i].a, code_[i].b, code_[i].c})
        if (operand >= 0) last_use_[static_cast<size_t>(operand)] = static_cast<int>(i);
    }
    last_use_[static_cast<size_t>(output_value_)] = static_cast<int>(code_.size());
  }

  void choose_pinned() {
    std::vector<std::pair<int, int>> by_count;
    for (const auto& [value, count] : loads_) by_count.push_back({-count, value});
    std::sort(by_count.begin(), by_count.end());
    const int room = kRegisters - most_used() - kSpareRegisters;
    for (const auto& [count, value] : by_count) {
      if (static_cast<int>(pinned_.size()) >= room) break;
      const int index = kRegisters - 1 - static_cast<int>(pinned_.size());
      pinned_.emplace(value, index);
    }
  }

  // The function. rdi: inputs, rsi: output, rdx: elements, rcx: uniforms, r8: rows, r9: steps. The
  // last two and the elements lie on the stack while their registers are needed.

  const Reg64 inputs_ = rdi, out_ = rsi, count_ = rdx, uniforms_ = rcx, index_ = rax,
              temporary_ = r15;
  const Opmask tail_mask_ = k7;

  void generate(bool is_trial) {
    free_all(static_cast<int>(pinned_.size()));
    zmm_of_.assign(code_.size(), -1);
    mask_of_.assign(code_.size(), -1);
    static constexpr int kSaved[] = {Operand::RBX, Operand::RBP, Operand::R12,
                                     Operand::R13, Operand::R14, Operand::R15};
    for (const int r : kSaved) push(Reg64(r));
    for (const Reg64& kept : {count_, r8, r9}) push(kept);
    mov(constants_base, constants_address());
    load_pointers();
    compute_uniforms();
    for (const auto& [value, index] : pinned_) vbroadcastss(Zmm(index), address_of(value));
    if (is_trial) return emit_body(/*is_tail=*/false);
    emit_rows();
    add(rsp, 3 * 8);
    for (size_t i = std::size(kSaved); i-- > 0;) pop(Reg64(kSaved[i]));
    vzeroupper();
    ret();
  }

  void load_pointers() {
    static constexpr int kPointers[] = {Operand::R8,  Operand::R9,  Operand::R10, Operand::RBX,
                                        Operand::RBP, Operand::R12, Operand::R13, Operand::R14};
    pointer_.clear();
    size_t next = 0;
    for (const LaneInstruction& instruction : code_) {
      if (instruction.op != LaneOp::Input || instruction.is_uniform) continue;
      takes_rows_ = next < std::size(kPointers);
      if (!takes_rows_) break;
      pointer_[instruction.input] = kPointers[next++];
      mov(Reg64(pointer_[instruction.input]), ptr[inputs_ + 8 * instruction.input]);
    }
  }

  void compute_uniforms() {
    for (size_t i = 0; i < code_.size(); ++i) {
      const LaneOp op = code_[i].op;
      if (!code_[i].is_uniform || op == LaneOp::Constant || op == LaneOp::Input) continue;
      const Zmm result = emit(static_cast<int>(i), /*before_loop=*/true);
      vmovss(ptr[uniforms_ + 4 * slot_[i]], Xbyak::Xmm(result.getIdx()));
      release_zmm(result.getIdx());
    }
  }

  void emit_rows() {
    const Xbyak::Address steps = ptr[rsp], rows = qword[rsp + 8], count = ptr[rsp + 16];
    Xbyak::Label row, end;
    L(row);
    emit_loop();
    dec(rows);
    jle(end, T_NEAR);
    mov(temporary_, steps);
    for (const auto& [input, pointer] : pointer_) add(Reg64(pointer), ptr[temporary_ + 8 * input]);
    add(out_, ptr[temporary_ + 8 * static_cast<int>(kinds_.size())]);
    mov(count_, count);
    jmp(row, T_NEAR);
    L(end);
  }

  void emit_loop() {
    Xbyak::Label loop, rest, end;
    xor_(index_, index_);
    sub(count_, kLanes);
    jl(rest, T_NEAR);
    align(32);
    L(loop);
    emit_body(false);
    add(index_, kLanes);
    cmp(index_, count_);
    jle(loop, T_NEAR);
    L(rest);
    add(count_, kLanes);
    sub(count_, index_);
    jle(end, T_NEAR);
    mov(temporary_.cvt32(), -1);
    bzhi(temporary_.cvt32(), temporary_.cvt32(), count_.cvt32());
    kmovw(tail_mask_, temporary_.cvt32());
    emit_body(true);
    L(end);
  }

  void emit_body(bool is_tail) {
    is_tail_ = is_tail;
    for (size_t i = 0; i < code_.size(); ++i)
      if (!code_[i].is_uniform) emit(static_cast<int>(i), /*before_loop=*/false);
    store();
    const auto output = static_cast<size_t>(output_value_);
    if (zmm_of_[output] >= 0) release_zmm(zmm_of_[output]);
    zmm_of_[output] = -1;
  }

  // Registers.

  bool dies(int value, int position) const {
    return value >= 0 && !at(value).is_uniform && last_use_[static_cast<size_t>(value)] == position;
  }
  /// Gives back the registers of operands that are read for the last time here.
  void release_operands(int position) {
    const LaneInstruction& instruction = at(position);
    for (const int operand : {instruction.a, instruction.b, instruction.c}) {
      if (!dies(operand, position)) continue;
      const auto i = static_cast<size_t>(operand);
      if (zmm_of_[i] >= 0) release_zmm(std::exchange(zmm_of_[i], -1));
      if (mask_of_[i] >= 0) release_mask(std::exchange(mask_of_[i], -1));
    }
  }

  // Operands.

  /// One element of a uniform value.
  Xbyak::Address address_of(int value) {
    if (at(value).op == LaneOp::Constant)
      return constant_element(std::bit_cast<uint32_t>(at(value).value));
    return ptr[uniforms_ + 4 * slot_[static_cast<size_t>(value)]];
  }
  Xbyak::Address broadcast_of(int value) {
    if (at(value).op == LaneOp::Constant) return constant(std::bit_cast<uint32_t>(at(value).value));
    return ptr_b[uniforms_ + 4 * slot_[static_cast<size_t>(value)]];
  }

  /// The register of a value; uniform ones that are not pinned are loaded into `into`.
  Zmm in_register(int value, int into) {
    if (!at(value).is_uniform) return Zmm(zmm_of_[static_cast<size_t>(value)]);
    if (const auto pin = pinned_.find(value); pin != pinned_.end() && !before_loop_)
      return Zmm(pin->second);
    if (!before_loop_) ++loads_[value];
    vbroadcastss(Zmm(into), address_of(value));
    return Zmm(into);
  }
  /// Calls f with the value as an operand that may be memory.
  template <typename F>
  void with_operand(int value, F&& f) {
    if (!at(value).is_uniform) {
      f(static_cast<const Operand&>(Zmm(zmm_of_[static_cast<size_t>(value)])));
    } else if (const auto pin = pinned_.find(value); pin != pinned_.end() && !before_loop_) {
      f(static_cast<const Operand&>(Zmm(pin->second)));
    } else {
      f(static_cast<const Operand&>(broadcast_of(value)));
    }
  }

  // Instructions.

  /// Emits instruction `i` and notes its register. Before the loop, the register is the caller's.
  Zmm emit(int i, bool before_loop) {
    before_loop_ = before_loop;
    const LaneInstruction& instruction = at(i);
    if (gives_mask(instruction.op)) {
      emit_mask(i);
      return Zmm(0);
    }
    // The result's register is taken before the operands' are given back: sequences read them after
    // writing it.
    const int reused = reusable_operand(i);
    const int result = reused >= 0 ? zmm_of_[static_cast<size_t>(reused)] : take_zmm();
    emit_value(instruction, Zmm(result));
    if (reused >= 0) zmm_of_[static_cast<size_t>(reused)] = -1;
    if (!before_loop) {
      release_operands(i);
      if (last_use_[static_cast<size_t>(i)] == i) {
        release_zmm(result);
      } else {
        zmm_of_[static_cast<size_t>(i)] = result;
      }
    }
    return Zmm(result);
  }

  /// A dying operand whose register the result may take without harm; -1 when there is none.
  int reusable_operand(int i) const {
    const LaneInstruction& instruction = at(i);
    // An operand in memory that must be in a register is loaded into the result's, before the
    // others are read.
    const int loaded = instruction.op == LaneOp::Select ? instruction.c : instruction.a;
    for (const int operand : {instruction.c, instruction.a, instruction.b}) {
      if (!dies(operand, i) || gives_mask(at(operand).op)) continue;
      const bool fits = instruction.op == LaneOp::Fma ? can_accumulate(instruction, operand)
                        : instruction.op == LaneOp::CopySign
                            ? operand == instruction.a && instruction.a != instruction.b
                            : operand == loaded || !in_memory(loaded);
      if (fits) return operand;
    }
    return -1;
  }

  bool has_register(int value) const { return !at(value).is_uniform; }

  /// An fma instruction can write onto this operand without a copy.
  bool can_accumulate(const LaneInstruction& fma, int operand) const {
    if (operand == fma.c) return has_register(fma.a) || has_register(fma.b);
    return has_register(operand == fma.a ? fma.b : fma.a);
  }

  void emit_value(const LaneInstruction& instruction, const Zmm& result) {
    const int index = result.getIdx();
    const auto binary = [&](auto f) {
      const Zmm a = in_register(instruction.a, index);
      with_operand(instruction.b, [&](const Operand& b) { f(a, b); });
    };
    const auto unary = [&](auto f) { with_operand(instruction.a, f); };
    switch (instruction.op) {
      case LaneOp::Input:
        return load(instruction.input, result);
      case LaneOp::Add:
        return binary([&](const Zmm& a, const Operand& b) { vaddps(result, a, b); });
      case LaneOp::Sub:
        return binary([&](const Zmm& a, const Operand& b) { vsubps(result, a, b); });
      case LaneOp::Mul:
        return binary([&](const Zmm& a, const Operand& b) { vmulps(result, a, b); });
      case LaneOp::Div:
        return binary([&](const Zmm& a, const Operand& b) { vdivps(result, a, b); });
      case LaneOp::Max:
        return binary([&](const Zmm& a, const Operand& b) { vmaxps(result, a, b); });
      case LaneOp::Min:
        return binary([&](const Zmm& a, const Operand& b) { vminps(result, a, b); });
      case LaneOp::ScaleByFloor:
        return binary([&](const Zmm& a, const Operand& b) { vscalefps(result, a, b); });
      case LaneOp::Neg:
        return vxorps(result, in_register(instruction.a, index), constant(0x80000000u));
      case LaneOp::Abs:
        return vandps(result, in_register(instruction.a, index), constant(0x7fffffffu));
      case LaneOp::Sqrt:
        return unary([&](const Operand& a) { vsqrtps(result, a); });
      case LaneOp::Floor:
        return unary([&](const Operand& a) { vrndscaleps(result, a, 9); });
      case LaneOp::Ceil:
        return unary([&](const Operand& a) { vrndscaleps(result, a, 10); });
      case LaneOp::Trunc:
        return unary([&](const Operand& a) { vrndscaleps(result, a, 11); });
      case LaneOp::Fraction:
        return unary([&](const Operand& a) { vreduceps(result, a, 9); });
      case LaneOp::Round:
        return unary([&](const Operand& a) { vrndscaleps(result, a, 8); });
      case LaneOp::Exponent:
        return unary([&](const Operand& a) { vgetexpps(result, a); });
      case LaneOp::Significand:
        return unary([&](const Operand& a) { vgetmantps(result, a, 0); });
      default:
        return emit_sequence(instruction, result);
    }
  }

  void emit_sequence(const LaneInstruction& instruction, const Zmm& result) {
    switch (instruction.op) {
      case LaneOp::Fma:
        return emit_fma(instruction, result);
      case LaneOp::CopySign: {
        const Zmm magnitude = in_register(instruction.a, result.getIdx());
        if (magnitude.getIdx() != result.getIdx()) vmovaps(result, magnitude);
        // Bits of the mask come from b, the others stay.
        const int taken = take_zmm();
        const Zmm sign = in_register(instruction.b, taken);
        vpternlogd(result, sign, constant(0x80000000u), 0xd8);
        return release_zmm(taken);
      }
      case LaneOp::Select: {
        const Zmm otherwise = in_register(instruction.c, result.getIdx());
        const Opmask mask(mask_of_[static_cast<size_t>(instruction.a)]);
        return with_operand(instruction.b, [&](const Operand& chosen) {
          vblendmps(result | mask, otherwise, chosen);
        });
      }
      case LaneOp::RoundF16: {
        const Zmm a = in_register(instruction.a, result.getIdx());
        vcvtps2ph(Ymm(result.getIdx()), a, 0);
        return vcvtph2ps(result, Ymm(result.getIdx()));
      }
      default: {  // RoundBf16
        emit_bfloat16_bits(*this, result, in_register(instruction.a, result.getIdx()));
        return vpslld(result, result, 16);
      }
    }
  }

  void emit_fma(const LaneInstruction& fma, const Zmm& result) {
    const auto register_index = [&](int value) {
      return has_register(value) ? zmm_of_[static_cast<size_t>(value)] : -1;
    };
    const int a = register_index(fma.a), b = register_index(fma.b), c = register_index(fma.c);
    const int at_result = result.getIdx();
    if (c == at_result && (a >= 0 || b >= 0)) {
      const int factor = a >= 0 ? fma.a : fma.b, other = a >= 0 ? fma.b : fma.a;
      return with_operand(
          other, [&](const Operand& x) { vfmadd231ps(result, Zmm(register_index(factor)), x); });
    }
    if (a < 0 && b < 0) {
      const int taken = take_zmm();
      const Zmm factor = in_register(fma.a, taken), addend = in_register(fma.c, at_result);
      if (addend.getIdx() != at_result) vmovaps(result, addend);
      with_operand(fma.b, [&](const Operand& x) { vfmadd231ps(result, factor, x); });
      return release_zmm(taken);
    }
    // One factor goes into the result, unless it is there.
    const bool first = b >= 0 && (a == at_result || a < 0 || b != at_result);
    const int copied = first ? fma.a : fma.b, kept = first ? b : a;
    const Zmm factor = in_register(copied, at_result);
    if (factor.getIdx() != at_result) vmovaps(result, factor);
    with_operand(fma.c, [&](const Operand& x) { vfmadd213ps(result, Zmm(kept), x); });
  }

  void emit_mask(int i) {
    const LaneInstruction& instruction = at(i);
    const int index = take_mask();
    const Opmask result(index);
    switch (instruction.op) {
      case LaneOp::MaskAnd:
        kandw(result, mask(instruction.a), mask(instruction.b));
        break;
      case LaneOp::MaskOr:
        korw(result, mask(instruction.a), mask(instruction.b));
        break;
      case LaneOp::MaskNot:
        knotw(result, mask(instruction.a));
        break;
      default:
        emit_comparison(instruction, result);
    }
    release_operands(i);
    if (last_use_[static_cast<size_t>(i)] == i) {
      release_mask(index);
    } else {
      mask_of_[static_cast<size_t>(i)] = index;
    }
  }

  Opmask mask(int value) const { return Opmask(mask_of_[static_cast<size_t>(value)]); }

  void emit_comparison(const LaneInstruction& instruction, const Opmask& result) {
    enum : uint8_t {
      kEqual = 0,
      kLess = 0x11,
      kLessEqual = 0x12,
      kUnordered = 3,
      kNotEqual = 4,
      kGreaterEqual = 0x1d,
      kGreater = 0x1e
    };
    int a = instruction.a, b = instruction.b;
    uint8_t predicate = instruction.op == LaneOp::Less        ? kLess
                        : instruction.op == LaneOp::LessEqual ? kLessEqual
                        : instruction.op == LaneOp::Equal     ? kEqual
                        : instruction.op == LaneOp::NotEqual  ? kNotEqual
                                                              : kUnordered;
    if (b < 0) b = a;
    if (in_memory(a) && !in_memory(b)) {
      std::swap(a, b);
      if (predicate == kLess) predicate = kGreater;
      if (predicate == kLessEqual) predicate = kGreaterEqual;
    }
    const int taken = take_zmm();
    const Zmm left = in_register(a, taken);
    with_operand(b, [&](const Operand& right) { vcmpps(result, left, right, predicate); });
    release_zmm(taken);
  }

  void load(int input, const Zmm& to) {
    const auto known = pointer_.find(input);
    const Reg64 base = known != pointer_.end() ? Reg64(known->second) : temporary_;
    if (known == pointer_.end()) mov(temporary_, ptr[inputs_ + 8 * input]);
    const DataType dtype = kinds_[static_cast<size_t>(input)].dtype;
    emit_load(*this, {dtype, base, index_, is_tail_ ? &tail_mask_ : nullptr}, to);
  }

  void store() {
    const int taken = take_zmm();
    emit_store(*this, {output_, out_, index_, is_tail_ ? &tail_mask_ : nullptr},
               in_register(output_value_, taken));
    release_zmm(taken);
  }

  const std::vector<LaneInstruction> code_;
  const int output_value_;
  const std::vector<OperandKind> kinds_;
  const DataType output_;
  std::vector<int> slot_;  ///< of uniform values
  int num_slots_ = 0;
  std::vector<int> last_use_;
  std::map<int, int> pinned_;   ///< uniform values that live in registers
  std::map<int, int> loads_;    ///< how often a uniform value had to be loaded
  std::map<int, int> pointer_;  ///< general registers by input
  std::vector<int> zmm_of_, mask_of_;
  bool takes_rows_ = true;
  bool is_tail_ = false;
  bool before_loop_ = false;
};

}  // namespace

std::unique_ptr<JitLoop> make_jit_loop(const Recording& recording,
                                       const std::vector<OperandKind>& inputs, DataType output) {
  const auto is_wide = [](DataType dtype) { return dtype == DataType::Int64; };
  if (is_wide(output)) return nullptr;
  for (const OperandKind& kind : inputs)
    if (is_wide(kind.dtype) && !kind.is_one) return nullptr;
  try {
    return std::make_unique<LoopGenerator>(recording, inputs, output);
  } catch (const OutOfRegisters&) {
    return nullptr;
  } catch (const Xbyak::Error&) {
    return nullptr;
  }
}

}  // namespace trtlike::kernels::pointwise

#endif
