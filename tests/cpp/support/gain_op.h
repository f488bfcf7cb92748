// An op as a plugin would be: registered at run time, with state that plans keep as a blob, and a
// tactic that reads and writes quantized tensors.
#pragma once

#include <memory>
#include <string>

#include "kernels/tactic.h"
#include "ops/op.h"

namespace trtlike::test {

/// "TestGain", y = gain * x for the gain that stands under the attribute "state". Registered with
/// its tactic "gain", which takes f32 and quantized s8 in any combination, by the first call.
const ops::OpDefinition& gain_op();

/// A gain under a name, as long as the result lives. A name has one gain at a time.
std::shared_ptr<const void> add_gain(const std::string& state, double gain);

}  // namespace trtlike::test
