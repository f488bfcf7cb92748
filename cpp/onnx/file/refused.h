// The operators of ONNX's domains that are not meant to be imported, each with the reason.
#pragma once

#include <string_view>

namespace trtlike::onnx {

/// A sentence; empty for operators that nothing is decided of.
std::string_view reason_for_refusal(std::string_view domain, std::string_view op_type);

}  // namespace trtlike::onnx
