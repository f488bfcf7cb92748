// What the ONNX parser refuses of files, tensors, names and graphs.
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "errors/model_case.h"

namespace trtlike::test {
namespace {

using ::onnx::TensorProto;

::onnx::TensorProto tensor(int type, const std::vector<int64_t>& dims) {
  TensorProto proto;
  proto.set_name("t");
  proto.set_data_type(type);
  for (const int64_t extent : dims) proto.add_dims(extent);
  return proto;
}

/// y = x + t for the initializer t.
ModelCase with_tensor(const char* name, const TensorProto& proto, void (*change)(TensorProto&),
                      const std::string& sentence) {
  const auto fill = [proto, change](ModelBuilder& model) {
    TensorProto changed = proto;
    change(changed);
    model.input("x", {"2"}).output("y").initializer(changed);
    model.node("Add", {"x", "t"}, {"y"}).name("n");
  };
  return {name, fill, "[onnx] tensor 't'" + sentence};
}

void leave(TensorProto&) {}

const ModelCase kTensors[] = {
    with_tensor("type", tensor(TensorProto::STRING, {1}), leave,
                ": expected an element type that can be computed with (float, half, bfloat16, "
                "integers, bool, numbers of 8 and less bits), got STRING."),
    with_tensor(
        "large_uint32", tensor(TensorProto::UINT32, {1}),
        [](TensorProto& t) { t.add_uint64_data(1ull << 32); },
        ": expected elements of at most 4294967295, got 4294967296."),
    with_tensor(
        "uint64_data", tensor(TensorProto::UINT32, {2}),
        [](TensorProto& t) { t.add_uint64_data(1); },
        ": expected 2 entries of uint64_data for its shape, got 1."),
    with_tensor(
        "int32_data", tensor(TensorProto::INT8, {2}), [](TensorProto& t) { t.add_int32_data(1); },
        ": expected 2 entries of int32_data, got 1."),
    with_tensor(
        "float_data", tensor(kFloat, {2}), [](TensorProto& t) { t.add_float_data(1); },
        ": expected 2 entries of float_data for its shape, got 1."),
    with_tensor(
        "raw_data", tensor(kFloat, {1}), [](TensorProto& t) { t.set_raw_data("abc"); },
        ": expected 4 bytes of raw_data for its type and shape, got 3."),
    with_tensor("dimensions", tensor(kFloat, std::vector<int64_t>(9, 1)), leave,
                ": expected at most 8 dimensions, got 9."),
    with_tensor("extent", tensor(kFloat, {-1}), leave, ": expected extents of 0 or more, got -1."),
    with_tensor("elements", tensor(kFloat, {1LL << 40, 1LL << 40}), leave,
                ": [core] shape: expected at most 2^48 elements, got shape [1099511627776, "
                "1099511627776]."),
    with_tensor(
        "segment", tensor(kFloat, {2}), [](TensorProto& t) { t.mutable_segment()->set_begin(0); },
        ": expected a whole tensor, got a segment of one."),
};

struct Sparse {
  int type = kFloat;
  std::vector<int64_t> dims{2};
  std::vector<int64_t> indices{0};
};

ModelCase with_sparse(const char* name, const Sparse& sparse, const std::string& sentence) {
  const auto fill = [sparse](ModelBuilder& model) {
    auto& proto = *model.graph().add_sparse_initializer();
    *proto.mutable_values() = tensor(sparse.type, {1});
    if (sparse.type == kFloat)
      proto.mutable_values()->add_float_data(5);
    else
      proto.mutable_values()->add_int32_data(5);
    *proto.mutable_indices() =
        int_tensor("i", {static_cast<int64_t>(sparse.indices.size())}, sparse.indices);
    for (const int64_t extent : sparse.dims) proto.add_dims(extent);
    model.input("x", {"2"}).output("y");
    model.node("Add", {"x", "t"}, {"y"}).name("n");
  };
  return {name, fill, "[onnx] tensor 't'" + sentence};
}

const ModelCase kSparseTensors[] = {
    with_sparse(
        "extent", {.dims = {-2}},
        ": expected a sparse tensor of at most 8 extents of 0 or more, got extent -2 behind "
        "shape []."),
    with_sparse("elements", {.dims = {1 << 20, 1 << 20}},
                ": expected a sparse tensor of at most 268435456 elements, got shape [1048576, "
                "1048576]."),
    with_sparse("type", {.type = TensorProto::INT4},
                ": expected sparse elements of whole bytes, got INT4."),
    with_sparse("indices", {.indices = {0, 1}}, ": expected 1 INT64 indices, got shape [2]."),
    with_sparse("index", {.indices = {2}}, ": expected indices inside [2], got 2."),
};

TensorProto external(const std::string& location) {
  TensorProto proto = tensor(kFloat, {2});
  proto.set_data_location(TensorProto::EXTERNAL);
  auto& entry = *proto.add_external_data();
  entry.set_key("location");
  entry.set_value(location);
  return proto;
}

void add_entry(TensorProto& proto, const char* key, const char* value) {
  auto& entry = *proto.add_external_data();
  entry.set_key(key);
  entry.set_value(value);
}

const ModelCase kExternalData[] = {
    with_tensor(
        "offset", external("w.bin"), [](TensorProto& t) { add_entry(t, "offset", "ten"); },
        ", external data: expected a count of bytes as offset, got 'ten'."),
    with_tensor(
        "length", external("w.bin"), [](TensorProto& t) { add_entry(t, "length", "4"); },
        ", external data: expected 8 bytes for its type and shape, got a length of 4."),
    with_tensor("climbs", external("../w.bin"), leave,
                ", external data: expected a location inside the model's folder, got '../w.bin'."),
    with_tensor("no_file", external("none.bin"), leave,
                ", external data: expected a file 'none.bin' in '.', got none. Give the model's "
                "path, and keep its weights beside it."),
};

TEST(OnnxRefusals, external_data_of_a_file_that_does_not_hold_it) {
  namespace fs = std::filesystem;
  const fs::path folder =
      fs::temp_directory_path() / ("trtlike_errors_" + std::to_string(getpid()));
  fs::create_directories(folder / "inner" / "folder.bin");
  std::ofstream(folder / "inner" / "short.bin") << "abcd";
  std::ofstream(folder / "outside.bin") << "abcdefgh";
  fs::create_symlink("../outside.bin", folder / "inner" / "link.bin");
  const std::string canonical = fs::canonical(folder).string();
  const std::pair<const char*, std::string> cases[] = {
      {"short.bin", "expected 8 bytes from offset 0, got a file 'short.bin' of 4 bytes."},
      {"link.bin",
       "expected a location inside the model's folder, got 'link.bin', which leads to '" +
           canonical + "/outside.bin'."},
      {"folder.bin", "[core] file '" + canonical +
                         "/inner/folder.bin': expected a regular file, got something else."}};
  for (const auto& [location, sentence] : cases) {
    ModelBuilder model;
    model.input("x", {"2"}).output("y").initializer(external(location));
    model.node("Add", {"x", "t"}, {"y"});
    const Parsed parsed(model.bytes(), (folder / "inner" / "model.onnx").string());
    ASSERT_GE(parsed.parser.num_errors(), 1);
    EXPECT_EQ(parsed.parser.error(0).description, "[onnx] tensor 't', external data: " + sentence);
  }
  fs::remove_all(folder);
}

const ModelCase kNames[] = {
    {"input_twice",
     [](ModelBuilder& m) {
       m.input("x", {"2"}).input("x", {"2"}).output("y");
       m.node("Relu", {"x"}, {"y"});
     },
     "[onnx] graph 'test', input 'x': expected a name that nothing else has, got one that is "
     "already defined."},
    {"initializer_twice",
     [](ModelBuilder& m) {
       m.input("x", {"1"}).output("y");
       m.initializer(float_tensor("w", {1}, {1})).initializer(float_tensor("w", {1}, {1}));
       m.node("Add", {"x", "w"}, {"y"});
     },
     "[onnx] graph 'test', initializer 'w': expected a name that nothing else has, got one that is "
     "already defined."},
    {"output", [](ModelBuilder& m) { m.input("x", {"2"}).output("y"); },
     "[onnx] graph 'test', output 'y': expected a node, input or initializer of this name, got "
     "none."},
    {"made_twice",
     [](ModelBuilder& m) {
       m.input("x", {"2"}).output("y");
       m.node("Relu", {"x"}, {"y"}).name("a");
       m.node("Abs", {"x"}, {"y"}).name("b");
     },
     "[onnx] node 'b' (Abs), output 'y': expected a name that nothing else has, got one that is "
     "already defined."},
    {"undefined",
     [](ModelBuilder& m) {
       m.input("x", {"2"}).output("y");
       m.node("Add", {"x", "z"}, {"y"});
     },
     "[onnx] node 0 (Add), input 1 'z': expected a node, input or initializer of this name, got "
     "none."},
    {"cycle",
     [](ModelBuilder& m) {
       m.input("x", {"2"}).output("v");
       m.node("Relu", {"u"}, {"v"}).name("a");
       m.node("Relu", {"v"}, {"u"}).name("b");
     },
     "[onnx] node 'a' (Relu), input 0 'u': expected a graph without cycles, got one through node "
     "'b' (Relu)."},
};

/// y = relu(x), for what is wrong about x.
ModelCase with_input(const char* name, void (*change)(::onnx::ValueInfoProto&),
                     const std::string& sentence) {
  const auto fill = [change](ModelBuilder& model) {
    model.input("x", {"2"}).output("y");
    model.node("Relu", {"x"}, {"y"});
    change(*model.graph().mutable_input(0));
  };
  return {name, fill, "[onnx] input 'x': " + sentence};
}

const ModelCase kInputs[] = {
    with_input(
        "shape",
        [](::onnx::ValueInfoProto& x) { x.mutable_type()->mutable_tensor_type()->clear_shape(); },
        "expected a shape, got none. At least the rank must be in the model."),
    with_input(
        "dimensions",
        [](::onnx::ValueInfoProto& x) {
          auto& shape = *x.mutable_type()->mutable_tensor_type()->mutable_shape();
          for (int i = 0; i < 8; ++i) shape.add_dim()->set_dim_value(1);
        },
        "expected at most 8 dimensions, got 9."),
    with_input(
        "kind", [](::onnx::ValueInfoProto& x) { x.mutable_type()->mutable_sequence_type(); },
        "expected a tensor, got another type of value."),
    with_input(
        "type",
        [](::onnx::ValueInfoProto& x) {
          x.mutable_type()->mutable_tensor_type()->set_elem_type(TensorProto::STRING);
        },
        "expected an element type that can be computed with (float, half, bfloat16, "
        "integers, bool, numbers of 8 and less bits), got STRING."),
};

LoggedCase bytes(const char* name, const std::string& model, const std::string& sentence) {
  return {name,
          [model](const std::shared_ptr<Logger>& logger) {
            EXPECT_FALSE(OnnxParser(Network(), logger).parse(model));
          },
          "[onnx] model: " + sentence};
}

std::string changed_model(void (*change)(::onnx::ModelProto&)) {
  ModelBuilder model;
  change(model.model());
  return model.bytes();
}

const std::string kNoGraph = changed_model([](::onnx::ModelProto& m) { m.clear_graph(); });

const LoggedCase kFiles[] = {
    bytes("no_bytes", "",
          "expected a serialized ModelProto, got 0 bytes that are none (truncated, or another kind "
          "of file)."),
    bytes("no_graph", kNoGraph,
          core::str("expected a ModelProto with a graph, got ", kNoGraph.size(),
                    " bytes without one. The file is probably no ONNX model.")),
    bytes("no_opset", changed_model([](::onnx::ModelProto& m) { m.clear_opset_import(); }),
          "expected an opset_import, got none. Every model of IR version 3 or newer has one."),
    bytes("opset",
          changed_model([](::onnx::ModelProto& m) { m.mutable_opset_import(0)->set_version(99); }),
          "expected an opset of domain '' between 1 and 27, got 99. Export the model again with an "
          "opset between 7 and 27."),
    {"too_many_bytes",
     [](const std::shared_ptr<Logger>& logger) {
       // The size alone is looked at.
       EXPECT_FALSE(OnnxParser(Network(), logger).parse(std::string_view("x", size_t{1} << 31)));
     },
     "[onnx] model: expected at most 2147483647 bytes, got 2147483648. Save the weights as "
     "external "
     "data beside the model."},
    {"no_file",
     [](const std::shared_ptr<Logger>& logger) {
       EXPECT_FALSE(OnnxParser(Network(), logger).parse_from_file("/nowhere/model.onnx"));
     },
     "[onnx] model file '/nowhere/model.onnx': [core] file '/nowhere/model.onnx': expected to open "
     "it for reading, got: No such file or directory."},
};

const RefusalCase kParser[] = {
    {"network",
     [] {
       Network moved_from;
       const Network network = std::move(moved_from);
       OnnxParser parser(moved_from, nullptr);
     },
     "[onnx] OnnxParser, network: expected a network, got an empty handle."},
    {"error", [] { OnnxParser(Network(), nullptr).error(0); },
     "[onnx] parser error 0: expected an index below 0, got 0."},
};

INSTANTIATE_TEST_SUITE_P(OnnxTensors, ModelRefusals, testing::ValuesIn(kTensors),
                         case_name<ModelCase>);
INSTANTIATE_TEST_SUITE_P(OnnxSparse, ModelRefusals, testing::ValuesIn(kSparseTensors),
                         case_name<ModelCase>);
INSTANTIATE_TEST_SUITE_P(OnnxExternal, ModelRefusals, testing::ValuesIn(kExternalData),
                         case_name<ModelCase>);
INSTANTIATE_TEST_SUITE_P(OnnxNames, ModelRefusals, testing::ValuesIn(kNames), case_name<ModelCase>);
INSTANTIATE_TEST_SUITE_P(OnnxInputs, ModelRefusals, testing::ValuesIn(kInputs),
                         case_name<ModelCase>);
INSTANTIATE_TEST_SUITE_P(OnnxFiles, LoggedRefusals, testing::ValuesIn(kFiles),
                         case_name<LoggedCase>);
INSTANTIATE_TEST_SUITE_P(OnnxParser, Refusals, testing::ValuesIn(kParser), case_name<RefusalCase>);

}  // namespace
}  // namespace trtlike::test
