// The table of settings without effect, by TensorRT's names, and why they have none.
#include "builder/no_effect.h"

#include <algorithm>

#include "builder/quantize.h"
#include "core/log.h"
#include "core/os/cpu.h"

namespace trtlike::builder {
namespace {

template <typename E>
struct Row {
  E value;
  const char* why;
};

constexpr const char* kNoDla = "a CPU has no DLA";
constexpr const char* kNoNarrow = "layers keep the types that the network declares";
constexpr const char* kNoPlugins = "there are no Python plugins";

constexpr Row<BuilderFlag> kFlags[] = {
    {BuilderFlag::SparseWeights, "weights are computed with as dense ones"},
    {BuilderFlag::SafetyScope, "there is no safety runtime"},
    {BuilderFlag::DirectIO, "inputs and outputs are converted where that is faster"},
    {BuilderFlag::VersionCompatible, "a plan runs with the version that built it"},
    {BuilderFlag::FP8, kNoNarrow},
    {BuilderFlag::WeightStreaming, "weights are read where they lie"},
    {BuilderFlag::INT4, kNoNarrow},
    {BuilderFlag::MonitorMemory, "memory is not watched"},
    {BuilderFlag::FP4, kNoNarrow},
    {BuilderFlag::DistributiveIndependence, "tactics are chosen by time alone"},
};

constexpr Row<NetworkDefinitionCreationFlag> kNetworkFlags[] = {
    {NetworkDefinitionCreationFlag::StronglyTyped,
     "without precision flags layers compute in their declared types or wider ones"},
    {NetworkDefinitionCreationFlag::PreferJitPythonPlugins, kNoPlugins},
    {NetworkDefinitionCreationFlag::PreferAotPythonPlugins, kNoPlugins},
};

constexpr Row<PreviewFeature> kPreviewFeatures[] = {
    {PreviewFeature::ProfileSharing0806, "contexts share profiles anyway"},
    {PreviewFeature::AliasedPluginIo1003, "there are no plugins"},
    {PreviewFeature::RuntimeActivationResize1010,
     "a context's memory always follows from its shapes"},
    {PreviewFeature::MultideviceRuntime1016, "there is one device"},
};

constexpr Row<MemoryPoolType> kPools[] = {
    {MemoryPoolType::DlaManagedSram, kNoDla},
    {MemoryPoolType::DlaLocalDram, kNoDla},
    {MemoryPoolType::DlaGlobalDram, kNoDla},
    {MemoryPoolType::TacticDram, "WORKSPACE limits what tactics take"},
    {MemoryPoolType::TacticSharedMemory, "a CPU has no shared memory"},
};

class Warnings {
 public:
  explicit Warnings(Logger* logger) : logger_(logger) {}

  void add(bool is_set, std::string_view name, const char* why) const {
    if (is_set)
      core::log(logger_, Severity::Warning, "[builder] ", name, " has no effect: ", why, ".");
  }

  /// The rows whose value `is_set` is true for.
  template <typename E, size_t N, typename IsSet>
  void add_rows(const Row<E> (&table)[N], const IsSet& is_set) const {
    for (const Row<E>& row : table)
      add(is_set(row.value), core::str(EnumTable<E>::kName, ".", enum_name(row.value)), row.why);
  }

 private:
  Logger* logger_;
};

}  // namespace

void warn_of_no_effect(const NetworkState& network, const BuilderConfig& config, Logger* logger) {
  const Warnings warnings(logger);
  warnings.add_rows(kNetworkFlags, [&](NetworkDefinitionCreationFlag flag) {
    return ((network.flags >> enum_number(flag)) & 1u) != 0;
  });
  const bool is_explicit = has_quantization(network.graph);
  const char* const no_ranges = is_explicit ? "the network's Q/DQ layers say what is quantized"
                                            : "BuilderFlag.INT8 is not set";
  const bool is_idle = is_explicit || !config.flag(BuilderFlag::INT8);
  warnings.add(is_idle && has_ranges(network.graph), "ITensor.dynamic_range", no_ranges);
  warnings.add(is_idle && config.int8_calibrator() != nullptr, "IBuilderConfig.int8_calibrator",
               no_ranges);
  warnings.add_rows(kFlags, [&](BuilderFlag flag) { return config.flag(flag); });
  warnings.add(config.flag(BuilderFlag::BF16) && !(core::cpu_isa() >= core::Isa::Avx512Bf16),
               "BuilderFlag.BF16", "this CPU does not multiply bfloat16");
  warnings.add_rows(kPools,
                    [&](MemoryPoolType pool) { return config.memory_pool_limit(pool) != 0; });
  warnings.add_rows(kPreviewFeatures,
                    [&](PreviewFeature feature) { return config.preview_feature(feature); });
  warnings.add(config.engine_capability() != EngineCapability::Standard,
               "IBuilderConfig.engine_capability", "there is the standard runtime only");
  warnings.add(config.hardware_compatibility_level() != HardwareCompatibilityLevel::None,
               "IBuilderConfig.hardware_compatibility_level",
               "a plan runs on every CPU that has the instructions of its tactics");
  warnings.add(config.tiling_optimization_level() != TilingOptimizationLevel::None ||
                   config.l2_limit_for_tiling() >= 0,
               "IBuilderConfig.tiling_optimization_level",
               "tactics choose their tiles by the caches of this machine");
  warnings.add(config.default_device_type() != DeviceType::GPU || config.dla_core() >= 0,
               "IBuilderConfig.DLA_core", kNoDla);
  warnings.add(config.runtime_platform() != RuntimePlatform::SameAsBuild,
               "IBuilderConfig.runtime_platform", "plans run on the platform that built them");
  warnings.add(!config.plugins_to_serialize().empty(), "IBuilderConfig.plugins_to_serialize",
               "plans hold no libraries");
  warnings.add(!config.remote_auto_tuning_config().empty(),
               "IBuilderConfig.remote_auto_tuning_config", "tactics are timed on this machine");
  warnings.add(config.max_aux_streams() > 0, "IBuilderConfig.max_aux_streams",
               "steps of one run follow each other");
  warnings.add(
      std::any_of(config.profiles().begin(), config.profiles().end(),
                  [](const auto& p) { return p != nullptr && p->extra_memory_target != 1.0; }),
      "IOptimizationProfile.extra_memory_target", "contexts plan their own memory");
}

}  // namespace trtlike::builder
