// Settings that are accepted because scripts make them, and change nothing here.
#pragma once

#include "ir/network_state.h"
#include "trtlike/builder.h"
#include "trtlike/logger.h"

namespace trtlike::builder {

/// A warning for each setting of the network or the configuration that asks for something and gets
/// nothing.
void warn_of_no_effect(const NetworkState& network, const BuilderConfig& config, Logger* logger);

}  // namespace trtlike::builder
