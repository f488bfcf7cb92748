// The public BuilderConfig: what its settings accept.
#include "trtlike/builder_config.h"

#include "core/check.h"

namespace trtlike {

int64_t BuilderConfig::memory_pool_limit(MemoryPoolType pool) const {
  const auto found = memory_pool_limits_.find(pool);
  return found == memory_pool_limits_.end() ? 0 : found->second;
}

void BuilderConfig::set_memory_pool_limit(MemoryPoolType pool, int64_t bytes) {
  TRTLIKE_CHECK(bytes >= 0, "[builder] memory_pool_limit: expected at least 0 bytes, got ", bytes,
                ".");
  memory_pool_limits_[pool] = bytes;
}

void BuilderConfig::set_builder_optimization_level(int level) {
  TRTLIKE_CHECK(level >= 0 && level <= 5,
                "[builder] builder_optimization_level: expected 0 to 5, got ", level, ".");
  builder_optimization_level_ = level;
}

int BuilderConfig::add_optimization_profile(std::shared_ptr<OptimizationProfile> profile) {
  profiles_.push_back(std::move(profile));
  return num_optimization_profiles() - 1;
}

std::shared_ptr<TimingCache> BuilderConfig::create_timing_cache(std::string_view serialized) const {
  return std::make_shared<TimingCache>(serialized);
}

bool BuilderConfig::set_timing_cache(std::shared_ptr<TimingCache> cache, bool ignore_mismatch) {
  const bool fits =
      cache == nullptr || ignore_mismatch || cache->fingerprint() == TimingCache().fingerprint();
  if (fits) timing_cache_ = std::move(cache);
  return fits;
}

void BuilderConfig::set_progress_monitor(std::shared_ptr<ProgressMonitor> monitor) {
  progress_monitor_ = std::move(monitor);
}

DeviceType BuilderConfig::device_type(const Layer& layer) const {
  const auto found = device_types_.find(layer.name());
  return found == device_types_.end() ? default_device_type_ : found->second;
}

void BuilderConfig::set_device_type(const Layer& layer, DeviceType type) {
  device_types_[layer.name()] = type;
}

bool BuilderConfig::is_device_type_set(const Layer& layer) const {
  return device_types_.contains(layer.name());
}

void BuilderConfig::reset_device_type(const Layer& layer) { device_types_.erase(layer.name()); }

void BuilderConfig::set_preview_feature(PreviewFeature feature, bool enable) {
  preview_features_ = enable ? preview_features_ | bit(feature) : preview_features_ & ~bit(feature);
}

}  // namespace trtlike
