// The build, as a table of contents: check, optimize, tune, assemble, write.
#include "trtlike/builder.h"

#include <algorithm>
#include <map>
#include <set>

#include "builder/assemble.h"
#include "builder/network/debug_tensors.h"
#include "builder/network/surface.h"
#include "builder/no_effect.h"
#include "builder/phase.h"
#include "builder/precisions.h"
#include "builder/profiles.h"
#include "builder/quantize.h"
#include "builder/region_profiles.h"
#include "builder/slow_steps.h"
#include "builder/specialize.h"
#include "builder/timed_fusions.h"
#include "core/check.h"
#include "core/failures/report.h"
#include "core/log.h"
#include "core/os/clock.h"
#include "core/os/cpu.h"
#include "core/os/heap.h"
#include "core/os/memory.h"
#include "core/shape.h"
#include "core/threads/threads.h"
#include "engine/loaded_plan.h"
#include "engine/recipes/refit.h"
#include "ir/network_state.h"
#include "optimizer/optimizer.h"
#include "optimizer/regions/form_regions.h"
#include "runtime/execution/profile_memory.h"
#include "trtlike/runtime.h"
#include "tuner/tuner.h"

namespace trtlike {
namespace {

using builder::goes_on;
using builder::Phase;

constexpr char kPhaseBuild[] = "Building engine";
constexpr char kPhaseTune[] = "Timing tactics";
constexpr uint32_t kPrecisionFlags = 1u << enum_number(BuilderFlag::FP16) |
                                     1u << enum_number(BuilderFlag::BF16) |
                                     1u << enum_number(BuilderFlag::INT8) |
                                     1u << enum_number(BuilderFlag::ObeyPrecisionConstraints) |
                                     1u << enum_number(BuilderFlag::PreferPrecisionConstraints);

void check_network(const ir::Graph& graph) {
  TRTLIKE_CHECK(!graph.outputs().empty(),
                "[builder] network: expected at least one output, got none. Call "
                "network.mark_output on a tensor.");
}

void check_fits(const ir::Value& value) {
  const size_t bytes = core::dtype_bytes(value.type.dtype, core::elems(value.type.dims));
  const size_t total = core::total_memory_bytes();
  TRTLIKE_CHECK(bytes < total, "[builder] memory: expected at most the ", total >> 20,
                " MiB of this machine, got ", bytes >> 20, " MiB for tensor '", value.name,
                "' of shape ", value.type.dims, ".");
}

/// Each output of these nodes, before any work that grows with it.
void check_fit(const ir::Graph& specialized, const std::vector<ir::NodeId>& order) {
  for (const ir::NodeId id : order)
    for (const ir::ValueId output : specialized.node(id).outputs)
      check_fits(specialized.value(output));
}

/// The shapes that a graph is tuned at: the network's, or a region's.
struct Ranges {
  std::vector<engine::PlanProfile> profiles;
  bool is_region = false;

  builder::Specialized at(const ir::Graph& graph, const engine::PlanProfile& profile,
                          builder::Selector end,
                          builder::Guess guess = builder::Guess::Bound) const {
    return is_region ? builder::specialize_region(graph, profile, end, guess)
                     : builder::specialize(graph, profile, end, guess);
  }
};

class Build {
 public:
  Build(std::shared_ptr<NetworkState> state, BuilderConfig& config, int max_threads, Logger* logger,
        BuildReport& report)
      : state_(std::move(state)),
        graph_(state_->graph.clone()),
        config_(config),
        max_threads_(max_threads),
        logger_(logger),
        report_(report) {
    builder::convert_surface(graph_, state_->input_types);
  }

  std::shared_ptr<HostMemory> run() {
    const int64_t start = core::now_ns();
    const Phase phase(config_, kPhaseBuild, "", 3);
    begin();
    optimize(graph_);
    quantize();
    phase.checked_step(0);
    builder::ConstantSection constants;
    engine::Plan plan = tune(constants);
    phase.checked_step(1);
    if (const auto& selector = config_.algorithm_selector())
      selector->report_algorithms(asked_, answered_);
    plan.name = graph_.name.empty() ? "Unnamed Network" : graph_.name;
    plan.profiles = profiles_;
    drop_idle_ranges(plan);
    graph_ = {};
    core::release_free_memory();
    std::shared_ptr<HostMemory> bytes = write(plan, constants.finish(plan, uses_));
    if (builder::strips_weights(config_))
      bytes = engine::serialize(*engine::read_plan(bytes->owner(), bytes->nbytes()),
                                engine::Serialized::WithoutWeights);
    phase.checked_step(2);
    report_.seconds = static_cast<double>(core::now_ns() - start) * 1e-9;
    core::log(logger_, Severity::Info, "[builder] built '", plan.name, "' in ", report_.seconds,
              " s: ", report_.layers_before, " layers became ", plan.steps.size(), " steps, ",
              bytes->nbytes() >> 10, " KiB of plan, ", report_.measured, " timings measured.");
    return bytes;
  }

  /// The scales alone, as a calibration cache.
  std::string calibrate() {
    TRTLIKE_CHECK(config_.int8_calibrator() != nullptr,
                  "[builder] calibrate: expected config.int8_calibrator to be set, got none.");
    begin();
    optimize(graph_);
    return find_scales().to_text();
  }

 private:
  void begin() {
    state_->check_complete();
    check_network(graph_);
    builder::note_debug_tensors(*state_, graph_);
    builder::check_surface(graph_);
    uses_ = builder::note_weights(graph_, *state_, config_);
    optimizer::form_regions(graph_);
    debug_ = builder::mark_debug_tensors(*state_, graph_, logger_);
    builder::warn_of_no_effect(*state_, config_, logger_);
    profiles_ = builder::check_profiles(graph_, config_);
    builder::note_least_extents(graph_, profiles_);
    report_.layers_before = static_cast<int>(graph_.nodes().size());
    builder::drop_idle_constraints(graph_, config_);
    builder::note_tensors(graph_);
  }

  void optimize(ir::Graph& graph, bool fuses = true) {
    optimizer::Options options;
    options.logger = logger_;
    options.fuses = fuses;
    options.progress = [](void* build, const char*) {
      return goes_on(static_cast<Build*>(build)->config_);
    };
    options.progress_state = this;
    for (const auto& [name, count] : optimizer::optimize(graph, options))
      report_.fusions[name] += count;
  }

  /// What the network leaves to ranges becomes integers.
  void quantize() {
    if (!config_.flag(BuilderFlag::INT8) || builder::has_quantization(state_->graph)) return;
    if (config_.int8_calibrator() != nullptr) builder::set_ranges(graph_, find_scales());
    builder::keep_quantizable_weights(graph_, logger_);
    if (builder::quantize_by_ranges(graph_, logger_)) optimize(graph_);
  }

  calibration::Cache find_scales() {
    BuilderConfig config = config_;
    config.set_flags(config.flags() & ~kPrecisionFlags);
    config.set_builder_optimization_level(0);
    config.set_progress_monitor(nullptr);
    config.set_algorithm_selector(nullptr);
    config.clear_flag(BuilderFlag::EditableTimingCache);
    BuildReport report;
    Build fp32(state_, config, max_threads_, logger_, report);
    fp32.profiles_ = {profiles_.front()};
    if (config_.calibration_profile() != nullptr) {
      BuilderConfig of_profile;
      of_profile.add_optimization_profile(config_.calibration_profile());
      fp32.profiles_ = builder::check_profiles(graph_, of_profile);
    }
    if (config_.quantization_flag(QuantizationFlag::CalibrateBeforeFusion)) {
      builder::note_weights(fp32.graph_, *state_, {});
      optimizer::form_regions(fp32.graph_);
      builder::note_tensors(fp32.graph_);
      fp32.optimize(fp32.graph_, false);
    } else {
      fp32.graph_ = graph_.clone();
      fp32.debug_ = debug_;
    }
    return builder::find_scales({config_, logger_, fp32.graph_, fp32.profiles_.front(), [&] {
                                   builder::ConstantSection constants;
                                   engine::Plan plan = fp32.tune(constants);
                                   plan.profiles = fp32.profiles_;
                                   return write(plan, constants.finish(plan, fp32.uses_));
                                 }});
  }

  int threads() const {
    if (config_.num_threads() > 0) return config_.num_threads();
    return max_threads_ > 0 ? max_threads_ : core::default_num_threads();
  }

  bool strict() const { return !config_.flag(BuilderFlag::TF32); }

  tuner::Options tuner_options() {
    tuner::Options options;
    options.level = config_.builder_optimization_level();
    options.max_tactics = config_.max_num_tactics();
    options.min_repeats = config_.avg_timing_iterations();
    options.workspace_limit = config_.memory_pool_limit(MemoryPoolType::Workspace);
    options.sources = config_.tactic_sources();
    options.threads = threads();
    options.strict = strict();
    options.error_on_cache_miss = config_.flag(BuilderFlag::ErrorOnTimingCacheMiss);
    options.logger = logger_;
    options.go_on = [this] { return goes_on(config_); };
    options.selector = config_.algorithm_selector().get();
    options.reject_empty_selections = config_.flag(BuilderFlag::RejectEmptyAlgorithms);
    options.editable_cache = config_.flag(BuilderFlag::EditableTimingCache);
    options.cache = &own_times_;
    if (!config_.flag(BuilderFlag::DisableTimingCache)) {
      if (config_.timing_cache() == nullptr)
        config_.set_timing_cache(std::make_shared<TimingCache>(), true);
      options.cache = config_.timing_cache().get();
    }
    return options;
  }

  /// The graph at the ends of the profiles, and with the least extents that runs may tell.
  std::vector<ir::Graph> profile_limits(const ir::Graph& network, const Ranges& ranges,
                                        const std::vector<ir::NodeId>& order,
                                        bool has_guesses) const {
    std::vector<ir::Graph> limits;
    const auto add = [&](const engine::PlanProfile& profile, builder::Selector end,
                         builder::Guess guess) {
      try {
        builder::Specialized at = ranges.at(network, profile, end, guess);
        check_fit(at.graph, order);
        if (at.contradictory.empty()) limits.push_back(std::move(at.graph));
      } catch (const Error& e) {
        core::log(logger_, Severity::Verbose,
                  "[builder] an end of a profile is no limit: ", e.what());
      }
    };
    for (const engine::PlanProfile& profile : ranges.profiles) {
      for (const auto end : {builder::Selector::Min, builder::Selector::Max})
        if (!builder::is_at_opt(profile, end)) add(profile, end, builder::Guess::Bound);
      if (has_guesses) add(profile, builder::Selector::Min, builder::Guess::One);
    }
    return limits;
  }

  /// What the tuner sees of some of a graph's nodes and chooses for them.
  struct Tuned {
    std::vector<ir::NodeId> order;
    tuner::TunedGraph graph;
    tuner::Result result;
  };

  /// `order` is topological.
  Tuned choose(const ir::Graph& graph, const Ranges& ranges, std::vector<ir::NodeId> order,
               const tuner::Options& options) {
    Tuned tuned{.order = std::move(order), .graph = {}, .result = {}};
    std::vector<ir::Graph> specialized;
    std::set<ir::NodeId> guessed, contradictory;
    for (const engine::PlanProfile& profile : ranges.profiles) {
      builder::Specialized at = ranges.at(graph, profile, builder::Selector::Opt);
      check_fit(at.graph, tuned.order);
      guessed.merge(at.guessed);
      contradictory.merge(at.contradictory);
      specialized.push_back(std::move(at.graph));
    }
    tuned.graph = builder::make_tuned_graph(
        graph, tuned.order, specialized,
        profile_limits(graph, ranges, tuned.order, !guessed.empty()), config_);
    for (size_t n = 0; n < tuned.order.size(); ++n)
      tuned.graph.nodes[n].is_untimed =
          tuned.graph.nodes[n].has_regions || contradictory.contains(tuned.order[n]);
    tuned.result = tuner::choose(tuned.graph, options);
    report_.measured += tuned.result.measured;
    return tuned;
  }

  void fuse_timed(ir::Graph& graph, const Ranges& ranges, tuner::Options options) {
    // Kernels of timed fusions compute in FP32; the conversions that they would need among BF16
    // neighbours are not in their times.
    if (options.level == 0 || config_.flag(BuilderFlag::BF16)) return;
    options.selector = nullptr;
    options.editable_cache = false;
    const auto time_nodes = [&](const ir::Graph& at, const std::vector<ir::NodeId>& nodes) {
      std::vector<ir::NodeId> order = at.topological_order();
      const std::set<ir::NodeId> wanted(nodes.begin(), nodes.end());
      std::erase_if(order, [&](ir::NodeId id) { return !wanted.contains(id); });
      const Tuned tuned = choose(at, ranges, order, options);
      std::map<ir::NodeId, double> ms;
      for (size_t n = 0; n < order.size(); ++n) ms[order[n]] = tuned.result.choices[n].time_ms;
      std::vector<double> times;
      for (const ir::NodeId id : nodes) times.push_back(ms.at(id));
      return times;
    };
    const auto cache_bytes = static_cast<int64_t>(core::l2_bytes()) * options.threads;
    report_.fusions.merge(builder::apply_timed_fusions(graph, time_nodes, cache_bytes, logger_));
  }

  engine::Plan tune(builder::ConstantSection& constants) {
    tuner::Options options = tuner_options();
    const Ranges ranges{profiles_};
    fuse_timed(graph_, ranges, options);
    const std::vector<ir::NodeId> order = graph_.topological_order();
    const Phase phase(config_, kPhaseTune, kPhaseBuild, static_cast<int>(order.size()));
    options.progress = [&](int done, int) { return phase.step(done); };
    return tune(graph_, ranges, options, constants);
  }

  /// The plan of a graph, regions included, without name and profiles.
  engine::Plan tune(const ir::Graph& graph, const Ranges& ranges, const tuner::Options& options,
                    builder::ConstantSection& constants) {
    const Tuned tuned = choose(graph, ranges, graph.topological_order(), options);
    report_.layers_after += static_cast<int>(tuned.order.size());
    asked_.insert(asked_.end(), tuned.result.asked.begin(), tuned.result.asked.end());
    answered_.insert(answered_.end(), tuned.result.answered.begin(), tuned.result.answered.end());
    builder::warn_of_references(tuned.graph, tuned.result, logger_);
    for (size_t n = 0; n < tuned.order.size(); ++n) {
      const tuner::Choice& choice = tuned.result.choices[n];
      if (choice.tactic == nullptr) continue;
      report_.tactics.push_back({tuned.graph.nodes[n].name, choice.tactic->name, choice.time_ms,
                                 choice.runner_up, choice.runner_up_ms});
    }
    engine::Plan plan =
        builder::assemble(graph, tuned.order, tuned.graph, tuned.result, strict(), threads(),
                          constants, ranges.is_region ? builder::DebugTensors() : debug_);
    add_regions(graph, ranges, options, tuned.order, plan, constants);
    describe(graph, plan);
    return plan;
  }

  void add_regions(const ir::Graph& graph, const Ranges& ranges, tuner::Options options,
                   const std::vector<ir::NodeId>& order, engine::Plan& plan,
                   builder::ConstantSection& constants) {
    const auto has_regions = [&](ir::NodeId id) { return !graph.node(id).regions.empty(); };
    if (std::none_of(order.begin(), order.end(), has_regions)) return;
    options.progress = {};
    const builder::RegionProfiles region_profiles(graph, ranges.profiles, ranges.is_region);
    auto step = plan.steps.begin();
    for (const ir::NodeId id : order) {
      const ir::Node& node = graph.node(id);
      if (!has_regions(id)) continue;
      // Steps are in this order, conversions between them.
      step = std::find_if(step, plan.steps.end(), [&](const engine::PlanStep& s) {
        return s.regions.empty() && ops::get_op(s.op).regions != ops::Regions::None;
      });
      for (const auto& each : node.regions) {
        ir::Graph region = each->clone();
        const Ranges inside{region_profiles.of(id, region), true};
        fuse_timed(region, inside, options);
        step->regions.push_back(static_cast<int32_t>(plan.regions.size()));
        plan.regions.push_back(tune(region, inside, options, constants));
        plan.regions.back().name = region.name.empty() ? node.name : region.name;
      }
    }
  }

  /// What the plan says beside its steps: the machine, and what its inputs are for.
  void describe(const ir::Graph& graph, engine::Plan& plan) const {
    plan.fingerprint = core::cpu_fingerprint();
    plan.threads = threads();
    plan.verbosity = config_.profiling_verbosity();
    for (engine::PlanStep& step : plan.steps) {
      if (step.tactic.empty()) continue;
      plan.needs = plan.needs | kernels::find_tactic(step.op, step.tactic)->needs;
    }
    for (const engine::Plan& region : plan.regions) plan.needs = plan.needs | region.needs;
    for (engine::PlanBinding& binding : plan.bindings) {
      const ir::ValueId id = graph.find_value(binding.name);
      binding.is_shape_tensor =
          binding.mode == TensorIOMode::Input && builder::is_shape_input(graph, id);
    }
  }

  /// Ranges of inputs whose elements turned out not to make shapes.
  static void drop_idle_ranges(engine::Plan& plan) {
    for (const engine::PlanBinding& binding : plan.bindings)
      for (engine::PlanProfile& profile : plan.profiles)
        if (!binding.is_shape_tensor) profile.shape_values.erase(binding.name);
  }

  /// What a context needs at run time is known when the plan can be loaded, so it is filled in
  /// last.
  static std::shared_ptr<HostMemory> write(engine::Plan& plan,
                                           std::vector<engine::PlanConstant> constants) {
    std::shared_ptr<HostMemory> bytes = engine::write_plan(plan, std::move(constants));
    {
      const auto loaded = engine::read_plan(bytes->owner(), bytes->nbytes());
      for (size_t p = 0; p < plan.profiles.size(); ++p)
        plan.profiles[p].memory_bytes = runtime::profile_memory_bytes(*loaded, static_cast<int>(p));
    }
    engine::rewrite_metadata(*bytes, plan);
    core::release_free_memory();
    return bytes;
  }

  std::shared_ptr<NetworkState> state_;
  ir::Graph graph_;
  BuilderConfig& config_;
  int max_threads_;
  Logger* logger_;
  BuildReport& report_;
  std::vector<engine::PlanProfile> profiles_;
  std::vector<AlgorithmContext> asked_;
  std::vector<Algorithm> answered_;
  builder::DebugTensors debug_;
  builder::WeightsUses uses_;
  /// Where the timing cache is switched off: what one build measures, it measures once.
  TimingCache own_times_;
};

}  // namespace

Builder::Builder(std::shared_ptr<Logger> logger) : logger_(std::move(logger)) {}

std::shared_ptr<HostMemory> Builder::build_serialized_network(const Network& network,
                                                              BuilderConfig& config) {
  std::shared_ptr<HostMemory> plan;
  report_ = {};
  const std::string doing = core::str("while building '", network.name(), "'");
  core::report_failures(logger_.get(), recorder_.get(), doing, [&] {
    plan = Build(NetworkAccess::state(network), config, max_threads_, logger_.get(), report_).run();
  });
  return plan;
}

std::string Builder::calibrate(const Network& network, BuilderConfig& config) {
  std::string cache;
  report_ = {};
  const std::string doing = core::str("while calibrating '", network.name(), "'");
  core::report_failures(logger_.get(), recorder_.get(), doing, [&] {
    cache = Build(NetworkAccess::state(network), config, max_threads_, logger_.get(), report_)
                .calibrate();
  });
  return cache;
}

std::shared_ptr<CudaEngine> Builder::build_engine_with_config(const Network& network,
                                                              BuilderConfig& config) {
  const std::shared_ptr<HostMemory> plan = build_serialized_network(network, config);
  if (plan == nullptr) return nullptr;
  Runtime runtime(logger_);
  runtime.set_gpu_allocator(allocator_);
  runtime.set_error_recorder(recorder_);
  return runtime.deserialize_cuda_engine(plan->owner(), plan->nbytes());
}

bool Builder::build_serialized_network_to_stream(const Network& network, BuilderConfig& config,
                                                 StreamWriter& writer) {
  const std::shared_ptr<HostMemory> plan = build_serialized_network(network, config);
  if (plan == nullptr) return false;
  return core::report_failures(logger_.get(), recorder_.get(), "while writing a plan", [&] {
    const auto* at = static_cast<const char*>(plan->data());
    for (auto rest = static_cast<int64_t>(plan->nbytes()); rest > 0;) {
      const int64_t taken = writer.write(at, rest);
      TRTLIKE_CHECK(taken > 0 && taken <= rest,
                    "[builder] stream writer: expected it to take some "
                    "of the ",
                    rest, " bytes, got ", taken, ".");
      at += taken;
      rest -= taken;
    }
  });
}

Network Builder::create_network(uint32_t flags) const {
  Network network(flags);
  network.set_error_recorder(recorder_);
  return network;
}

bool Builder::is_network_supported(const Network& network, const BuilderConfig& config) {
  BuilderConfig quick = config;
  quick.set_builder_optimization_level(0);
  quick.set_progress_monitor(nullptr);
  quick.set_int8_calibrator(nullptr);
  quick.set_algorithm_selector(nullptr);
  quick.set_timing_cache(nullptr, true);
  return build_serialized_network(network, quick) != nullptr;
}

bool Builder::platform_has_fast_fp16() const { return false; }
bool Builder::platform_has_fast_int8() const { return core::cpu_isa() >= core::Isa::Avx512Vnni; }
bool Builder::platform_has_fast_bf16() const { return core::cpu_isa() >= core::Isa::Avx512Bf16; }

}  // namespace trtlike
