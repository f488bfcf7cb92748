// Runs the cases of refusals.
#include "errors/refusals.h"

namespace trtlike::test {

std::string sentence_of(const std::function<void()>& act) {
  try {
    act();
  } catch (const UserError& e) {
    return e.what();
  } catch (const UnsupportedError& e) {
    return std::string("UnsupportedError: ") + e.what();
  } catch (const PlanError& e) {
    return std::string("PlanError: ") + e.what();
  } catch (const Error& e) {
    return std::string("InternalError: ") + e.what();
  }
  return "nothing was refused";
}

std::string errors_of(const std::function<void(const std::shared_ptr<Logger>&)>& act) {
  class ErrorLogger final : public Logger {
   public:
    void log(Severity severity, std::string_view message) noexcept override {
      if (severity > Severity::Error) return;
      if (!text.empty()) text += "\n";
      if (severity == Severity::InternalError) text += "InternalError: ";
      text += message;
    }
    std::string text;
  };
  const auto logger = std::make_shared<ErrorLogger>();
  act(logger);
  return logger->text;
}

void expect_refused_layer(const LayerCase& layer) {
  Network network;
  std::vector<Tensor> inputs;
  for (const Operand& operand : layer.inputs) {
    if (operand.dims.rank() < 0) {
      inputs.emplace_back();
    } else if (!operand.elements.empty()) {
      const Weights weights{operand.dtype, operand.elements.data(),
                            static_cast<int64_t>(operand.elements.size()), nullptr};
      inputs.push_back(network.add_constant(operand.dims, weights).output(0));
    } else {
      inputs.push_back(
          network.add_input("x" + std::to_string(inputs.size()), operand.dtype, operand.dims));
    }
  }
  const std::string where = "[ir] node '(Unnamed Layer* " + std::to_string(network.num_layers()) +
                            ") [" + layer.op + "]' (" + layer.op + "): ";
  try {
    network.add_layer(layer.op, inputs, layer.attributes).output(0).shape();
    ADD_FAILURE() << "nothing was refused";
  } catch (const InternalError& e) {
    ADD_FAILURE() << e.what();
  } catch (const Error& e) {
    EXPECT_EQ(e.what(), where + layer.sentence);
  }
}

TEST_P(Refusals, say_the_whole_sentence) {
  EXPECT_EQ(sentence_of(GetParam().act), GetParam().sentence);
}

TEST_P(LoggedRefusals, say_the_whole_sentence) {
  EXPECT_EQ(errors_of(GetParam().act), GetParam().sentence);
}

TEST_P(LayerRefusals, say_the_whole_sentence) { expect_refused_layer(GetParam()); }

}  // namespace trtlike::test
