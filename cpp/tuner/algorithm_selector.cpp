// The public description of candidates.
#include "trtlike/algorithm_selector.h"

#include "core/bytes.h"

namespace trtlike {

int64_t tactic_id(std::string_view name) {
  return static_cast<int64_t>(core::checksum(name.data(), name.size()) >> 1);
}

const AlgorithmIOInfo* Algorithm::get_algorithm_io_info(int index) const {
  if (index < 0 || index >= static_cast<int>(io_infos.size())) return nullptr;
  return &io_infos[static_cast<size_t>(index)];
}

std::vector<Dims> AlgorithmContext::get_shape(int index) const {
  if (index < 0 || index >= static_cast<int>(shapes.size())) return {};
  return shapes[static_cast<size_t>(index)];
}

}  // namespace trtlike
