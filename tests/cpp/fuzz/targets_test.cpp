// The fuzz targets on seeds and random inputs. TRTLIKE_FUZZ_SECONDS asks for a longer run.
#include <gtest/gtest.h>

#include "fuzz/drive.h"
#include "fuzz/fuzz_target.h"
#include "fuzz/random_model.h"

namespace trtlike::test {
namespace {

/// A new model, a changed one or changed bytes.
std::string next_model(const std::vector<std::string>& seeds, std::mt19937& random) {
  ::onnx::ModelProto model;
  const std::string& seed = seeds[random() % seeds.size()];
  const uint32_t kind = random() % 4;
  if (kind == 0) return mutate_bytes(seed, seeds[random() % seeds.size()], random);
  if (kind == 1 && model.ParseFromString(seed)) {
    change_model(model, random);
    return model.SerializeAsString();
  }
  model = random_model(random);
  if (kind == 2) change_model(model, random);
  return model.SerializeAsString();
}

TEST(FuzzTargets, onnx_reader) {
  EXPECT_GT(drive({"onnx_reader", fuzz_onnx_reader, read_corpus("onnx"), next_model, 4}), 100);
}

TEST(FuzzTargets, timing_cache) {
  EXPECT_GT(drive({"timing_cache", fuzz_timing_cache, timing_cache_seeds(), nullptr, 1}), 100);
}

TEST(FuzzTargets, plan_reader) {
  EXPECT_GT(drive({"plan_reader", fuzz_plan_reader, plan_reader_seeds(), nullptr, 2}), 100);
}

TEST(FuzzTargets, validate_plan) {
  const auto next = [](const std::vector<std::string>&, std::mt19937& random) {
    std::string choices(2 + random() % 12, '\0');
    for (char& choice : choices) choice = static_cast<char>(random());
    return choices;
  };
  EXPECT_GT(drive({"validate_plan", fuzz_validate_plan, {""}, next, 2}), 100);
}

}  // namespace
}  // namespace trtlike::test
