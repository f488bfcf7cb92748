// The package version, and the TensorRT version whose API it follows.
#pragma once

namespace trtlike {

/// "major.minor.patch" of this library.
const char* version();

/// The TensorRT version whose names and behaviour are followed, as "10.16.0".
const char* tensorrt_version();

}  // namespace trtlike
