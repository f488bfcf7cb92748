// Optimization profiles: what set_shape accepts.
#include "trtlike/profile.h"

#include "core/check.h"
#include "core/shape.h"

namespace trtlike {

void OptimizationProfile::set_shape(const std::string& input, const Dims& min, const Dims& opt,
                                    const Dims& max) {
  TRTLIKE_CHECK(min.rank() == opt.rank() && opt.rank() == max.rank(), "[builder] profile, input '",
                input, "': expected min, opt and max of one rank, got ", min, ", ", opt, " and ",
                max, ".");
  for (int i = 0; i < min.rank(); ++i) {
    TRTLIKE_CHECK(0 <= min[i] && min[i] <= opt[i] && opt[i] <= max[i], "[builder] profile, input '",
                  input, "', dimension ", i, ": expected 0 <= min <= opt <= max, got ", min[i],
                  ", ", opt[i], " and ", max[i], ".");
  }
  shapes_[input] = {min, opt, max};
}

void OptimizationProfile::set_shape_input(const std::string& input, const std::vector<int64_t>& min,
                                          const std::vector<int64_t>& opt,
                                          const std::vector<int64_t>& max) {
  TRTLIKE_CHECK(min.size() == opt.size() && opt.size() == max.size(),
                "[builder] profile, shape input '", input,
                "': expected min, opt and max of one length, got ", min.size(), ", ", opt.size(),
                " and ", max.size(), ".");
  for (size_t i = 0; i < min.size(); ++i) {
    TRTLIKE_CHECK(min[i] <= opt[i] && opt[i] <= max[i], "[builder] profile, shape input '", input,
                  "', element ", i, ": expected min <= opt <= max, got ", min[i], ", ", opt[i],
                  " and ", max[i], ".");
  }
  shape_inputs_[input] = {min, opt, max};
}

std::optional<std::array<Dims, 3>> OptimizationProfile::shape(const std::string& input) const {
  const auto found = shapes_.find(input);
  if (found == shapes_.end()) return std::nullopt;
  return found->second;
}

std::optional<std::array<std::vector<int64_t>, 3>> OptimizationProfile::shape_input(
    const std::string& input) const {
  const auto found = shape_inputs_.find(input);
  if (found == shape_inputs_.end()) return std::nullopt;
  return found->second;
}

}  // namespace trtlike
