// Weights by the names that an import of the model gives them.
#include <functional>
#include <map>

#include "core/check.h"
#include "ir/recipe.h"
#include "onnx/file/error_list.h"
#include "onnx/file/model_file.h"
#include "onnx/model_importer.h"
#include "trtlike/onnx_refitter.h"

namespace trtlike {

struct OnnxParserRefitter::Impl {
  Refitter& refitter;
  onnx::ErrorList errors;
  bool is_loaded = false;
  std::map<std::string, ir::Constant> initializers = {};

  bool report(ParserErrorCode code, const std::string& sentence) {
    return errors.add(onnx::Failure(code, sentence));
  }

  /// The weights that a constant is or was computed from.
  void collect(const ir::ConstantData& data) {
    if (data.recipe == nullptr) return;
    if (data.recipe->weights != nullptr) {
      initializers.try_emplace(data.recipe->weights->name, ir::Constant{data.recipe->type, data});
      return;
    }
    for (const auto& input : data.recipe->inputs)
      if (input) collect(input->data);
  }

  bool load(const std::string& folder,
            const std::function<std::shared_ptr<const ::onnx::ModelProto>()>& read) {
    initializers.clear();
    ir::Graph graph;
    is_loaded = errors.collect([&] {
      onnx::ModelImporter importer(graph, read(), folder, errors.logger().get());
      importer.run(errors.all());
    });
    for (size_t i = 0; is_loaded && i < graph.num_value_ids(); ++i) {
      const ir::Value& value = graph.value({static_cast<int32_t>(i)});
      if (value.alive && value.constant) collect(*value.constant);
    }
    return is_loaded;
  }

  bool refit() {
    if (!is_loaded)
      return report(ParserErrorCode::InvalidValue,
                    "[onnx] refit: expected a model that was loaded, got none.");
    const int before = errors.size();
    for (const std::string& name : refitter.all_weights()) {
      const auto found = initializers.find(name);
      if (name.empty() || found == initializers.end()) continue;
      const auto& [type, data] = found->second;
      const Weights weights{type.dtype, data.data.get(), core::elems(type.dims), data.data};
      if (!refitter.set_named_weights(name, weights))
        report(ParserErrorCode::RefitFailed,
               core::str("[onnx] initializer '", name,
                         "': expected one of the engine's type and count, got ",
                         core::dtype_name(type.dtype), " with shape ", type.dims, "."));
    }
    for (const std::string& name : refitter.missing_weights())
      report(ParserErrorCode::RefitFailed, core::str("[onnx] refit: expected an initializer '",
                                                     name, "' in the model, got none."));
    return errors.size() == before;
  }
};

OnnxParserRefitter::OnnxParserRefitter(Refitter& refitter, std::shared_ptr<Logger> logger)
    : impl_(std::make_unique<Impl>(refitter, onnx::ErrorList(std::move(logger)))) {}

OnnxParserRefitter::~OnnxParserRefitter() = default;

bool OnnxParserRefitter::load_model_proto(std::string_view model, const std::string& path) {
  if (impl_->is_loaded)
    return impl_->report(ParserErrorCode::InvalidValue,
                         "[onnx] load_model_proto: expected one model, got a second.");
  return impl_->load(onnx::model_folder(path), [&] { return onnx::load_model(model); });
}

bool OnnxParserRefitter::load_initializer(const std::string& name, const void* data, size_t bytes) {
  const auto found = impl_->initializers.find(name);
  if (!impl_->is_loaded || found == impl_->initializers.end())
    return impl_->report(ParserErrorCode::InvalidValue,
                         core::str("[onnx] load_initializer('", name,
                                   "'): expected an initializer of the loaded model, got none."));
  auto& [type, own] = found->second;
  const size_t needed = core::dtype_bytes(type.dtype, core::elems(type.dims));
  if (bytes != needed || (data == nullptr && bytes != 0))
    return impl_->report(ParserErrorCode::InvalidValue,
                         core::str("[onnx] load_initializer('", name, "'): expected ", needed,
                                   " bytes, got ", data == nullptr ? 0 : bytes, "."));
  own.data = std::shared_ptr<const void>(data, [](const void*) {});
  return true;
}

bool OnnxParserRefitter::refit_model_proto() { return impl_->refit(); }

bool OnnxParserRefitter::refit_from_bytes(std::string_view model, const std::string& path) {
  return impl_->load(onnx::model_folder(path), [&] { return onnx::load_model(model); }) &&
         impl_->refit();
}

bool OnnxParserRefitter::refit_from_file(const std::string& path) {
  return impl_->load(onnx::model_folder(path), [&] { return onnx::load_model_file(path); }) &&
         impl_->refit();
}

int OnnxParserRefitter::num_errors() const { return impl_->errors.size(); }
const ParserError& OnnxParserRefitter::error(int index) const { return impl_->errors.at(index); }
void OnnxParserRefitter::clear_errors() { impl_->errors.clear(); }

}  // namespace trtlike
