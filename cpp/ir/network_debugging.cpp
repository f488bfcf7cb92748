// Debug tensors and the error recorder of a network.
#include "core/check.h"
#include "ir/network_state.h"

namespace trtlike {
namespace {

ir::ValueId debugged(const std::shared_ptr<NetworkState>& state, const Tensor& tensor) {
  TRTLIKE_CHECK(tensor && NetworkAccess::state(tensor) == state,
                "[network] debug tensor: expected a tensor of this network, got ",
                tensor ? "one of another network." : "none.");
  return {tensor.id()};
}

}  // namespace

bool Network::mark_debug(const Tensor& tensor) {
  return state_->debug_tensors.insert(debugged(state_, tensor)).second;
}

bool Network::unmark_debug(const Tensor& tensor) {
  return state_->debug_tensors.erase(debugged(state_, tensor)) != 0;
}

bool Network::is_debug_tensor(const Tensor& tensor) const {
  return state_->debug_tensors.contains(debugged(state_, tensor));
}

bool Network::mark_unfused_tensors_as_debug_tensors() { return state_->unfused_are_debug = true; }

bool Network::unmark_unfused_tensors_as_debug_tensors() {
  state_->unfused_are_debug = false;
  return true;
}

const std::shared_ptr<ErrorRecorder>& Network::error_recorder() const {
  return state_->error_recorder;
}

void Network::set_error_recorder(std::shared_ptr<ErrorRecorder> recorder) {
  state_->error_recorder = std::move(recorder);
}

}  // namespace trtlike
