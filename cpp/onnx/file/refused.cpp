// The list of reasons.
#include "onnx/file/refused.h"

namespace trtlike::onnx {
namespace {

constexpr std::string_view kText = "Text is not computed with.";
constexpr std::string_view kMaps = "Maps are no tensors.";
constexpr std::string_view kTraining = "Networks are not trained here.";

struct Refused {
  std::string_view domain;
  std::string_view op_type;  ///< empty: the whole domain
  std::string_view reason;
};

constexpr Refused kRefused[] = {
    {"", "StringConcat", kText},
    {"", "StringNormalizer", kText},
    {"", "StringSplit", kText},
    {"", "RegexFullMatch", kText},
    {"ai.onnx.ml", "CategoryMapper", kText},
    {"ai.onnx.ml", "CastMap", kMaps},
    {"ai.onnx.ml", "DictVectorizer", kMaps},
    {"", "ImageDecoder", "Pictures are decoded before a network."},
    {"ai.onnx.training", "", kTraining},
    {"ai.onnx.preview.training", "", kTraining},
    {"com.ms.internal.nhwc", "",
     "ONNX Runtime's layouts of a machine are its own: save the model before that optimization."},
};

}  // namespace

std::string_view reason_for_refusal(std::string_view domain, std::string_view op_type) {
  for (const Refused& refused : kRefused)
    if (refused.domain == domain && (refused.op_type.empty() || refused.op_type == op_type))
      return refused.reason;
  return "";
}

}  // namespace trtlike::onnx
