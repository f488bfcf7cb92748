// Checks and text of quantizations.
#include "core/quantization.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "core/strings.h"

namespace trtlike::core {
namespace {

struct ZeroPoints {
  DataType dtype;
  int32_t min, max;
};
/// The types that quantized tensors are stored as; floating-point ones have no zero point.
constexpr ZeroPoints kStorages[] = {
    {DataType::Int8, -128, 127},  {DataType::UInt8, 0, 255}, {DataType::Int16, -32768, 32767},
    {DataType::UInt16, 0, 65535}, {DataType::Int4, -8, 7},   {DataType::FP8, 0, 0},
    {DataType::FP4, 0, 0},        {DataType::UInt4, 0, 15},  {DataType::Int2, -2, 1},
    {DataType::UInt2, 0, 3},
};

const ZeroPoints* find_storage(DataType dtype) {
  const auto found = std::find_if(std::begin(kStorages), std::end(kStorages),
                                  [&](const ZeroPoints& s) { return s.dtype == dtype; });
  return found == std::end(kStorages) ? nullptr : &*found;
}

/// The shortest text that reads back as the same number.
std::string exact(float number) {
  std::array<char, 32> text;
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string exact(int32_t number) { return std::to_string(number); }

template <typename T>
std::string list(const std::vector<T>& numbers) {
  if (numbers.size() == 1) return exact(numbers[0]);
  std::vector<std::string> texts;
  for (const T number : numbers) texts.push_back(exact(number));
  return str("[", join(texts), "]");
}

}  // namespace

bool is_quantized_storage(DataType dtype) { return find_storage(dtype) != nullptr; }

Quantization::Quantization(Parts parts) : parts_(std::make_shared<const Parts>(std::move(parts))) {}

Quantization Quantization::of(int32_t axis, int64_t block, bool symmetric,
                              std::vector<float> scales, std::vector<int32_t> zero_points) {
  return Quantization(Parts{axis, block, symmetric, std::move(scales), std::move(zero_points)});
}

Quantization Quantization::per_tensor(float scale, int32_t zero_point) {
  std::vector<int32_t> zero_points;
  if (zero_point != 0) zero_points.push_back(zero_point);
  return per_block(kNoAxis, 0, {scale}, std::move(zero_points));
}

Quantization Quantization::per_channel(int32_t axis, std::vector<float> scales,
                                       std::vector<int32_t> zero_points) {
  return per_block(axis, 0, std::move(scales), std::move(zero_points));
}

Quantization Quantization::per_block(int32_t axis, int64_t block, std::vector<float> scales,
                                     std::vector<int32_t> zero_points) {
  const bool zeros =
      std::all_of(zero_points.begin(), zero_points.end(), [](int32_t zero) { return zero == 0; });
  if (zeros) zero_points.clear();
  return of(axis, block, zeros, std::move(scales), std::move(zero_points));
}

const Quantization::Parts& Quantization::parts() const {
  static const Parts kNone;
  return parts_ == nullptr ? kNone : *parts_;
}

bool Quantization::operator==(const Quantization& other) const {
  if (parts_ == other.parts_) return true;
  return parts_ != nullptr && other.parts_ != nullptr && *parts_ == *other.parts_;
}

Quantization Quantization::without_numbers() const {
  return parts_ == nullptr ? Quantization() : of(axis(), block(), is_symmetric(), {}, {});
}

std::optional<int64_t> Quantization::count(const Dims& dims) const {
  if (axis() == kNoAxis) return 1;
  if (axis() < 0 || axis() >= dims.rank() || dims[axis()] < 0) return std::nullopt;
  if (block() == 0) return dims[axis()];
  if (!is_static(dims) || block() < 0) return std::nullopt;
  Dims blocks = dims;
  blocks[axis()] = dims[axis()] / block() + (dims[axis()] % block() != 0);
  return elems(blocks);
}

std::optional<std::string> Quantization::find_fault(DataType dtype, const Dims& dims) const {
  if (parts_ == nullptr) return std::nullopt;
  const ZeroPoints* storage = find_storage(dtype);
  if (storage == nullptr) {
    std::vector<std::string> names;
    for (const ZeroPoints& known : kStorages) names.emplace_back(dtype_name(known.dtype));
    return str("element type: expected one of ", join(names), ", got ", dtype_name(dtype), ".");
  }
  if (axis() < kNoAxis || axis() >= dims.rank())
    return str("axis: expected ", kNoAxis, " or an axis of ", dims, ", got ", axis(), ".");
  if (block() < 0 || (block() != 0 && axis() == kNoAxis))
    return str("block: expected at least 0, and an axis for more, got ", block(), ".");
  if (is_symmetric() && !zero_points().empty())
    return str("zero points: expected none, got ", zero_points().size(), ".");
  if (!is_symmetric() && zero_points().size() != scales().size())
    return str("zero points: expected one for each of ", scales().size(), " scales, got ",
               zero_points().size(), ".");
  if (scales().empty()) return std::nullopt;
  const std::optional<int64_t> expected = count(dims);
  if (!expected || static_cast<uint64_t>(*expected) != scales().size())
    return str("scales: expected ", expected ? std::to_string(*expected) : "known extents", " for ",
               dims, ", ", scheme(), ", got ", scales().size(), ".");
  for (size_t i = 0; i < scales().size(); ++i)
    if (!std::isfinite(scales()[i]) || scales()[i] <= 0)
      return str("scale ", i, ": expected a positive number, got ", scales()[i], ".");
  for (size_t i = 0; i < zero_points().size(); ++i)
    if (zero_points()[i] < storage->min || zero_points()[i] > storage->max)
      return str("zero point ", i, ": expected ", storage->min, " to ", storage->max, " for ",
                 dtype_name(dtype), ", got ", zero_points()[i], ".");
  return std::nullopt;
}

std::string Quantization::scheme() const {
  if (parts_ == nullptr) return "";
  std::string text = "quantized";
  if (axis() != kNoAxis) text += str(" along ", axis());
  if (block() != 0) text += str(" by ", block());
  if (!is_symmetric()) text += " asymmetric";
  return text;
}

std::string Quantization::to_string() const {
  std::string text = scheme();
  if (!scales().empty()) text += str(" scale ", list(scales()));
  if (!zero_points().empty()) text += str(" zero ", list(zero_points()));
  return text;
}

}  // namespace trtlike::core
