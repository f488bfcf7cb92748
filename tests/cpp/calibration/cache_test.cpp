// Calibration caches as TensorRT writes and reads them.
#include "calibration/cache.h"

#include <gtest/gtest.h>

namespace trtlike::calibration {
namespace {

TEST(CalibrationCache, is_written_in_tensorrts_format) {
  const Cache cache{CalibrationAlgoType::EntropyCalibration2,
                    {{"data", 1.0f / 127}, {"fc1: (Unnamed Layer* 4) [Activation]_output", 2.0f}}};
  EXPECT_EQ(cache.to_text(),
            "TRT-101600-EntropyCalibration2\n"
            "data: 3c010204\n"
            "fc1: (Unnamed Layer* 4) [Activation]_output: 40000000\n");
}

TEST(CalibrationCache, of_other_versions_is_read) {
  for (const char* header : {"TRT-7000-MinMaxCalibration", "TRT-8601-MinMaxCalibration",
                             "TRT-100900-MinMaxCalibration"}) {
    const Cache cache =
        Cache::from_text(std::string(header) + "\r\nINPUT: 3c010204\r\nx y: 0\nz: 3f\n");
    EXPECT_EQ(cache.algorithm, CalibrationAlgoType::MinMaxCalibration);
    EXPECT_EQ(cache.scales.at("INPUT"), 1.0f / 127);
    EXPECT_EQ(cache.scales.at("x y"), 0.0f);
    EXPECT_GT(cache.scales.at("z"), 0.0f);
  }
}

TEST(CalibrationCache, comes_back_as_it_was_written) {
  for (const auto algorithm :
       {CalibrationAlgoType::LegacyCalibration, CalibrationAlgoType::EntropyCalibration,
        CalibrationAlgoType::EntropyCalibration2, CalibrationAlgoType::MinMaxCalibration}) {
    const Cache cache{algorithm, {{"a: b", 0.1f}, {"c", 1e-30f}}};
    const Cache again = Cache::from_text(cache.to_text());
    EXPECT_EQ(again.algorithm, algorithm);
    EXPECT_EQ(again.scales, cache.scales);
  }
}

}  // namespace
}  // namespace trtlike::calibration
