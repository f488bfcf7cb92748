// A plan by hand that can be refitted.
#pragma once

#include "support/make_plan.h"

namespace trtlike::test {

/// y = x + c with c = 2 w, in the extents [1, 3]. Value 0 of the recipes is w, 1 two, 2 their
/// product, 3 a view of it.
PlanMaker refittable_plan();

}  // namespace trtlike::test
