// Cases of refusals: what a user does wrong, and the whole sentence that comes back.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "trtlike/error.h"
#include "trtlike/logger.h"
#include "trtlike/network.h"

namespace trtlike::test {

/// The sentence of the Error that `act` throws, behind its kind where that is no UserError.
std::string sentence_of(const std::function<void()>& act);
/// What `act` logs as errors, one a line.
std::string errors_of(const std::function<void(const std::shared_ptr<Logger>&)>& act);

/// A mistake that is answered by an exception.
struct RefusalCase {
  std::string name;
  std::function<void()> act;
  std::string sentence;
};

/// A mistake that is answered by a line in the log, and by null or false.
struct LoggedCase {
  std::string name;
  std::function<void(const std::shared_ptr<Logger>&)> act;
  std::string sentence;
};

/// What a layer reads: an input of the network, a constant, or nothing.
struct Operand {
  DataType dtype = DataType::Float;
  Dims dims = Dims::unknown_rank();
  std::vector<int64_t> elements;
};

inline Operand absent() { return {}; }
inline Operand of(DataType dtype, const Dims& dims) { return {dtype, dims, {}}; }
inline Operand floats(const Dims& dims) { return of(DataType::Float, dims); }
inline Operand ints(const Dims& dims) { return of(DataType::Int64, dims); }
inline Operand bools(const Dims& dims) { return of(DataType::Bool, dims); }
/// A constant list.
inline Operand list(const std::vector<int64_t>& elements) {
  return {DataType::Int64, {static_cast<int64_t>(elements.size())}, elements};
}

/// A layer that its op refuses. `sentence` is what follows the layer's name.
struct LayerCase {
  std::string name;
  std::string op;
  std::vector<Operand> inputs;
  std::map<std::string, AttributeValue> attributes;
  std::string sentence;
};

/// Adds the layer and reads its output's shape; expects the case's sentence behind the layer's
/// name.
void expect_refused_layer(const LayerCase& layer);

template <typename Case>
std::string case_name(const testing::TestParamInfo<Case>& info) {
  return info.param.name;
}

inline void PrintTo(const RefusalCase& refusal, std::ostream* out) { *out << refusal.name; }
inline void PrintTo(const LoggedCase& refusal, std::ostream* out) { *out << refusal.name; }
inline void PrintTo(const LayerCase& layer, std::ostream* out) { *out << layer.name; }

class Refusals : public testing::TestWithParam<RefusalCase> {};
class LoggedRefusals : public testing::TestWithParam<LoggedCase> {};
class LayerRefusals : public testing::TestWithParam<LayerCase> {};

}  // namespace trtlike::test
