// Other weights for an engine.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "trtlike/engine.h"
#include "trtlike/enums/layer_enums.h"
#include "trtlike/enums/type_enums.h"
#include "trtlike/error_recorder.h"
#include "trtlike/logger.h"
#include "trtlike/types.h"

namespace trtlike {

/// Gives an engine that was built with BuilderFlag::Refit, RefitIdentical or RefitIndividual other
/// weights: what follows from them is what a build with them gives. Weights are known by their
/// name, a model's or Network::set_weights_name's, and by layer and role where they are a layer's
/// own. Failures are logged and give false. For one thread.
class Refitter {
 public:
  using LayerWeights = std::pair<std::string, WeightsRole>;

  /// Throws UserError for an engine that cannot be refitted.
  Refitter(std::shared_ptr<CudaEngine> engine, std::shared_ptr<Logger> logger);
  ~Refitter();

  /// Remembers weights until they are unset; they are read by refit_cuda_engine. False for a layer
  /// or name that is not there, and for another type or count than the prototype's.
  bool set_weights(const std::string& layer, WeightsRole role, const Weights& weights);
  /// A CPU has one memory: every location is the host's.
  bool set_named_weights(const std::string& name, const Weights& weights,
                         TensorLocation location = TensorLocation::Host);
  /// False when they were not set.
  bool unset_named_weights(const std::string& name);

  /// What must be set too before the engine can be refitted: weights that constants follow from
  /// together with those that are set, and all while the engine lacks its weights.
  std::vector<LayerWeights> missing() const;
  std::vector<LayerWeights> all() const;
  /// The same by name, empty for those without one.
  std::vector<std::string> missing_weights() const;
  std::vector<std::string> all_weights() const;

  /// What was set. Null weights, with an error in the log, where nothing was.
  Weights named_weights(const std::string& name) const;
  TensorLocation weights_location(const std::string& name) const;
  /// Type and count; a count of -1 where there are no weights of the name.
  Weights weights_prototype(const std::string& name) const;

  /// Runs that begin from here on see the new weights; those that have begun end with the old.
  /// False when weights are missing or do not fit.
  bool refit_cuda_engine();
  /// The same once the stream has run what is queued.
  bool refit_cuda_engine_async(uint64_t stream);

  /// Whether numbers that the plan's types do not hold are refused.
  bool weights_validation() const;
  void set_weights_validation(bool validates);
  int max_threads() const;
  void set_max_threads(int threads);

  /// Ranges of tensors are parts of the kernels: none can be set.
  std::vector<std::string> tensors_with_dynamic_range() const { return {}; }
  bool set_dynamic_range(const std::string& tensor, float least, float most);

  /// Told of each failure; null for none.
  const std::shared_ptr<ErrorRecorder>& error_recorder() const;
  void set_error_recorder(std::shared_ptr<ErrorRecorder> recorder);
  const std::shared_ptr<Logger>& logger() const;
  const std::shared_ptr<CudaEngine>& engine() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace trtlike
