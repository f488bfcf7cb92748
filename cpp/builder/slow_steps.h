// Warnings of steps that take long because nothing but a reference computes them.
#pragma once

#include "trtlike/logger.h"
#include "tuner/tuner.h"

namespace trtlike::builder {

/// Warns of each node that only a reference computes, where it was measured to take more than 5 %
/// of the nodes' time and more than a millisecond a run.
void warn_of_references(const tuner::TunedGraph& graph, const tuner::Result& result,
                        Logger* logger);

}  // namespace trtlike::builder
