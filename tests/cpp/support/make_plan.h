// Plans by hand: values, steps, bindings, constants, and the engine that loads them.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/loaded_plan.h"
#include "trtlike/engine.h"
#include "trtlike/execution_context.h"
#include "trtlike/logger.h"

namespace trtlike::test {

/// Keeps what is logged.
class RecordingLogger final : public Logger {
 public:
  void log(Severity severity, std::string_view message) noexcept override {
    if (severity <= Severity::Warning) text += std::string(message) + "\n";
  }
  std::string text;
};

class PlanMaker {
 public:
  PlanMaker();

  using Attributes = std::vector<std::pair<std::string, AttributeValue>>;
  int32_t input(const std::string& name, const Dims& dims, DataType dtype = DataType::Float,
                bool is_shape_tensor = false);
  /// A constant that the plan holds as a value of its own.
  int32_t constant(const std::string& name, const Dims& dims, DataType dtype,
                   const std::vector<double>& elements);
  /// A step with one output, whose dims and type the op's shape rule gives. -1: absent input.
  int32_t step(const std::string& op, const std::string& name, const std::vector<int32_t>& inputs,
               const Attributes& attributes = {}, const std::string& tactic = "reference");
  std::vector<int32_t> step_n(const std::string& op, const std::string& name,
                              const std::vector<int32_t>& inputs, const Attributes& attributes,
                              const std::string& tactic = "reference");
  PlanMaker& output(int32_t value);
  PlanMaker& output(int32_t value, const std::string& name);
  /// What all steps of ops that keep one share.
  PlanMaker& blob(const std::string& name, double number);
  PlanMaker& layout(int32_t value, kernels::Layout layout);
  engine::PlanProfile& profile();

  std::shared_ptr<HostMemory> bytes() const;
  std::shared_ptr<const engine::LoadedPlan> loaded() const;
  std::shared_ptr<CudaEngine> engine();
  std::shared_ptr<ExecutionContext> context();

  engine::Plan plan;
  std::shared_ptr<RecordingLogger> logger = std::make_shared<RecordingLogger>();

 private:
  engine::BlobRange add_bytes(std::vector<std::byte> data);

  std::vector<std::pair<engine::BlobRange, std::vector<std::byte>>> constants_;
  uint64_t constants_end_ = 0;
};

/// Sets addresses and shapes, runs, and gives the outputs' elements.
class Runner {
 public:
  explicit Runner(std::shared_ptr<ExecutionContext> context) : context_(std::move(context)) {}
  /// Float elements for an input of this shape.
  Runner& input(const std::string& name, const Dims& dims, std::vector<float> elements);
  /// Fails the running test when the run fails.
  std::vector<float> run(const std::string& output);
  const std::shared_ptr<ExecutionContext>& context() const { return context_; }

 private:
  std::shared_ptr<ExecutionContext> context_;
  std::map<std::string, std::vector<float>> inputs_;
  std::map<std::string, std::vector<std::byte>> outputs_;
};

/// 0, 1, 2, ... times `scale` plus `offset`.
std::vector<float> ramp(int64_t count, float scale = 1, float offset = 0);

}  // namespace trtlike::test
