// What the public network, its layers and its tensors refuse.
#include <limits>

#include "errors/refusals.h"

namespace trtlike::test {
namespace {

using enum DataType;

constexpr float kElements[64] = {};

Weights weights(int64_t count) { return {Float, kElements, count, nullptr}; }

/// x [2, 3] times the constant w [3, 4], and a network of another name.
struct Fixture {
  Fixture() {
    network.set_name("mine");
    other.set_name("yours");
  }
  Network network, other;
  Tensor x = network.add_input("x", Float, {2, 3});
  Layer w = network.add_constant({3, 4}, weights(12));
  Layer product = network.add_layer("MatrixMultiply", {x, w.output(0)});
  Tensor foreign = other.add_input("f", Float, {2, 3});
  /// A layer that lacks an attribute.
  Layer refused() { return network.add_layer("Squeeze", {network.add_input("d", Float, {-1})}); }
};

using Act = void (*)(Fixture&);

RefusalCase refusal(const char* name, Act act, const char* sentence) {
  return {name,
          [act] {
            Fixture fixture;
            act(fixture);
          },
          sentence};
}

const RefusalCase kNetwork[] = {
    refusal(
        "input_name", [](Fixture& f) { f.network.add_input("x", Float, {1}); },
        "[ir] input 'x': expected a name that no other tensor has, got one that is taken."),
    refusal(
        "input_rank", [](Fixture& f) { f.network.add_input("y", Float, Dims::unknown_rank()); },
        "[network] input 'y': expected a shape of known rank, got [?]."),
    refusal(
        "input_extent", [](Fixture& f) { f.network.add_input("y", Float, {1, -2}); },
        "[ir] input 'y', dimension 1: expected an extent of at least 0, or -1 for one that is "
        "known at run time, got -2 in shape [1, -2]."),
    refusal(
        "input_extents",
        [](Fixture& f) { f.network.add_input("y", Float, {1LL << 40, 1LL << 40}); },
        "[ir] input 'y': expected at most 2^48 elements, got shape [1099511627776, "
        "1099511627776]."),
    refusal(
        "input_dimensions",
        [](Fixture& f) { f.network.add_input("y", Float, Dims(std::vector<int64_t>(9, 1))); },
        "[core] dimensions: expected at most 8, got 9."),
    refusal(
        "operation", [](Fixture& f) { f.network.add_layer("Convolute", {f.x}); },
        "[network] layer: expected the name of an operation, got 'Convolute'."),
    refusal(
        "foreign_input", [](Fixture& f) { f.network.add_layer("Softmax", {f.foreign}); },
        "[network] Softmax, input 0: expected a tensor of network 'mine', got 'f' of another "
        "network."),
    refusal(
        "input_of_a_refused_layer",
        [](Fixture& f) { f.network.add_layer("Softmax", {f.refused().output(0)}); },
        "[ir] node '(Unnamed Layer* 2) [Squeeze]' (Squeeze): [ops] attribute 'axes': expected "
        "a list of axes for shape [-1] with unknown extents, got none."),
    refusal(
        "constant_of_unknown_shape", [](Fixture& f) { f.network.add_constant({-1}, weights(1)); },
        "[network] '(Unnamed Layer* 2) [Constant]': expected constant weights of a known "
        "shape, got [-1]."),
    refusal(
        "constant_count", [](Fixture& f) { f.network.add_constant({5}, weights(4)); },
        "[network] '(Unnamed Layer* 2) [Constant]': expected 5 weights for shape [5], got 4."),
    refusal(
        "constant_without_values",
        [](Fixture& f) { f.network.add_constant({5}, {Float, nullptr, 5, nullptr}); },
        "[network] '(Unnamed Layer* 2) [Constant]': expected 5 weights, got a null pointer."),
    refusal(
        "constant_type",
        [](Fixture& f) {
          f.network.add_constant({5}, {static_cast<DataType>(99), kElements, 5, nullptr});
        },
        "[core] element type: expected the number of a DataType, got 99."),
    refusal(
        "output_without_a_tensor", [](Fixture& f) { f.network.mark_output({}); },
        "[network] mark_output: expected a tensor, got none."),
    refusal(
        "foreign_output", [](Fixture& f) { f.network.mark_output(f.foreign); },
        "[network] mark_output: expected a tensor of network 'mine', got 'f' of another "
        "network."),
    refusal(
        "output_is_an_input", [](Fixture& f) { f.network.mark_output(f.x); },
        "[network] mark_output: expected the output of a layer, got the network's input 'x'. "
        "Add an identity layer after it."),
    refusal(
        "unmark_foreign", [](Fixture& f) { f.network.unmark_output(f.foreign); },
        "[network] unmark_output: expected a tensor of network 'mine', got 'f' of another "
        "network."),
    refusal(
        "remove_nothing", [](Fixture& f) { f.network.remove_tensor({}); },
        "[network] remove_tensor: expected a tensor, got none."),
    refusal(
        "remove_a_used_tensor", [](Fixture& f) { f.network.remove_tensor(f.x); },
        "[network] remove_tensor: expected a tensor that no layer makes or reads, got 'x' with "
        "1 readers."),
    refusal(
        "input_index", [](Fixture& f) { f.network.input(1); },
        "[network] input: expected an index below 1, got 1."),
    refusal(
        "output_index", [](Fixture& f) { f.network.output(0); },
        "[network] output: expected an index below 0, got 0."),
    refusal(
        "layer_index", [](Fixture& f) { f.network.layer(-1); },
        "[network] layer: expected an index below 2, got -1."),
};

const RefusalCase kLayer[] = {
    refusal(
        "empty_handle", [](Fixture&) { Layer().name(); },
        "[network] layer: expected one of a network, got an empty handle."),
    refusal(
        "output_type", [](Fixture& f) { f.product.output_type(1); },
        "[network] layer '(Unnamed Layer* 1) [MatrixMultiply]': expected an output below 1, "
        "got 1."),
    refusal(
        "input_index", [](Fixture& f) { f.product.set_input(2, f.x); },
        "[network] layer '(Unnamed Layer* 1) [MatrixMultiply]' (MatrixMultiply): expected an "
        "input below 2, got 2."),
    refusal(
        "input_index_of_any_number",
        [](Fixture& f) { f.network.add_layer("Concatenation", {f.x}).set_input(-1, f.x); },
        "[network] layer '(Unnamed Layer* 2) [Concatenation]' (Concatenation): expected an "
        "input of at least 0, got -1."),
    refusal(
        "foreign_input", [](Fixture& f) { f.product.set_input(0, f.foreign); },
        "[network] layer '(Unnamed Layer* 1) [MatrixMultiply]', input 0: expected a tensor of "
        "the same network, got 'f'."),
    refusal(
        "cycle", [](Fixture& f) { f.product.set_input(0, f.product.output(0)); },
        "[network] layer '(Unnamed Layer* 1) [MatrixMultiply]', input 0: expected a tensor "
        "that does not depend on the layer, got '(Unnamed Layer* 1) [MatrixMultiply]_output'."),
    refusal(
        "attribute", [](Fixture& f) { f.product.attribute("op2"); },
        "[network] layer '(Unnamed Layer* 1) [MatrixMultiply]' (MatrixMultiply): expected one "
        "of the attributes op0, op1, got 'op2'."),
    refusal(
        "set_attribute", [](Fixture& f) { f.product.set_attribute("op2", int64_t{0}); },
        "[ir] node '(Unnamed Layer* 1) [MatrixMultiply]' (MatrixMultiply): [ops] "
        "MatrixMultiply: expected one of the attributes op0, op1, got 'op2'."),
    refusal(
        "attribute_kind",
        [](Fixture& f) { f.product.set_attribute("op0", std::string("TRANSPOSE")); },
        "[ir] node '(Unnamed Layer* 1) [MatrixMultiply]' (MatrixMultiply): [ops] attribute "
        "'op0': expected an integer, got a string 'TRANSPOSE'."),
    refusal(
        "attribute_kind_of_a_new_layer",
        [](Fixture& f) { f.network.add_layer("Softmax", {f.x}, {{"axes", "last"}}); },
        "[ir] node '(Unnamed Layer* 2) [Softmax]' (Softmax): [ops] attribute 'axes': expected "
        "an integer, got a string 'last'."),
    refusal(
        "constant_input_index",
        [](Fixture& f) { f.product.set_constant_input(2, {1}, weights(1)); },
        "[network] layer '(Unnamed Layer* 1) [MatrixMultiply]' (MatrixMultiply): expected an "
        "input below 2, got 2."),
    refusal(
        "constant_input_count",
        [](Fixture& f) { f.product.set_constant_input(1, {3, 4}, weights(11)); },
        "[network] '(Unnamed Layer* 1) [MatrixMultiply] b': expected 12 weights for shape "
        "[3, 4], got 11."),
    refusal(
        "own_constant_count", [](Fixture& f) { f.w.set_constant_input(0, {3, 4}, weights(11)); },
        "[network] '(Unnamed Layer* 0) [Constant]': expected 12 weights for shape [3, 4], got "
        "11."),
};

const RefusalCase kTensor[] = {
    refusal(
        "empty_handle", [](Fixture&) { Tensor().name(); },
        "[network] tensor: expected one of a network, got an empty handle."),
    refusal(
        "removed",
        [](Fixture& f) {
          const Tensor y = f.network.add_input("y", Float, {1});
          f.network.remove_tensor(y);
          y.shape();
        },
        "[network] tensor 'y': expected one of the network, got one that was removed."),
    refusal(
        "name", [](Fixture& f) { f.product.output(0).set_name("x"); },
        "[ir] tensor '(Unnamed Layer* 1) [MatrixMultiply]_output': expected a name that no "
        "other tensor has, got 'x'."),
    refusal(
        "shape_of_a_refused_layer", [](Fixture& f) { f.refused().output(0).shape(); },
        "[ir] node '(Unnamed Layer* 2) [Squeeze]' (Squeeze): [ops] attribute 'axes': expected "
        "a list of axes for shape [-1] with unknown extents, got none."),
    refusal(
        "type_of_a_constant",
        [](Fixture& f) {
          f.product.set_constant_input(1, {3, 4}, weights(12));
          f.product.input(1).set_dtype(Half);
        },
        "[network] tensor '(Unnamed Layer* 1) [MatrixMultiply] b': expected a network input "
        "or a layer's output to set the type of, got a constant."),
    refusal(
        "shape_of_an_output", [](Fixture& f) { f.product.output(0).set_shape({1}); },
        "[network] tensor '(Unnamed Layer* 1) [MatrixMultiply]_output': expected a network "
        "input to set the shape of, got another tensor. Shapes of other tensors follow from "
        "their layers."),
    refusal(
        "extent", [](Fixture& f) { f.x.set_shape({2, -3}); },
        "[network] input 'x', dimension 1: expected an extent of at least 0, or -1, got -3 in "
        "shape [2, -3]."),
    refusal(
        "extents", [](Fixture& f) { f.x.set_shape({1LL << 40, 1LL << 40}); },
        "[network] input 'x': expected at most 2^48 elements, got shape [1099511627776, "
        "1099511627776]."),
    refusal(
        "rank", [](Fixture& f) { f.x.set_shape(Dims::unknown_rank()); },
        "[network] input 'x': expected a shape of known rank, got [?]."),
    refusal(
        "dimension_name", [](Fixture& f) { f.x.set_dimension_name(2, "width"); },
        "[network] tensor 'x': expected a dimension below 2 to name, got 2."),
    refusal(
        "dynamic_range", [](Fixture& f) { f.x.set_dynamic_range(1, -1); },
        "[network] tensor 'x': expected a dynamic range of min <= max, got [1, -1]."),
    refusal(
        "dynamic_range_of_nan",
        [](Fixture& f) { f.x.set_dynamic_range(std::numeric_limits<float>::quiet_NaN(), 1); },
        "[network] tensor 'x': expected a dynamic range of min <= max, got [nan, 1]."),
};

INSTANTIATE_TEST_SUITE_P(Network, Refusals, testing::ValuesIn(kNetwork), case_name<RefusalCase>);
INSTANTIATE_TEST_SUITE_P(Layer, Refusals, testing::ValuesIn(kLayer), case_name<RefusalCase>);
INSTANTIATE_TEST_SUITE_P(Tensor, Refusals, testing::ValuesIn(kTensor), case_name<RefusalCase>);

}  // namespace
}  // namespace trtlike::test
