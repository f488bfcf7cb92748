// The table of settings without effect, by TensorRT's names, and why they have none.
#include "builder/no_effect.h"

#include <algorithm>

#include "core/log.h"
#include "core/os/cpu.h"

namespace trtlike::builder {
namespace {

struct Bit {
  int bit;
  const char* name;
  const char* why;
};

constexpr const char* kNoRefit =
    "weights are packed for their tactics, so plans cannot be refitted";
constexpr const char* kNoDla = "a CPU has no DLA";
constexpr const char* kNoNarrow = "layers keep the types that the network declares";
constexpr const char* kNoPlugins = "there are no Python plugins";

constexpr Bit kFlags[] = {
    {1, "BuilderFlag.INT8", "layers are not quantized by ranges; Q/DQ layers need no flag"},
    {4, "BuilderFlag.REFIT", kNoRefit},
    {7, "BuilderFlag.SPARSE_WEIGHTS", "weights are computed with as dense ones"},
    {8, "BuilderFlag.SAFETY_SCOPE", "there is no safety runtime"},
    {11, "BuilderFlag.DIRECT_IO", "inputs and outputs are converted where that is faster"},
    {13, "BuilderFlag.VERSION_COMPATIBLE", "a plan runs with the version that built it"},
    {15, "BuilderFlag.FP8", kNoNarrow},
    {19, "BuilderFlag.STRIP_PLAN", kNoRefit},
    {20, "BuilderFlag.REFIT_IDENTICAL", kNoRefit},
    {21, "BuilderFlag.WEIGHT_STREAMING", "weights are read where they lie"},
    {22, "BuilderFlag.INT4", kNoNarrow},
    {23, "BuilderFlag.REFIT_INDIVIDUAL", kNoRefit},
    {25, "BuilderFlag.MONITOR_MEMORY", "memory is not watched"},
    {26, "BuilderFlag.FP4", kNoNarrow},
    {28, "BuilderFlag.DISTRIBUTIVE_INDEPENDENCE", "tactics are chosen by time alone"},
};

constexpr Bit kNetworkFlags[] = {
    {1, "NetworkDefinitionCreationFlag.STRONGLY_TYPED",
     "without precision flags layers compute in their declared types or wider ones"},
    {2, "NetworkDefinitionCreationFlag.PREFER_JIT_PYTHON_PLUGINS", kNoPlugins},
    {3, "NetworkDefinitionCreationFlag.PREFER_AOT_PYTHON_PLUGINS", kNoPlugins},
};

constexpr Bit kPreviewFeatures[] = {
    {0, "PreviewFeature.PROFILE_SHARING_0806", "contexts share profiles anyway"},
    {1, "PreviewFeature.ALIASED_PLUGIN_IO_10_03", "there are no plugins"},
    {2, "PreviewFeature.RUNTIME_ACTIVATION_RESIZE_10_10",
     "a context's memory always follows from its shapes"},
    {3, "PreviewFeature.MULTIDEVICE_RUNTIME_10_16", "there is one device"},
};

constexpr Bit kPools[] = {
    {1, "MemoryPoolType.DLA_MANAGED_SRAM", kNoDla},
    {2, "MemoryPoolType.DLA_LOCAL_DRAM", kNoDla},
    {3, "MemoryPoolType.DLA_GLOBAL_DRAM", kNoDla},
    {4, "MemoryPoolType.TACTIC_DRAM", "WORKSPACE limits what tactics take"},
    {5, "MemoryPoolType.TACTIC_SHARED_MEMORY", "a CPU has no shared memory"},
};

class Warnings {
 public:
  explicit Warnings(Logger* logger) : logger_(logger) {}

  void add(bool is_set, const char* name, const char* why) const {
    if (is_set)
      core::log(logger_, Severity::Warning, "[builder] ", name, " has no effect: ", why, ".");
  }

  template <size_t N>
  void add_bits(uint32_t bits, const Bit (&table)[N]) const {
    for (const Bit& row : table) add(((bits >> row.bit) & 1u) != 0, row.name, row.why);
  }

 private:
  Logger* logger_;
};

bool has_ranges(const ir::Graph& graph) {
  for (size_t v = 0; v < graph.num_value_ids(); ++v)
    if (graph.value({static_cast<int32_t>(v)}).dynamic_range) return true;
  return false;
}

}  // namespace

void warn_of_no_effect(const ir::NetworkState& network, const BuilderConfig& config,
                       Logger* logger) {
  const Warnings warnings(logger);
  warnings.add_bits(network.flags, kNetworkFlags);
  warnings.add(has_ranges(network.graph), "ITensor.dynamic_range",
               "layers are not quantized by ranges");
  warnings.add_bits(config.flags, kFlags);
  warnings.add(config.flag(BuilderFlag::BF16) && !(core::cpu_isa() >= core::Isa::Avx512Bf16),
               "BuilderFlag.BF16", "this CPU does not multiply bfloat16");
  for (const Bit& pool : kPools)
    warnings.add(config.other_pool_limits.contains(pool.bit), pool.name, pool.why);
  warnings.add_bits(config.preview_features, kPreviewFeatures);
  warnings.add(config.engine_capability != 0, "IBuilderConfig.engine_capability",
               "there is the standard runtime only");
  warnings.add(config.hardware_compatibility_level != 0,
               "IBuilderConfig.hardware_compatibility_level",
               "a plan runs on every CPU that has the instructions of its tactics");
  warnings.add(config.tiling_optimization_level != 0 || config.l2_limit_for_tiling >= 0,
               "IBuilderConfig.tiling_optimization_level",
               "tactics choose their tiles by the caches of this machine");
  warnings.add(config.default_device_type != 0 || config.dla_core >= 0, "IBuilderConfig.DLA_core",
               kNoDla);
  warnings.add(config.max_aux_streams > 0, "IBuilderConfig.max_aux_streams",
               "steps of one run follow each other");
  warnings.add(
      std::any_of(config.profiles.begin(), config.profiles.end(),
                  [](const auto& p) { return p != nullptr && p->extra_memory_target != 1.0; }),
      "IOptimizationProfile.extra_memory_target", "contexts plan their own memory");
}

}  // namespace trtlike::builder
