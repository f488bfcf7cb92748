// Finding, checking and mapping the files of external weights.
#include "onnx/file/external_data.h"

#include <charconv>
#include <filesystem>

#include "core/strings.h"
#include "onnx/file/failure.h"

namespace trtlike::onnx {
namespace {

namespace fs = std::filesystem;
using core::str;

[[noreturn]] void fail(const ::onnx::TensorProto& tensor, const std::string& sentence) {
  throw Failure(Code::InvalidValue,
                str("[onnx] tensor '", tensor.name(), "', external data: ", sentence));
}

uint64_t read_number(const ::onnx::TensorProto& tensor, const std::string& key,
                     const std::string& text) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size())
    fail(tensor, str("expected a count of bytes as ", key, ", got '", text, "'."));
  return number;
}

/// True when `inner` is `outer` or below it; both are canonical.
bool is_inside(const fs::path& inner, const fs::path& outer) {
  auto i = inner.begin();
  for (auto o = outer.begin(); o != outer.end(); ++o, ++i) {
    if (o->empty()) continue;
    if (i == inner.end() || *i != *o) return false;
  }
  return true;
}

}  // namespace

const core::MappedFile& ExternalData::map(const ::onnx::TensorProto& tensor,
                                          const std::string& location) {
  const auto found = files_.find(location);
  if (found != files_.end()) return found->second;
  const fs::path relative(location);
  bool climbs = location.empty() || relative.is_absolute();
  for (const fs::path& part : relative) climbs = climbs || part == "..";
  if (climbs)
    fail(tensor, str("expected a location inside the model's folder, got '", location, "'."));
  std::error_code error;
  const fs::path folder = fs::canonical(folder_, error);
  const fs::path file = fs::canonical(fs::path(folder_) / relative, error);
  if (error)
    fail(tensor, str("expected a file '", location, "' in '", folder_,
                     "', got none. Give the model's path, and keep its weights beside it."));
  if (!is_inside(file, folder))
    fail(tensor, str("expected a location inside the model's folder, got '", location,
                     "', which leads to '", file.string(), "'."));
  try {
    return files_.emplace(location, core::map_file(file.c_str())).first->second;
  } catch (const Error& cause) {
    fail(tensor, cause.what());
  }
}

ir::ConstantData ExternalData::read(const ::onnx::TensorProto& tensor, size_t expected_bytes) {
  std::string location;
  uint64_t offset = 0;
  std::optional<uint64_t> length;
  for (const auto& entry : tensor.external_data()) {
    if (entry.key() == "location") location = entry.value();
    if (entry.key() == "offset") offset = read_number(tensor, "offset", entry.value());
    if (entry.key() == "length") length = read_number(tensor, "length", entry.value());
  }
  if (length && *length != expected_bytes)
    fail(tensor, str("expected ", expected_bytes, " bytes for its type and shape, got a length of ",
                     *length, "."));
  if (expected_bytes == 0) return {std::make_shared<int64_t>(0), 0};
  const core::MappedFile& file = map(tensor, location);
  if (offset > file.bytes || expected_bytes > file.bytes - offset)
    fail(tensor, str("expected ", expected_bytes, " bytes from offset ", offset, ", got a file '",
                     location, "' of ", file.bytes, " bytes."));
  const char* data = static_cast<const char*>(file.data.get()) + offset;
  return {std::shared_ptr<const void>(file.data, data), expected_bytes};
}

}  // namespace trtlike::onnx
