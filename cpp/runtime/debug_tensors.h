// What a context tells its debug listener.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "runtime/execution/executable_plan.h"
#include "trtlike/debug_listener.h"

namespace trtlike::runtime {

class DebugTensors : public ValueObserver {
 public:
  explicit DebugTensors(const engine::Plan& plan);

  /// Its place among the plan's debug tensors; -1 when it is none.
  int find(const std::string& name) const;
  bool state(int tensor) const { return states_[static_cast<size_t>(tensor)]; }
  void set_state(int tensor, bool is_on) { states_[static_cast<size_t>(tensor)] = is_on; }
  void set_all_states(bool is_on) { states_.assign(states_.size(), is_on); }

  /// True when there is someone to tell and something to tell of.
  bool is_wanted() const;
  /// A run begins: inputs have their elements. `bindings` has one address a binding.
  void begin(uint64_t stream, const Shapes& shapes, std::span<void* const> bindings);
  /// Throws UserError when the listener refuses.
  void observe(int32_t value, const kernels::TensorDesc& desc, const void* data) override;

  std::shared_ptr<DebugListener> listener;
  /// Tell of other values too, where the plan says so.
  bool unfused = false;

 private:
  void report(const std::string& name, const kernels::TensorDesc& desc, const void* data);

  const engine::Plan& plan_;
  std::vector<bool> states_;
  uint64_t stream_ = 0;
  std::vector<std::byte> dense_;
};

}  // namespace trtlike::runtime
