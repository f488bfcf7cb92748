// Integer ElementWise, Unary, Select and Cast against the references, bit by bit.
#include <cstring>
#include <limits>
#include <random>

#include "support/pointwise_case.h"
#include "trtlike/enums/layer_enums.h"

namespace trtlike::kernels {
namespace {

using test::LaidOut;
using test::random_tensor;
using test::Tensor;

constexpr DataType kIntegers[] = {DataType::Int8, DataType::UInt8, DataType::Int32,
                                  DataType::Int64};

/// Small numbers, zeros, and the ends of the range.
Tensor integers(DataType dtype, const Dims& dims, uint32_t seed) {
  Tensor out = random_tensor(dtype, dims, seed, -9, 9);
  core::dispatch_dtype(dtype, "test", [&](auto tag) {
    using T = decltype(tag);
    if constexpr (std::is_integral_v<T>) {
      for (int64_t i = 0; i < core::elems(dims); i += 5)
        out.view().as<T>()[i] =
            i % 2 == 0 ? std::numeric_limits<T>::min() : std::numeric_limits<T>::max();
    }
  });
  return out;
}

void check(const char* op, const std::vector<LaidOut>& inputs,
           const test::AttributeList& attributes, Layout layout = Layout::Linear) {
  std::vector<Tensor> tensors;
  for (const LaidOut& input : inputs) tensors.push_back(input.tensor);
  const Tensor want = test::run_op(op, tensors, attributes);
  const Tactic* tactic = find_tactic(op, "pointwise_integer_portable");
  ASSERT_NE(tactic, nullptr);
  const TensorDesc desc{want.dtype, want.dims, layout};
  const Tensor got = test::run_tactic(op, *tactic, inputs, desc, attributes, 4);

  ASSERT_EQ(std::memcmp(got.data.get(), want.data.get(), want.view().bytes()), 0)
      << op << " " << inputs[0].desc().to_string();
  if (inputs[0].desc() == desc) {
    const Tensor again = test::run_tactic(op, *tactic, inputs, desc, attributes, 1, true);
    EXPECT_EQ(std::memcmp(again.data.get(), want.data.get(), want.view().bytes()), 0) << op;
  }
}

TEST(IntegerPointwise, every_operation_on_every_type) {
  for (const DataType dtype : kIntegers) {
    for (int64_t op = 0; op < kEnumCount<ElementWiseOperation>; ++op)
      for (const Dims& b : {Dims{3, 37}, Dims{1, 37}, Dims{3, 1}, Dims{1, 1}}) {
        check("ElementWise", {{integers(dtype, {3, 37}, 1)}, {integers(dtype, b, 2)}},
              {{"op", op}});
        check("ElementWise", {{integers(dtype, b, 1)}, {integers(dtype, {3, 37}, 2)}},
              {{"op", op}});
      }
    for (const int64_t op : {4, 5, 20, 21})
      check("Unary", {{integers(dtype, {101}, 1)}}, {{"op", op}});
    for (const Dims& b : {Dims{3, 37}, Dims{1, 1}})
      check("Select",
            {{random_tensor(DataType::Bool, {1, 37}, 3)},
             {integers(dtype, b, 1)},
             {integers(dtype, {3, 37}, 2)}},
            {});
  }
}

TEST(IntegerPointwise, casts_between_integers_and_booleans) {
  for (const DataType from : kIntegers)
    for (const DataType to :
         {DataType::Int8, DataType::UInt8, DataType::Int32, DataType::Int64, DataType::Bool})
      for (const bool keeps_low_bits : {false, true})
        check("Cast", {{integers(from, {50}, 1)}},
              {{"to_type", static_cast<int64_t>(to)}, {"keeps_low_bits", keeps_low_bits}});
  for (const DataType to : kIntegers)
    check("Cast", {{random_tensor(DataType::Bool, {50}, 1)}},
          {{"to_type", static_cast<int64_t>(to)}});
}

/// Every magnitude and sign, whole multiples of the divisor and their neighbours among them.
template <typename T>
void check_quotients(DataType dtype, T divisor, int64_t count) {
  std::mt19937_64 random(static_cast<uint64_t>(divisor));
  Tensor a(dtype, {count}), b(dtype, {1});
  for (int64_t i = 0; i < count; ++i) {
    const auto drawn = static_cast<T>(static_cast<int64_t>(random()) >> (random() % 64));
    const auto beside = static_cast<uint64_t>(random() % 3) - 1;
    const auto multiple = static_cast<uint64_t>(drawn) * static_cast<uint64_t>(divisor) + beside;
    a.view().as<T>()[i] = i % 2 == 0 ? drawn : static_cast<T>(multiple);
  }
  b.view().as<T>()[0] = divisor;
  for (const auto op : {ElementWiseOperation::Div, ElementWiseOperation::FloorDiv})
    check("ElementWise", {{a}, {b}}, {{"op", static_cast<int64_t>(op)}});
}

TEST(IntegerPointwise, quotients_by_one_number_are_exact) {
  for (const int64_t shift : {62, 51, 50, 31, 30, 20, 6, 1, 0})
    for (const int64_t beside : {-1, 0, 1})
      for (const int64_t sign : {1, -1}) {
        const int64_t divisor = sign * ((int64_t{1} << shift) + beside);
        check_quotients<int64_t>(DataType::Int64, divisor, 3000);
        if (shift <= 31) check_quotients(DataType::Int32, static_cast<int32_t>(divisor), 3000);
      }
  for (const int64_t divisor : {3, 7, 91, 1000003})
    for (const int64_t sign : {1, -1}) {
      check_quotients<int64_t>(DataType::Int64, sign * divisor, 20000);
      check_quotients(DataType::Int32, static_cast<int32_t>(sign * divisor), 20000);
    }
  check_quotients(DataType::Int64, std::numeric_limits<int64_t>::min(), 500);
  check_quotients(DataType::Int32, std::numeric_limits<int32_t>::min(), 500);
}

TEST(IntegerPointwise, layouts_and_large_tensors) {
  const auto last = Layout::ChannelsLast;
  check("ElementWise",
        {{integers(DataType::Int32, {2, 6, 3, 5}, 1), last},
         {integers(DataType::Int32, {1, 6, 1, 1}, 2), last}},
        {{"op", int64_t{0}}}, last);
  check("ElementWise",
        {{integers(DataType::Int64, {3, 70, 300}, 1)}, {integers(DataType::Int64, {3, 1, 300}, 2)}},
        {{"op", int64_t{0}}});
}

TEST(IntegerPointwise, floats_are_refused) {
  const Tactic& tactic = *find_tactic("ElementWise", "pointwise_integer_portable");
  const Tensor x = random_tensor(DataType::Float, {3}, 1);
  EXPECT_EQ(test::refusal_of("ElementWise", tactic, {{x}, {x}}, {DataType::Float, {3}}, {}),
            "needs integers, got f32 and f32");
}

}  // namespace
}  // namespace trtlike::kernels
