// The ops that a plan needs and are not built in, and the bytes that it keeps for them.
#pragma once

#include <memory>
#include <vector>

#include "engine/plan.h"

namespace trtlike::engine {

/// True when the range is aligned and lies inside the constants section.
bool is_inside(const BlobRange& range, size_t constants_bytes);

/// The step's op. Throws PlanError that says what to do where there is none of this name.
const ops::OpDefinition& get_step_op(const PlanStep& step);

/// Throws PlanError unless the step has its op's attributes, each of its kind.
void check_attributes(const PlanStep& step, const ops::OpDefinition& op);

/// Throws PlanError unless blobs have names and ranges of their own and each step has one where its
/// op keeps one, with attributes that the op may be asked about.
void check_blobs(const Plan& plan, size_t constants_bytes);

/// Gives the ops their steps' blobs again, which check_blobs has passed. What they return lives as
/// long as the plan. Throws PlanError with what an op says of bytes that are not its own.
std::vector<std::shared_ptr<const void>> load_blobs(const Plan& plan, const std::byte* constants);

}  // namespace trtlike::engine
