// Constants and generated tensors.
#include "trtlike/layers/source.h"

#include "ir/layers/properties.h"
#include "trtlike/network.h"

namespace trtlike {

Weights ConstantLayer::weights() const { return constant_input(0); }
void ConstantLayer::set_weights(const Weights& weights) {
  const Dims dims = shape();
  int64_t elems = 1;
  for (const int64_t extent : dims) elems *= extent;
  set_constant_input(0, elems == weights.count ? dims : Dims{weights.count}, weights);
}
Dims ConstantLayer::shape() const { return output(0).shape(); }
void ConstantLayer::set_shape(const Dims& shape) { set_constant_input(0, shape, weights()); }

Dims FillLayer::shape() const { return get_dims(*this, "shape"); }
void FillLayer::set_shape(const Dims& shape) { set_dims(*this, "shape", shape); }
FillOperation FillLayer::operation() const { return get_enum<FillOperation>(*this, "operation"); }
void FillLayer::set_operation(FillOperation operation) {
  set_attribute("operation", enum_number(operation));
}
double FillLayer::alpha() const { return get<double>(*this, "alpha"); }
void FillLayer::set_alpha(double alpha) {
  set_input(1, {});
  set_attribute("is_int64", false);
  set_attribute("alpha", alpha);
}
double FillLayer::beta() const { return get<double>(*this, "beta"); }
void FillLayer::set_beta(double beta) {
  set_input(2, {});
  set_attribute("is_int64", false);
  set_attribute("beta", beta);
}
bool FillLayer::is_alpha_beta_int64() const { return get<bool>(*this, "is_int64"); }
int64_t FillLayer::alpha_int64() const { return get<int64_t>(*this, "alpha_int64"); }
void FillLayer::set_alpha_int64(int64_t alpha) {
  set_input(1, {});
  set_attribute("is_int64", true);
  set_attribute("alpha_int64", alpha);
}
int64_t FillLayer::beta_int64() const { return get<int64_t>(*this, "beta_int64"); }
void FillLayer::set_beta_int64(int64_t beta) {
  set_input(2, {});
  set_attribute("is_int64", true);
  set_attribute("beta_int64", beta);
}
DataType FillLayer::to_type() const { return get_enum<DataType>(*this, "to_type"); }
void FillLayer::set_to_type(DataType to_type) { set_attribute("to_type", enum_number(to_type)); }

FillLayer Network::add_fill(const Dims& shape, FillOperation op, DataType output_type) {
  return FillLayer(add_layer("Fill", {},
                             {{"shape", to_list(shape)},
                              {"operation", enum_number(op)},
                              {"beta", 1.0},
                              {"to_type", enum_number(output_type)}}));
}

}  // namespace trtlike
