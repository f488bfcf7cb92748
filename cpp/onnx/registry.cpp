// The table of importers, put together from the files of operators/.
#include "onnx/registry.h"

#include <map>
#include <string>
#include <utility>

#include "onnx/one_to_one.h"

namespace trtlike::onnx {

#define TRTLIKE_IMPORTER(stem) std::span<const Importer> stem##_importers();
#include "all_importers.inc"
#undef TRTLIKE_IMPORTER

namespace {

using Key = std::pair<std::string, std::string>;

std::map<Key, Importer> make_table() {
  std::map<Key, Importer> table;
  const auto add = [&table](std::span<const Importer> importers) {
    for (const Importer& importer : importers)
      table.try_emplace({importer.domain, importer.op_type}, importer);
  };
#define TRTLIKE_IMPORTER(stem) add(stem##_importers());
#include "all_importers.inc"
#undef TRTLIKE_IMPORTER
  add(one_to_one_importers());
  return table;
}

}  // namespace

const Importer* find_importer(std::string_view domain, std::string_view op_type) {
  static const std::map<Key, Importer> table = make_table();
  if (domain == "ai.onnx") domain = "";
  const auto found = table.find({std::string(domain), std::string(op_type)});
  return found == table.end() ? nullptr : &found->second;
}

}  // namespace trtlike::onnx
