// Constants and generated tensors.
#include "trtlike/layers/source.h"

#include "ir/layers/properties.h"
#include "trtlike/error.h"
#include "trtlike/network.h"

namespace trtlike {

Weights ConstantLayer::weights() const { return constant_input(0); }
Dims ConstantLayer::shape() const { return output(0).shape(); }
void ConstantLayer::set_shape(const Dims&) {
  throw UserError("[network] constant: its shape is fixed when it is added. Add another constant.");
}

Dims FillLayer::shape() const { return get_dims(*this, "shape"); }
void FillLayer::set_shape(const Dims& shape) { set_dims(*this, "shape", shape); }
FillOperation FillLayer::operation() const { return get_enum<FillOperation>(*this, "operation"); }
void FillLayer::set_operation(FillOperation operation) {
  set_attribute("operation", enum_number(operation));
}
double FillLayer::alpha() const { return get<double>(*this, "alpha"); }
void FillLayer::set_alpha(double alpha) { set_attribute("alpha", alpha); }
double FillLayer::beta() const { return get<double>(*this, "beta"); }
void FillLayer::set_beta(double beta) { set_attribute("beta", beta); }
DataType FillLayer::to_type() const { return get_enum<DataType>(*this, "to_type"); }
void FillLayer::set_to_type(DataType to_type) { set_attribute("to_type", enum_number(to_type)); }

FillLayer Network::add_fill(const Dims& shape, FillOperation op, DataType output_type) {
  return FillLayer(add_layer("Fill", {},
                             {{"shape", to_list(shape)},
                              {"operation", enum_number(op)},
                              {"beta", op == FillOperation::Linspace ? 0.0 : 1.0},
                              {"to_type", enum_number(output_type)}}));
}

}  // namespace trtlike
