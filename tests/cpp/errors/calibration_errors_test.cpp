// What calibration refuses of calibrators, their data and their caches.
#include "calibration/cache.h"
#include "errors/refusals.h"
#include "trtlike/builder.h"

namespace trtlike::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Gives one batch of what it is told, then none.
class OneBatch : public Calibrator {
 public:
  std::vector<CalibrationTensor> batch;
  std::string cache, histograms;
  CalibrationAlgoType type = CalibrationAlgoType::EntropyCalibration2;

  CalibrationAlgoType algorithm() const override { return type; }
  int batch_size() override { return 2; }
  bool get_batch(const std::vector<std::string>&,
                 std::vector<CalibrationTensor>& tensors) override {
    tensors = std::exchange(batch, {});
    return !tensors.empty();
  }
  std::string read_calibration_cache() override { return cache; }
  std::string read_histogram_cache() override { return histograms; }
};

/// y = x w, of x [-1, 3] at 1 to 4 rows.
Network product_network() {
  Network network;
  network.set_name("net");
  const Tensor x = network.add_input("x", DataType::Float, {-1, 3});
  static const std::vector<float> w(6, 0.5f);
  const Weights weights{DataType::Float, w.data(), 6, nullptr};
  const Tensor constant = network.add_constant({3, 2}, weights).output(0);
  network.mark_output(network.add_layer("MatrixMultiply", {x, constant}).output(0));
  return network;
}

void build(const std::shared_ptr<Logger>& logger, const std::shared_ptr<Calibrator>& calibrator,
           const std::function<bool()>& go_on = {}) {
  BuilderConfig config;
  config.set_flag(BuilderFlag::INT8);
  config.set_int8_calibrator(calibrator);
  config.set_builder_optimization_level(0);
  const auto profile = std::make_shared<OptimizationProfile>();
  profile->set_shape("x", {1, 3}, {2, 3}, {4, 3});
  config.add_optimization_profile(profile);
  config.set_go_on(go_on);
  EXPECT_EQ(Builder(logger).build_serialized_network(product_network(), config), nullptr);
}

LoggedCase with(const char* name, const std::function<void(OneBatch&)>& fill,
                const std::string& sentence) {
  return {name,
          [fill](const std::shared_ptr<Logger>& logger) {
            const auto calibrator = std::make_shared<OneBatch>();
            fill(*calibrator);
            build(logger, calibrator);
          },
          "while building 'net': " + sentence};
}

const float kElements[12] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
const float kOdd[6] = {1, 2, 3, 4, kNan, 6};

const LoggedCase kData[] = {
    with(
        "no_batch", [](OneBatch&) {},
        "[calibration] get_batch: expected at least one batch, got none."),
    with(
        "too_many_tensors", [](OneBatch& c) { c.batch = {{kElements}, {kElements}}; },
        "[calibration] get_batch, batch 1: expected one tensor for each of the 1 inputs (x), got "
        "2."),
    with(
        "no_address", [](OneBatch& c) { c.batch = {{nullptr}}; },
        "[calibration] batch 1, input 'x': expected an address or an array, got 0."),
    with(
        "another_type", [](OneBatch& c) { c.batch = {{kElements, DataType::Half}}; },
        "[calibration] batch 1, input 'x': expected elements of FLOAT, got HALF."),
    with(
        "another_shape", [](OneBatch& c) { c.batch = {{kElements, DataType::Float, Dims{2, 4}}}; },
        "[calibration] batch 1, input 'x': [runtime] tensor 'x', dimension 1: expected 3, got 4."),
    with(
        "not_a_number", [](OneBatch& c) { c.batch = {{kOdd}}; },
        "[calibration] batch 1, tensor 'x': expected finite numbers, got NaN or infinity."),
    with(
        "no_cache", [](OneBatch& c) { c.cache = "scales"; },
        "[calibration] cache, line 1: expected TRT-<version>-<algorithm> with the algorithm "
        "EntropyCalibration2, EntropyCalibration, MinMaxCalibration or LegacyCalibration, got "
        "'scales'."),
    with(
        "no_scale", [](OneBatch& c) { c.cache = "TRT-8601-EntropyCalibration2\nx: 3c01020g\n"; },
        "[calibration] cache, line 2: expected '<tensor>: <scale in hexadecimal>', got 'x: "
        "3c01020g'."),
    with(
        "no_name", [](OneBatch& c) { c.cache = "TRT-8601-EntropyCalibration2\n3c010204\n"; },
        "[calibration] cache, line 2: expected '<tensor>: <scale in hexadecimal>', got "
        "'3c010204'."),
    with(
        "an_odd_scale", [](OneBatch& c) { c.cache = "TRT-8601-EntropyCalibration2\nx: 7fc00000"; },
        "[calibration] cache, line 2: expected a scale that is finite and not negative, got 'x: "
        "7fc00000'."),
    with(
        "no_histogram",
        [](OneBatch& c) {
          c.type = CalibrationAlgoType::LegacyCalibration;
          c.histograms = "x: 1 2 three";
        },
        "[calibration] histogram cache, line 1: expected '<tensor>: <histogram>', got 'x: 1 2 "
        "three'."),
    {"cancelled",
     [](const std::shared_ptr<Logger>& logger) {
       const auto calibrator = std::make_shared<OneBatch>();
       calibrator->batch = {{kElements}};
       bool is_asked = false;
       calibrator->cache.clear();
       build(logger, calibrator, [&is_asked, calibrator] {
         // Passes of the optimizer ask first; batches are asked for when no pass is left.
         is_asked = is_asked || calibrator->batch.empty();
         return !is_asked;
       });
     },
     "while building 'net': [calibration] cancelled."},
};

const RefusalCase kRefused[] = {
    {"an_empty_cache", [] { calibration::Cache::from_text(""); },
     "[calibration] cache: expected text, got none."},
};

TEST(CalibrationRefusals, calibrate_without_a_calibrator) {
  EXPECT_EQ(errors_of([](const std::shared_ptr<Logger>& logger) {
              BuilderConfig config;
              EXPECT_EQ(Builder(logger).calibrate(product_network(), config), "");
            }),
            "while calibrating 'net': [builder] calibrate: expected config.int8_calibrator to be "
            "set, got none.");
}

INSTANTIATE_TEST_SUITE_P(Calibration, LoggedRefusals, testing::ValuesIn(kData),
                         case_name<LoggedCase>);
INSTANTIATE_TEST_SUITE_P(Calibration, Refusals, testing::ValuesIn(kRefused),
                         case_name<RefusalCase>);

}  // namespace
}  // namespace trtlike::test
