// The public OnnxParser over the importer.
#include <algorithm>
#include <span>
#include <utility>

#include "core/check.h"
#include "core/log.h"
#include "ir/network_state.h"
#include "onnx/file/error_list.h"
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
  onnx::ErrorList errors;
  uint32_t flags = 0;
  std::map<std::string, std::vector<ir::ValueId>> layer_outputs = {};
  std::vector<Subgraph> subgraphs = {};
  /// What load_model_proto read.
  std::shared_ptr<::onnx::ModelProto> loaded = nullptr;
  std::string loaded_folder = {};

  bool refuse(const std::string& sentence) {
    return errors.add(onnx::Failure(ParserErrorCode::InvalidValue, sentence));
  }

  /// Loads by `load`, imports into `graph`. True when no error was added.
  template <typename Load>
  bool import(ir::Graph& graph, const std::string& folder, const Load& load) {
    return errors.collect([&] {
      onnx::ModelImporter importer(graph, load(), folder, errors.logger().get());
      importer.run(errors.all());
      layer_outputs = importer.layer_outputs();
    });
  }
};

OnnxParser::OnnxParser(Network network, std::shared_ptr<Logger> logger) {
  TRTLIKE_CHECK(NetworkAccess::state(network) != nullptr,
                "[onnx] OnnxParser, network: expected a network, got an empty handle.");
  impl_ = std::make_unique<Impl>(std::move(network), onnx::ErrorList(std::move(logger)));
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

namespace {

/// Runs of nodes between those that the errors name.
std::vector<OnnxParser::Subgraph> find_subgraphs(size_t num_nodes,
                                                 std::span<const ParserError> errors) {
  std::vector<bool> is_refused(num_nodes, false);
  for (const ParserError& error : errors) {
    // Of the model as a whole: nothing is known of its nodes.
    if (error.node < 0 || static_cast<size_t>(error.node) >= num_nodes) return {};
    is_refused[static_cast<size_t>(error.node)] = true;
  }
  std::vector<OnnxParser::Subgraph> out;
  for (size_t i = 0; i < num_nodes; ++i) {
    if (is_refused[i]) continue;
    if (i == 0 || is_refused[i - 1]) out.push_back({{}, errors.empty()});
    out.back().nodes.push_back(i);
  }
  return out;
}

}  // namespace

bool OnnxParser::supports_model(std::string_view model, const std::string& path) {
  const auto kept = impl_->layer_outputs;
  const size_t before = impl_->errors.all().size();
  ir::Graph scratch;
  size_t num_nodes = 0;
  const bool supported = impl_->import(scratch, onnx::model_folder(path), [&] {
    auto read = onnx::load_model(model);
    num_nodes = static_cast<size_t>(read->graph().node_size());
    return read;
  });
  impl_->layer_outputs = kept;
  impl_->subgraphs = find_subgraphs(num_nodes, std::span(impl_->errors.all()).subspan(before));
  return supported;
}

const std::vector<OnnxParser::Subgraph>& OnnxParser::subgraphs() const { return impl_->subgraphs; }

bool OnnxParser::load_model_proto(std::string_view model, const std::string& path) {
  return impl_->errors.collect([&] {
    impl_->loaded = std::make_shared<::onnx::ModelProto>(*onnx::load_model(model));
    impl_->loaded_folder = onnx::model_folder(path);
  });
}

bool OnnxParser::load_initializer(const std::string& name, const void* data, size_t bytes) {
  if (impl_->loaded == nullptr)
    return impl_->refuse(core::str("[onnx] load_initializer('", name,
                                   "'): expected a model that was loaded, got none."));
  auto& initializers = *impl_->loaded->mutable_graph()->mutable_initializer();
  const auto found = std::find_if(initializers.begin(), initializers.end(),
                                  [&](const auto& tensor) { return tensor.name() == name; });
  if (found == initializers.end())
    return impl_->refuse(core::str("[onnx] load_initializer('", name,
                                   "'): expected an initializer of the loaded model, got none."));
  if (data == nullptr && bytes != 0)
    return impl_->refuse(
        core::str("[onnx] load_initializer('", name, "'): expected an address, got 0."));
  ::onnx::TensorProto tensor;
  tensor.set_name(name);
  tensor.set_data_type(found->data_type());
  *tensor.mutable_dims() = found->dims();
  tensor.set_raw_data(data, bytes);
  *found = std::move(tensor);
  return true;
}

bool OnnxParser::parse_model_proto() {
  if (impl_->loaded == nullptr)
    return impl_->refuse("[onnx] parse_model_proto: expected a model that was loaded, got none.");
  return impl_->import(NetworkAccess::state(impl_->network)->graph, impl_->loaded_folder,
                       [&] { return std::exchange(impl_->loaded, nullptr); });
}

bool OnnxParser::supports_operator(std::string_view op_name) const {
  return onnx::find_importer("", op_name) != nullptr;
}

int OnnxParser::num_errors() const { return impl_->errors.size(); }
const ParserError& OnnxParser::error(int index) const { return impl_->errors.at(index); }
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
      core::log(impl_->errors.logger(), Severity::Warning, "[onnx] OnnxParserFlag.",
                enum_name(flag), " has no effect: ", why, ".");
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
