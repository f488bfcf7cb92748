// What a refitter knows of weights, and refitting with them.
#include "trtlike/refitter.h"

#include <map>

#include "core/bytes.h"
#include "core/check.h"
#include "core/failures/report.h"
#include "engine/recipes/refit.h"
#include "runtime/access.h"
#include "trtlike/runtime.h"

namespace trtlike {

struct Refitter::Impl {
  std::shared_ptr<CudaEngine> engine;
  std::shared_ptr<Logger> logger;
  struct Given {
    Weights weights;
    TensorLocation location = TensorLocation::Host;
  };
  std::map<size_t, Given> given = {};
  bool validates = true;
  int max_threads = 1;
  std::shared_ptr<ErrorRecorder> recorder = {};

  const engine::PlanRecipes& recipes() const { return RuntimeAccess::plan(*engine).recipes; }

  /// Throws UserError listing what there is.
  size_t get(const std::string& name) const {
    std::vector<std::string> names;
    for (size_t i = 0; i < recipes().weights.size(); ++i) {
      const std::string& known = recipes().weights[i].name;
      if (!name.empty() && known == name) return i;
      if (!known.empty() && names.size() < 20) names.push_back(core::str("'", known, "'"));
    }
    throw UserError(core::str("[refitter] weights '", name, "': expected one of ",
                              names.empty() ? "no names" : core::join(names),
                              names.size() == 20 ? ", ..." : "",
                              ", got none that can be refitted."));
  }

  size_t get(const std::string& layer, WeightsRole role) const {
    std::vector<std::string> roles;
    for (size_t i = 0; i < recipes().weights.size(); ++i)
      for (const auto& use : recipes().weights[i].uses) {
        if (use.layer != layer) continue;
        if (use.role == role) return i;
        roles.emplace_back(enum_name(use.role));
      }
    throw UserError(
        core::str("[refitter] layer '", layer, "': expected weights that can be refitted, one of ",
                  roles.empty() ? "none" : core::join(roles), ", got ", enum_name(role), "."));
  }

  void set(size_t index, const Weights& weights, TensorLocation location) {
    const engine::PlanWeights& known = recipes().weights[index];
    const std::string where =
        known.name.empty() && !known.uses.empty()
            ? core::str("layer '", known.uses[0].layer, "', ", enum_name(known.uses[0].role))
            : core::str("weights '", known.name, "'");
    TRTLIKE_CHECK(weights.type == known.dtype && weights.count == known.count, "[refitter] ", where,
                  ": expected ", known.count, " elements of ", core::dtype_name(known.dtype),
                  ", got ", weights.count, " of ", core::dtype_name(weights.type), ".");
    TRTLIKE_CHECK(weights.values != nullptr || weights.count == 0, "[refitter] ", where,
                  ": expected ", known.count, " elements, got a null pointer.");
    given[index] = {weights, location};
  }

  /// Throws UserError for those that were not set.
  const Given& get_given(const std::string& name) const {
    const auto found = given.find(get(name));
    TRTLIKE_CHECK(found != given.end(), "[refitter] weights '", name,
                  "': expected ones that were set, got none.");
    return found->second;
  }

  std::vector<size_t> missing() const {
    std::vector<bool> has(recipes().weights.size(), false);
    for (const auto& [index, weights] : given) has[index] = true;
    return engine::missing_weights(*RuntimeAccess::loaded(*engine), has);
  }

  void check_identical(size_t index, const Weights& weights) const {
    const engine::PlanWeights& known = recipes().weights[index];
    if (known.checksum == 0) return;
    const uint64_t checksum =
        core::checksum(weights.values, core::dtype_bytes(weights.type, weights.count));
    TRTLIKE_CHECK(checksum == known.checksum, "[refitter] weights '", known.name,
                  "': expected the elements that the plan was built with, as "
                  "BuilderFlag.REFIT_IDENTICAL promises, got others. Build with "
                  "BuilderFlag.REFIT.");
  }

  void refit() {
    const std::vector<size_t> lacks = missing();
    std::vector<std::string> names;
    for (const size_t index : lacks) {
      const engine::PlanWeights& weights = recipes().weights[index];
      const bool is_named = !weights.name.empty() || weights.uses.empty();
      if (names.size() < 20)
        names.push_back(core::str("'", is_named ? weights.name : weights.uses[0].layer, "'"));
    }
    TRTLIKE_CHECK(lacks.empty(), "[refitter] engine '", engine->name(), "': expected ",
                  lacks.size(), " more weights, which follow together with those that are set, ",
                  "got none for ", core::join(names), lacks.size() > 20 ? ", ..." : "", ".");
    std::vector<const void*> weights(recipes().weights.size(), nullptr);
    static constexpr char kEmpty = 0;
    for (const auto& [index, one] : given) {
      check_identical(index, one.weights);
      weights[index] = one.weights.values != nullptr ? one.weights.values : &kEmpty;
    }
    if (given.empty()) return;
    RuntimeAccess::refit(*engine,
                         engine::refit(*RuntimeAccess::loaded(*engine), weights, validates));
  }
};

Refitter::Refitter(std::shared_ptr<CudaEngine> engine, std::shared_ptr<Logger> logger)
    : impl_(std::make_unique<Impl>(std::move(engine), std::move(logger))) {
  TRTLIKE_CHECK(impl_->engine != nullptr, "[refitter] engine: expected one, got none.");
  TRTLIKE_CHECK(impl_->engine->refittable(), "[refitter] engine '", impl_->engine->name(),
                "': expected one that was built with BuilderFlag.REFIT, REFIT_IDENTICAL or "
                "REFIT_INDIVIDUAL and has weights, got another.");
}

Refitter::~Refitter() = default;

const std::shared_ptr<Logger>& Refitter::logger() const { return impl_->logger; }
const std::shared_ptr<ErrorRecorder>& Refitter::error_recorder() const { return impl_->recorder; }
void Refitter::set_error_recorder(std::shared_ptr<ErrorRecorder> recorder) {
  impl_->recorder = std::move(recorder);
}
const std::shared_ptr<CudaEngine>& Refitter::engine() const { return impl_->engine; }

bool Refitter::set_weights(const std::string& layer, WeightsRole role, const Weights& weights) {
  return core::report_failures(
      impl_->logger.get(), impl_->recorder.get(), "while setting weights",
      [&] { impl_->set(impl_->get(layer, role), weights, TensorLocation::Host); });
}

bool Refitter::set_named_weights(const std::string& name, const Weights& weights,
                                 TensorLocation location) {
  return core::report_failures(impl_->logger.get(), impl_->recorder.get(), "while setting weights",
                               [&] { impl_->set(impl_->get(name), weights, location); });
}

bool Refitter::unset_named_weights(const std::string& name) {
  return core::report_failures(impl_->logger.get(), impl_->recorder.get(),
                               "while unsetting weights", [&] {
                                 impl_->get_given(name);
                                 impl_->given.erase(impl_->get(name));
                               });
}

namespace {

void add_uses(const engine::PlanWeights& weights, std::vector<Refitter::LayerWeights>& out) {
  for (const auto& use : weights.uses) out.emplace_back(use.layer, use.role);
}

}  // namespace

std::vector<Refitter::LayerWeights> Refitter::missing() const {
  std::vector<LayerWeights> out;
  for (const size_t index : impl_->missing()) add_uses(impl_->recipes().weights[index], out);
  return out;
}

std::vector<Refitter::LayerWeights> Refitter::all() const {
  std::vector<LayerWeights> out;
  for (const engine::PlanWeights& weights : impl_->recipes().weights) add_uses(weights, out);
  return out;
}

std::vector<std::string> Refitter::missing_weights() const {
  std::vector<std::string> out;
  for (const size_t index : impl_->missing()) out.push_back(impl_->recipes().weights[index].name);
  return out;
}

std::vector<std::string> Refitter::all_weights() const {
  std::vector<std::string> out;
  for (const engine::PlanWeights& weights : impl_->recipes().weights) out.push_back(weights.name);
  return out;
}

Weights Refitter::named_weights(const std::string& name) const {
  Weights out;
  core::report_failures(impl_->logger.get(), impl_->recorder.get(), "while reading weights",
                        [&] { out = impl_->get_given(name).weights; });
  return out;
}

TensorLocation Refitter::weights_location(const std::string& name) const {
  TensorLocation out = TensorLocation::Host;
  core::report_failures(impl_->logger.get(), impl_->recorder.get(), "while reading weights",
                        [&] { out = impl_->get_given(name).location; });
  return out;
}

Weights Refitter::weights_prototype(const std::string& name) const {
  for (const engine::PlanWeights& weights : impl_->recipes().weights)
    if (!name.empty() && weights.name == name)
      return {weights.dtype, nullptr, weights.count, nullptr};
  return {DataType::Float, nullptr, -1, nullptr};
}

bool Refitter::refit_cuda_engine() {
  return core::report_failures(impl_->logger.get(), impl_->recorder.get(), "while refitting",
                               [&] { impl_->refit(); });
}

bool Refitter::refit_cuda_engine_async(uint64_t stream) {
  return core::report_failures(impl_->logger.get(), impl_->recorder.get(), "while refitting", [&] {
    synchronize_stream(stream);
    impl_->refit();
  });
}

bool Refitter::weights_validation() const { return impl_->validates; }
void Refitter::set_weights_validation(bool validates) { impl_->validates = validates; }
int Refitter::max_threads() const { return impl_->max_threads; }
void Refitter::set_max_threads(int threads) { impl_->max_threads = threads; }

bool Refitter::set_dynamic_range(const std::string& tensor, float, float) {
  return core::report_failures(
      impl_->logger.get(), impl_->recorder.get(), "while setting a range", [&] {
        throw UnsupportedError(
            core::str("[refitter] tensor '", tensor,
                      "': expected a range that can be refitted, got one that is a "
                      "part of its kernels. Build with other ranges."));
      });
}

}  // namespace trtlike
