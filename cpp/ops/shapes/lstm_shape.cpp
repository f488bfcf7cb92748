// Attributes and extents of LSTM.
#include "ops/shapes/lstm_shape.h"

namespace trtlike::ops {

LstmShape lstm_shape(const Attributes& attributes, const Dims& x, const Dims& w, const Dims& r) {
  LstmShape shape{recurrent_shape(attributes, x, w, r, 4), false, {}};
  shape.input_forget = attributes.get_int("input_forget") != 0;
  const std::vector<CellFunction> functions =
      cell_functions(attributes, shape.directions, {"Sigmoid", "Tanh", "Tanh"});
  for (size_t i = 0; i < functions.size(); i += 3)
    shape.functions.push_back({functions[i], functions[i + 1], functions[i + 2]});
  return shape;
}

}  // namespace trtlike::ops
