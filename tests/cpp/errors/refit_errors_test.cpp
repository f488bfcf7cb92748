// What networks, builders, refitters and their parser refuse of weights.
#include "errors/refusals.h"
#include "support/make_plan.h"
#include "support/onnx_model.h"
#include "trtlike/builder.h"
#include "trtlike/onnx_refitter.h"
#include "trtlike/runtime.h"

namespace trtlike::test {
namespace {

/// y = (x w + b) and z = x in the shape s.
struct Layers {
  Network network;
  std::vector<float> w = ramp(12, 0.1f), b = ramp(4);
  std::vector<int64_t> s = {3, 2};

  Layers() {
    const Tensor x = network.add_input("x", DataType::Float, {2, 3});
    const Tensor weights =
        network.add_constant({3, 4}, {DataType::Float, w.data(), 12, nullptr}).output(0);
    const Tensor bias =
        network.add_constant({1, 4}, {DataType::Float, b.data(), 4, nullptr}).output(0);
    const Tensor shape =
        network.add_constant({2}, {DataType::Int64, s.data(), 2, nullptr}).output(0);
    Tensor y = network.add_matrix_multiply(x, MatrixOperation::None, weights, MatrixOperation::None)
                   .output(0);
    y = network.add_elementwise(y, bias, ElementWiseOperation::Sum).output(0);
    const Tensor z = network.add_layer("Shuffle", {x, shape}, {{"has_reshape", true}}).output(0);
    network.mark_output(y);
    network.mark_output(z);
    network.set_weights_name({DataType::Float, w.data(), 12, nullptr}, "w");
    network.set_weights_name({DataType::Float, b.data(), 4, nullptr}, "b");
    network.set_weights_name({DataType::Int64, s.data(), 2, nullptr}, "s");
  }

  std::shared_ptr<CudaEngine> engine(std::initializer_list<BuilderFlag> flags = {
                                         BuilderFlag::Refit}) {
    BuilderConfig config;
    config.set_builder_optimization_level(0);
    for (const BuilderFlag flag : flags) config.set_flag(flag);
    const auto logger = std::make_shared<RecordingLogger>();
    const auto plan = Builder(logger).build_serialized_network(network, config);
    EXPECT_NE(plan, nullptr) << logger->text;
    return Runtime(logger).deserialize_cuda_engine(plan->owner(), plan->nbytes());
  }
};

RefusalCase of_network(const char* name, void (*act)(Layers&), const std::string& sentence) {
  return {name,
          [act] {
            Layers layers;
            act(layers);
          },
          sentence};
}

const RefusalCase kNetwork[] = {
    of_network(
        "no_weights", [](Layers& l) { l.network.set_weights_name({}, "n"); },
        "[network] set_weights_name('n'): expected weights of a layer, got none."),
    of_network(
        "another_count",
        [](Layers& l) {
          l.network.set_weights_name({DataType::Float, l.w.data(), 11, nullptr}, "n");
        },
        "[network] set_weights_name('n'): expected the 12 FLOAT elements of '(Unnamed Layer* 0) "
        "[Constant]_output', got 11 of FLOAT."),
    of_network(
        "taken",
        [](Layers& l) {
          l.network.set_weights_name({DataType::Float, l.w.data(), 12, nullptr}, "b");
        },
        "[network] set_weights_name('b'): expected a name that no other weights have, got that of "
        "'(Unnamed Layer* 1) [Constant]_output'."),
    of_network(
        "others",
        [](Layers& l) {
          const std::vector<float> other(12);
          l.network.set_weights_name({DataType::Float, other.data(), 12, nullptr}, "n");
        },
        "[network] set_weights_name('n'): expected weights that a layer has, got others. Name them "
        "once they are used."),
    of_network(
        "mark", [](Layers& l) { l.network.mark_weights_refittable("n"); },
        "[network] weights 'n': expected weights of this name, got none. Name them by "
        "set_weights_name."),
    {"plain_engine", [] { Refitter(Layers().engine({}), nullptr); },
     "[refitter] engine 'Unnamed Network': expected one that was built with BuilderFlag.REFIT, "
     "REFIT_IDENTICAL or REFIT_INDIVIDUAL and has weights, got another."},
    {"no_engine", [] { Refitter(nullptr, nullptr); }, "[refitter] engine: expected one, got none."},
    {"no_error",
     [] {
       Refitter refitter(Layers().engine(), nullptr);
       OnnxParserRefitter(refitter, nullptr).error(0);
     },
     "[onnx] parser error 0: expected an index below 0, got 0."},
};

LoggedCase of_refitter(const char* name, void (*act)(Refitter&), const std::string& sentence) {
  return {name,
          [act](const std::shared_ptr<Logger>& logger) {
            Refitter refitter(Layers().engine(), logger);
            act(refitter);
          },
          sentence};
}

const std::vector<float> kTwelve(12, 1.0f);
Weights twelve() { return {DataType::Float, kTwelve.data(), 12, nullptr}; }

const LoggedCase kRefitter[] = {
    of_refitter(
        "name", [](Refitter& r) { EXPECT_FALSE(r.set_named_weights("s", twelve())); },
        "while setting weights: [refitter] weights 's': expected one of 'w', 'b', got none that "
        "can be refitted."),
    of_refitter(
        "role", [](Refitter& r) { EXPECT_FALSE(r.set_weights("l", WeightsRole::Bias, twelve())); },
        "while setting weights: [refitter] layer 'l': expected weights that can be refitted, one "
        "of none, got BIAS."),
    of_refitter(
        "count", [](Refitter& r) { EXPECT_FALSE(r.set_named_weights("b", twelve())); },
        "while setting weights: [refitter] weights 'b': expected 4 elements of FLOAT, got 12 of "
        "FLOAT."),
    of_refitter(
        "null",
        [](Refitter& r) {
          EXPECT_FALSE(r.set_named_weights("b", {DataType::Float, nullptr, 4, nullptr}));
        },
        "while setting weights: [refitter] weights 'b': expected 4 elements, got a null pointer."),
    of_refitter(
        "unset", [](Refitter& r) { EXPECT_FALSE(r.unset_named_weights("w")); },
        "while unsetting weights: [refitter] weights 'w': expected ones that were set, got none."),
    of_refitter(
        "get", [](Refitter& r) { EXPECT_EQ(r.named_weights("w").values, nullptr); },
        "while reading weights: [refitter] weights 'w': expected ones that were set, got none."),
    of_refitter(
        "location", [](Refitter& r) { r.weights_location("w"); },
        "while reading weights: [refitter] weights 'w': expected ones that were set, got none."),
    of_refitter(
        "range", [](Refitter& r) { EXPECT_FALSE(r.set_dynamic_range("x", -1, 1)); },
        "while setting a range: [refitter] tensor 'x': expected a range that can "
        "be refitted, got one that is a part of its kernels. Build with other ranges."),
    {"identical",
     [](const std::shared_ptr<Logger>& logger) {
       Refitter refitter(Layers().engine({BuilderFlag::RefitIdentical}), logger);
       EXPECT_TRUE(refitter.set_named_weights("w", twelve()));
       EXPECT_FALSE(refitter.refit_cuda_engine());
     },
     "while refitting: [refitter] weights 'w': expected the elements that the plan was built with, "
     "as BuilderFlag.REFIT_IDENTICAL promises, got others. Build with BuilderFlag.REFIT."},
    {"missing",
     [](const std::shared_ptr<Logger>& logger) {
       Refitter refitter(Layers().engine({BuilderFlag::Refit, BuilderFlag::StripPlan}), logger);
       EXPECT_TRUE(refitter.set_named_weights("w", twelve()));
       EXPECT_FALSE(refitter.refit_cuda_engine());
     },
     "while refitting: [refitter] engine 'Unnamed Network': expected 1 more weights, which follow "
     "together with those that are set, got none for 'b'."},
    {"context",
     [](const std::shared_ptr<Logger>& logger) {
       Layers layers;
       const auto bytes = layers.engine({BuilderFlag::Refit, BuilderFlag::StripPlan})->serialize();
       const auto engine = Runtime(logger).deserialize_cuda_engine(bytes->owner(), bytes->nbytes());
       EXPECT_EQ(engine->create_execution_context(engine), nullptr);
     },
     "while creating a context of 'Unnamed Network': [runtime] engine 'Unnamed Network': expected "
     "its weights, got a plan without them. Give it some first: see Refitter and "
     "OnnxParserRefitter."},
    {"marked",
     [](const std::shared_ptr<Logger>& logger) {
       Layers layers;
       layers.network.mark_weights_refittable("s");
       BuilderConfig config;
       config.set_flag(BuilderFlag::RefitIndividual);
       EXPECT_EQ(Builder(logger).build_serialized_network(layers.network, config), nullptr);
     },
     "while building '': [builder] weights '(Unnamed Layer* 2) [Constant]_output': expected marked "
     "weights that can be refitted, got integers, which places and shapes follow from."},
    {"half",
     [](const std::shared_ptr<Logger>& logger) {
       PlanMaker maker;
       const int32_t x = maker.input("x", {2});
       const int32_t c = maker.constant("c", {2}, DataType::Half, {1, 2});
       const int32_t wide = maker.step("Cast", "cast", {c}, {{"to_type", int64_t{0}}});
       maker.output(maker.step("ElementWise", "sum", {x, wide}, {{"op", int64_t{0}}}), "y");
       engine::PlanRecipes& recipes = maker.plan.recipes;
       recipes.weights = {{"w", DataType::Float, 2, 0, {}}};
       recipes.values = {{engine::RecipeSource::Weights, DataType::Float, {2}, 0, {}}};
       recipes.targets = {{0,
                           {.dtype = DataType::Half, .dims = {2}},
                           maker.plan.values[static_cast<size_t>(c)].constant}};
       Refitter refitter(maker.engine(), logger);
       const std::vector<float> large = {1, 70000};
       EXPECT_TRUE(refitter.set_named_weights("w", {DataType::Float, large.data(), 2, nullptr}));
       EXPECT_FALSE(refitter.refit_cuda_engine());
       refitter.set_weights_validation(false);
       EXPECT_TRUE(refitter.refit_cuda_engine());
     },
     "while refitting: [refitter] weights 'w': expected numbers up to 65504, which the plan's "
     "halves hold, got 70000. Set weights_validation to False to take infinity for it."},
};

/// y = x + w.
std::string sum_model(const std::string& weights, int64_t count = 3) {
  ModelBuilder model;
  model.input("x", {std::to_string(count)})
      .initializer(
          float_tensor(weights, {count}, std::vector<float>(static_cast<size_t>(count), 1)))
      .output("y");
  model.node("Add", {"x", weights}, {"y"});
  return model.bytes();
}

using Step = void (*)(OnnxParserRefitter&);

LoggedCase of_model(const char* name, Step act, const std::string& sentence) {
  return {name,
          [act](const std::shared_ptr<Logger>& logger) {
            Network network;
            OnnxParser parser(network, logger);
            EXPECT_TRUE(parser.parse(sum_model("w")));
            BuilderConfig config;
            config.set_builder_optimization_level(0);
            config.set_flag(BuilderFlag::Refit);
            config.set_flag(BuilderFlag::StripPlan);
            const auto plan = Builder(logger).build_serialized_network(network, config);
            Refitter refitter(
                Runtime(logger).deserialize_cuda_engine(plan->owner(), plan->nbytes()), logger);
            OnnxParserRefitter of_model(refitter, logger);
            act(of_model);
          },
          sentence};
}

const LoggedCase kModels[] = {
    of_model(
        "no_model", [](OnnxParserRefitter& r) { EXPECT_FALSE(r.refit_model_proto()); },
        "[onnx] refit: expected a model that was loaded, got none."),
    of_model(
        "second",
        [](OnnxParserRefitter& r) {
          EXPECT_TRUE(r.load_model_proto(sum_model("w")));
          EXPECT_FALSE(r.load_model_proto(sum_model("w")));
        },
        "[onnx] load_model_proto: expected one model, got a second."),
    of_model(
        "unknown",
        [](OnnxParserRefitter& r) {
          EXPECT_TRUE(r.load_model_proto(sum_model("w")));
          EXPECT_FALSE(r.load_initializer("v", kTwelve.data(), 12));
        },
        "[onnx] load_initializer('v'): expected an initializer of the loaded model, got none."),
    of_model(
        "bytes",
        [](OnnxParserRefitter& r) {
          EXPECT_TRUE(r.load_model_proto(sum_model("w")));
          EXPECT_FALSE(r.load_initializer("w", kTwelve.data(), 8));
        },
        "[onnx] load_initializer('w'): expected 12 bytes, got 8."),
    of_model(
        "absent", [](OnnxParserRefitter& r) { EXPECT_FALSE(r.refit_from_bytes(sum_model("v"))); },
        "[onnx] refit: expected an initializer 'w' in the model, got none."),
    of_model(
        "count", [](OnnxParserRefitter& r) { EXPECT_FALSE(r.refit_from_bytes(sum_model("w", 4))); },
        "while setting weights: [refitter] weights 'w': expected 3 elements of FLOAT, got 4 of "
        "FLOAT.\n[onnx] initializer 'w': expected one of the engine's type and count, got FLOAT "
        "with shape [4].\n[onnx] refit: expected an initializer 'w' in the model, got none."),
};

INSTANTIATE_TEST_SUITE_P(Weights, Refusals, testing::ValuesIn(kNetwork), case_name<RefusalCase>);
INSTANTIATE_TEST_SUITE_P(Refitter, LoggedRefusals, testing::ValuesIn(kRefitter),
                         case_name<LoggedCase>);
INSTANTIATE_TEST_SUITE_P(RefittedModels, LoggedRefusals, testing::ValuesIn(kModels),
                         case_name<LoggedCase>);

}  // namespace
}  // namespace trtlike::test
