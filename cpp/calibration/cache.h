// Calibration caches, in TensorRT's text format.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "trtlike/enums/build_enums.h"

namespace trtlike::calibration {

/// "TRT-<version>-<algorithm>", then a line "name: hhhhhhhh" for each tensor: its scale, the range
/// over 127, as the bits of a float in hexadecimal, most significant first.
struct Cache {
  CalibrationAlgoType algorithm = CalibrationAlgoType::EntropyCalibration2;
  std::map<std::string, float> scales;

  std::string to_text() const;
  /// Of any version of TensorRT. Throws UserError naming the line that is none.
  static Cache from_text(std::string_view text);
};

}  // namespace trtlike::calibration
