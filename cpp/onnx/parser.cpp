// The public OnnxParser over the importer.
#include "core/check.h"
#include "core/log.h"
#include "ir/network_state.h"
#include "onnx/file/failure.h"
#include "onnx/file/model_file.h"
#include "onnx/model_importer.h"
#include "trtlike/onnx_parser.h"

namespace trtlike {
namespace {

uint32_t bit(OnnxParserFlag flag) { return 1u << enum_number(flag); }

}  // namespace

std::string ParserError::to_string() const {
  const std::string what = core::str(enum_name(code), ": ", description);
  if (node < 0) return what;
  return core::str("In node ", node, " with name: ", node_name, " and operator: ", node_operator,
                   " (", func, "): ", what);
}

struct OnnxParser::Impl {
  Network network;
  std::shared_ptr<Logger> logger;
  std::vector<ParserError> errors;
  uint32_t flags = 0;
  std::map<std::string, std::vector<ir::ValueId>> layer_outputs;

  void report(const onnx::Failure& failure) {
    ParserError error;
    error.code = failure.code();
    error.description = failure.what();
    error.file = failure.where().file_name();
    error.line = static_cast<int>(failure.where().line());
    error.func = failure.function();
    core::log(logger, Severity::Error, error.description);
    errors.push_back(std::move(error));
  }

  void report(const std::exception& failure) {
    ParserError error;
    error.code = dynamic_cast<const std::bad_alloc*>(&failure) != nullptr
                     ? ParserErrorCode::MemAllocFailed
                     : ParserErrorCode::InternalError;
    error.description = core::describe(failure);
    core::log(logger, Severity::Error, error.description);
    errors.push_back(std::move(error));
  }

  /// Loads by `load`, imports into `graph`. True when no error was added.
  template <typename Load>
  bool import(ir::Graph& graph, const std::string& folder, const Load& load) {
    const size_t before = errors.size();
    try {
      onnx::ModelImporter importer(graph, load(), folder, logger.get());
      importer.run(errors);
      layer_outputs = importer.layer_outputs();
    } catch (const onnx::Failure& failure) {
      report(failure);
    } catch (const std::exception& failure) {
      report(failure);
    }
    return errors.size() == before;
  }
};

OnnxParser::OnnxParser(Network network, std::shared_ptr<Logger> logger)
    : impl_(std::make_unique<Impl>()) {
  TRTLIKE_CHECK(NetworkAccess::state(network) != nullptr,
                "[onnx] OnnxParser, network: expected a network, got an empty handle.");
  impl_->network = std::move(network);
  impl_->logger = std::move(logger);
}

OnnxParser::~OnnxParser() = default;

bool OnnxParser::parse(std::string_view model, const std::string& path) {
  return impl_->import(NetworkAccess::state(impl_->network)->graph, onnx::model_folder(path),
                       [&] { return onnx::load_model(model); });
}

bool OnnxParser::parse_from_file(const std::string& path) {
  return impl_->import(NetworkAccess::state(impl_->network)->graph, onnx::model_folder(path),
                       [&] { return onnx::load_model_file(path); });
}

bool OnnxParser::supports_model(std::string_view model, const std::string& path) {
  const auto kept = impl_->layer_outputs;
  ir::Graph scratch;
  const bool supported =
      impl_->import(scratch, onnx::model_folder(path), [&] { return onnx::load_model(model); });
  impl_->layer_outputs = kept;
  return supported;
}

bool OnnxParser::supports_operator(std::string_view op_name) const {
  return onnx::find_importer("", op_name) != nullptr;
}

int OnnxParser::num_errors() const { return static_cast<int>(impl_->errors.size()); }

const ParserError& OnnxParser::error(int index) const {
  TRTLIKE_CHECK(index >= 0 && index < num_errors(), "[onnx] parser error ", index,
                ": expected an index below ", num_errors(), ", got ", index, ".");
  return impl_->errors[static_cast<size_t>(index)];
}

void OnnxParser::clear_errors() { impl_->errors.clear(); }

uint32_t OnnxParser::flags() const { return impl_->flags; }

void OnnxParser::set_flags(uint32_t flags) {
  const uint32_t added = flags & ~impl_->flags;
  impl_->flags = flags;
  using Flag = OnnxParserFlag;
  constexpr std::pair<Flag, const char*> kWithoutEffect[] = {
      {Flag::EnableUint8AndAsymmetricQuantizationDla, "a CPU has no DLA"},
      {Flag::ReportCapabilityDla, "a CPU has no DLA"},
      {Flag::EnablePluginOverride, "there are no plugins"},
      {Flag::AdjustForDla, "a CPU has no DLA"}};
  for (const auto& [flag, why] : kWithoutEffect)
    if ((added & bit(flag)) != 0)
      core::log(impl_->logger, Severity::Warning, "[onnx] OnnxParserFlag.", enum_name(flag),
                " has no effect: ", why, ".");
}

bool OnnxParser::flag(OnnxParserFlag flag) const { return (flags() & bit(flag)) != 0; }
void OnnxParser::set_flag(OnnxParserFlag flag) { set_flags(flags() | bit(flag)); }
void OnnxParser::clear_flag(OnnxParserFlag flag) { set_flags(flags() & ~bit(flag)); }

Tensor OnnxParser::layer_output_tensor(const std::string& name, int index) const {
  const auto found = impl_->layer_outputs.find(name);
  if (found == impl_->layer_outputs.end() || index < 0 ||
      static_cast<size_t>(index) >= found->second.size() ||
      !found->second[static_cast<size_t>(index)])
    return {};
  return NetworkAccess::tensor(NetworkAccess::state(impl_->network),
                               found->second[static_cast<size_t>(index)]);
}

}  // namespace trtlike
