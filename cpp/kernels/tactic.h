// A tactic is a way to compute a problem: refuse, pack, prepare, run. It does not know threads: it
// says into how many independent slices its work is cut, and the runtime spreads them.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/callback.h"
#include "core/os/cpu.h"
#include "kernels/element_types.h"
#include "kernels/tensor_desc.h"
#include "ops/op.h"
#include "trtlike/enums/build_enums.h"

namespace trtlike::kernels {

/// Where a tactic comes from; the values are the bits of the public TacticSource, which switches
/// all but the last two.
enum class Source : int32_t {
  OneDnn = static_cast<int32_t>(TacticSource::OneDnn),
  Native = static_cast<int32_t>(TacticSource::Native),
  Eigen = static_cast<int32_t>(TacticSource::Eigen),
  Added = 29,
  Reference = 30,
};

/// An op with its attributes on concrete operands.
struct Problem {
  const ops::OpDefinition* op = nullptr;
  const ops::Attributes* attributes = nullptr;
  std::vector<TensorDesc> inputs;
  std::vector<TensorDesc> outputs;
  /// Per input: its elements (dense, row-major, in the input's dtype) where it is a constant, else
  /// null. At load time the constants that a tactic has packed are null again although they are
  /// still in `constant_inputs`.
  std::vector<const void*> constants;
  ops::InputSet constant_inputs;
  /// Threads that will share the slices.
  int threads = 1;
  /// IEEE FP32 arithmetic in the order of the direct algorithm is asked for: no Winograd.
  bool strict = false;

  bool is_constant(size_t i) const { return constant_inputs.contains(i); }
  bool has_input(size_t i) const { return i < inputs.size() && !inputs[i].is_absent(); }
  /// Text that is the same for problems that take the same time: op, attributes (programs without
  /// their numbers), operand descriptions, constants or not.
  std::string key() const;
};

/// What a running kernel gets. Absent and packed inputs are null.
struct RunArgs {
  const void* const* inputs;
  void* const* outputs;
  void* shared;   ///< Kernel::shared_bytes, one for all slices and phases of a run
  void* scratch;  ///< Kernel::scratch_bytes, one a worker; contents are not kept between slices
};

/// A tactic made ready for one problem. Immutable; run is called from several threads at once with
/// different slices.
class Kernel {
 public:
  virtual ~Kernel() = default;
  /// Slices of each phase; all slices of a phase end before the next phase begins. Usually one
  /// phase.
  const std::vector<int>& slices() const { return slices_; }
  size_t shared_bytes() const { return shared_bytes_; }
  size_t scratch_bytes() const { return scratch_bytes_; }
  /// Computes one slice. Never allocates or starts threads. Scratch and shared are aligned to 64
  /// bytes. Our own kernels are noexcept; what a library or a reference throws ends the run.
  virtual void run(const RunArgs& args, int phase, int slice) const = 0;

 protected:
  std::vector<int> slices_{1};
  size_t shared_bytes_ = 0;
  size_t scratch_bytes_ = 0;
};

/// Constants in the form that a tactic wants them, as they stand in the plan. Must depend on the
/// constants, attributes and element types only, never on activation extents that may change at run
/// time.
struct Packed {
  std::shared_ptr<const void> data;
  size_t bytes = 0;
};

/// What a tactic may be asked beyond dense operands, and may do beyond exact sums.
enum TacticFlags : uint32_t {
  kPitchedInputs = 1,   ///< ChannelsLast activations inputs may have a pitch
  kPitchedOutputs = 2,  ///< ChannelsLast outputs may have a pitch
  kPitched = kPitchedInputs | kPitchedOutputs,
  kInPlace = 4,      ///< output 0 may lie on any input of the same description
  kQuantized = 8,    ///< reads the quantization of operands; others take none that has one
  kSpreadsNans = 16  ///< NaNs may reach neighbours of the sums that they take part in
};

/// The elements of C that an inner loop makes at once.
struct TileShape {
  int rows = 1;
  int columns = 1;
};

/// The code of a tactic. What it is stands in its family's kernels.inc.
struct TacticFunctions {
  std::optional<std::string> (*refuse)(const Problem& problem);
  ops::InputSet (*packed_inputs)(const Problem& problem) = nullptr;
  Packed (*pack)(const Problem& problem) = nullptr;
  std::unique_ptr<Kernel> (*prepare)(const Problem& problem, std::span<const std::byte> packed);
};

struct Tactic {
  static constexpr size_t kMaxOps = 10;

  const char* name;                        ///< "softmax_f32_avx512"
  std::array<const char*, kMaxOps> ops{};  ///< the ops it computes, then null
  Source source;
  core::Isa needs;
  ElementTypes types{};
  TileShape tile{};
  uint32_t flags = 0;
  /// Nothing when the tactic computes the problem, else why not ("needs channels_last, got
  /// linear").
  core::Callback<std::optional<std::string>(const Problem& problem)> refuse;
  /// The inputs that are packed and not passed to run. Null: none.
  core::Callback<ops::InputSet(const Problem& problem)> packed_inputs = nullptr;
  core::Callback<Packed(const Problem& problem)> pack = nullptr;
  /// `packed` is what pack gave, possibly mapped from a file: 64-byte aligned, alive as long as the
  /// kernel.
  core::Callback<std::unique_ptr<Kernel>(const Problem& problem, std::span<const std::byte> packed)>
      prepare;
  /// What a tactic that is not built in was registered with: its functions may take it before their
  /// arguments.
  const void* self = nullptr;

  bool computes(std::string_view op) const;
};

/// Every tactic of the families' lists, in their order.
std::span<const Tactic> listed_tactics();
/// Adds a tactic while the program runs, for good: plans and kernels point at it. The pointer may
/// own what the tactic points at. Its ops must be there, built in or registered before. Any thread
/// may call any function of the registry. Throws UserError for a name that a tactic of one of its
/// ops has, or a tactic that cannot be used.
const Tactic& register_tactic(std::shared_ptr<const Tactic> tactic);
/// Every tactic for the op: those of the lists, best first, those that were added, in this order,
/// and the reference where the op has one. CPU features are not looked at.
std::vector<const Tactic*> tactics_for(std::string_view op);
/// The tactic of this name for the op; null when there is none.
const Tactic* find_tactic(std::string_view op, std::string_view name);
/// tactic.refuse after the checks that hold for all: CPU features, pitches, quantized operands.
std::optional<std::string> refuse(const Tactic& tactic, const Problem& problem);
/// The tactic's other functions. A tactic that packs nothing has no packed inputs.
ops::InputSet packed_inputs(const Tactic& tactic, const Problem& problem);
Packed pack(const Tactic& tactic, const Problem& problem);
std::unique_ptr<Kernel> prepare(const Tactic& tactic, const Problem& problem,
                                std::span<const std::byte> packed);

}  // namespace trtlike::kernels
