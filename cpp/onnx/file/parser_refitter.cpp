// Weights by the names that an import of the model gives them.
#include <functional>
#include <map>

#include "core/check.h"
#include "core/log.h"
#include "ir/recipe.h"
#include "onnx/file/failure.h"
#include "onnx/file/model_file.h"
#include "onnx/model_importer.h"
#include "trtlike/onnx_refitter.h"

namespace trtlike {

struct OnnxParserRefitter::Impl {
  Refitter& refitter;
  std::shared_ptr<Logger> logger;
  std::vector<ParserError> errors = {};
  bool is_loaded = false;
  std::map<std::string, ir::Constant> initializers = {};

  bool report(ParserErrorCode code, const std::string& description) {
    ParserError error;
    error.code = code;
    error.description = description;
    error.func = "refit";
    core::log(logger, Severity::Error, description);
    errors.push_back(std::move(error));
    return false;
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
    const size_t before = errors.size();
    ir::Graph graph;
    try {
      onnx::ModelImporter importer(graph, read(), folder, logger.get());
      importer.run(errors);
    } catch (const onnx::Failure& failure) {
      return report(failure.code(), failure.what());
    } catch (const std::exception& failure) {
      return report(ParserErrorCode::InternalError, core::describe(failure));
    }
    for (size_t i = 0; i < graph.num_value_ids(); ++i) {
      const ir::Value& value = graph.value({static_cast<int32_t>(i)});
      if (value.alive && value.constant) collect(*value.constant);
    }
    is_loaded = errors.size() == before;
    return is_loaded;
  }

  bool refit() {
    if (!is_loaded)
      return report(ParserErrorCode::InvalidValue,
                    "[onnx] refit: expected a model that was loaded, got none.");
    const size_t before = errors.size();
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
    : impl_(std::make_unique<Impl>(refitter, std::move(logger))) {}

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

int OnnxParserRefitter::num_errors() const { return static_cast<int>(impl_->errors.size()); }

const ParserError& OnnxParserRefitter::error(int index) const {
  TRTLIKE_CHECK(index >= 0 && index < num_errors(), "[onnx] parser error ", index,
                ": expected an index below ", num_errors(), ", got ", index, ".");
  return impl_->errors[static_cast<size_t>(index)];
}

void OnnxParserRefitter::clear_errors() { impl_->errors.clear(); }

}  // namespace trtlike
