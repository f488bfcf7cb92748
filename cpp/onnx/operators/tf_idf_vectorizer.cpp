// TfIdfVectorizer on numbers: windows are compared with every n-gram of the pool, and what is equal
// is counted.
#include "onnx/extents.h"
#include "onnx/layers.h"

namespace trtlike::onnx {
namespace {

using core::str;
using Op = ElementWiseOperation;

constexpr int64_t kMostOutputs = 1 << 24;

/// The n-grams of one length, and where they count.
struct Grams {
  int64_t length = 1;
  std::vector<int64_t> elements;
  std::vector<int64_t> outputs;
  std::vector<double> weights;

  int64_t count() const { return static_cast<int64_t>(outputs.size()); }
};

enum Mode : int64_t { kTf, kIdf, kTfIdf };

Mode mode_of(NodeContext& node) {
  return static_cast<Mode>(
      node.get_choice("mode", "TF", {{"TF", kTf}, {"IDF", kIdf}, {"TFIDF", kTfIdf}}));
}

/// One for each n-gram of the pool.
std::vector<double> read_weights(NodeContext& node, size_t count) {
  std::vector<double> weights = node.get_floats("weights", std::vector<double>{});
  if (weights.empty() || mode_of(node) == kTf) return std::vector<double>(count, 1.0);
  if (weights.size() != count)
    node.fail_attribute("weights",
                        str("expected ", count, " of them, as n-grams, got ", weights.size(), "."));
  return weights;
}

/// Those of the lengths that are asked for.
std::vector<Grams> read_grams(NodeContext& node) {
  const std::vector<int64_t> pool = node.get_ints("pool_int64s", std::vector<int64_t>{});
  const std::vector<int64_t> starts = node.get_ints("ngram_counts");
  const std::vector<int64_t> outputs = node.get_ints("ngram_indexes");
  const std::vector<double> weights = read_weights(node, outputs.size());
  const int64_t least = node.get_int("min_gram_length"), most = node.get_int("max_gram_length");
  const auto size = static_cast<int64_t>(pool.size());
  std::vector<Grams> all;
  size_t number = 0;
  for (size_t i = 0; i < starts.size(); ++i) {
    Grams grams;
    grams.length = static_cast<int64_t>(i) + 1;
    const int64_t begin = starts[i], end = i + 1 < starts.size() ? starts[i + 1] : size;
    if (begin < 0 || begin > end || end > size || (end - begin) % grams.length != 0)
      node.fail_attribute("ngram_counts", str("expected ascending starts in a pool of ", size,
                                              " numbers with whole n-grams between them, got [",
                                              core::join(starts), "]."));
    for (int64_t at = begin; at < end; at += grams.length, ++number) {
      if (number >= outputs.size() || outputs[number] < 0 || outputs[number] > kMostOutputs)
        node.fail_attribute("ngram_indexes",
                            str("expected an index from 0 to ", kMostOutputs,
                                " for each n-gram, got [", core::join(outputs), "]."));
      grams.outputs.push_back(outputs[number]);
      grams.weights.push_back(weights[number]);
    }
    grams.elements.assign(pool.begin() + begin, pool.begin() + end);
    if (grams.length >= least && grams.length <= most && grams.count() > 0) all.push_back(grams);
  }
  return all;
}

/// How often each n-gram stands in x [..., length] with elements `distance` apart; none where
/// windows are longer than x.
ValueId count_grams(NodeContext& node, ValueId x, const Grams& grams, int64_t distance) {
  const int last = node.rank(x) - 1;
  const int64_t windows = node.dims(x)[last] - (grams.length - 1) * distance;
  if (windows < 1) return {};
  node.spend_work(windows * grams.count() / 1024);
  std::vector<double> positions;
  for (int64_t window = 0; window < windows; ++window)
    for (int64_t i = 0; i < grams.length; ++i)
      positions.push_back(static_cast<double>(window + i * distance));
  const ValueId at = node.add_constant(DataType::Int64, {windows, grams.length}, positions);
  const ValueId parts = node.add("Gather", {x, at}, {{"axis", int64_t{last}}}, "windows");
  const ValueId pool =
      reshape_constant(node, node.add_constant_ints(grams.elements), {grams.count(), grams.length});
  const ValueId same = elementwise(node, Op::Equal, unsqueeze(node, parts, {last + 1}), pool);
  const ValueId whole = reduce(node, enum_number(ReduceOperation::Prod),
                               cast(node, same, DataType::Float), {last + 2}, false, "whole");
  return reduce(node, enum_number(ReduceOperation::Sum), whole, {last}, false, "count");
}

/// The counts of one length, weighed and summed into the outputs that they belong to.
ValueId count_into_outputs(NodeContext& node, ValueId x, const Grams& grams, int64_t size) {
  const int64_t distances = grams.length == 1 ? 1 : node.get_int("max_skip_count") + 1;
  ValueId counts;
  for (int64_t distance = 1; distance <= distances; ++distance) {
    const ValueId more = count_grams(node, x, grams, distance);
    if (!more) break;
    counts = counts ? elementwise(node, Op::Sum, counts, more, "skips") : more;
  }
  if (!counts) return {};
  if (mode_of(node) == kIdf) counts = elementwise(node, Op::Min, counts, 1.0, "once");
  node.spend_work(grams.count() * size / 256);
  std::vector<double> places(static_cast<size_t>(grams.count() * size), 0.0);
  for (int64_t i = 0; i < grams.count(); ++i)
    places[static_cast<size_t>(i * size + grams.outputs[static_cast<size_t>(i)])] =
        grams.weights[static_cast<size_t>(i)];
  return matrix_product(node, counts,
                        node.add_constant(DataType::Float, {grams.count(), size}, places));
}

Outputs import_tf_idf(NodeContext& node) {
  if (node.has_attribute("pool_strings"))
    node.fail_attribute("pool_strings", "expected numbers, pool_int64s, got text.");
  const ValueId x = cast(node, node.input(0), DataType::Int64);
  const int rank = node.rank(x);
  if (rank < 1 || rank > 2 || !core::is_known(node.dims(x)[rank - 1]))
    node.fail_input(Code::UnsupportedNodeDynamic, 0,
                    str("expected one or two axes, the last of known extent, got shape ",
                        node.dims(x).to_string(), "."));
  int64_t size = 0;
  for (const int64_t index : node.get_ints("ngram_indexes")) size = std::max(size, index + 1);
  ValueId sums;
  for (const Grams& grams : read_grams(node)) {
    const ValueId more = count_into_outputs(node, x, grams, size);
    if (more) sums = sums ? elementwise(node, Op::Sum, sums, more, "lengths") : more;
  }
  if (sums) return {sums};
  Extents extents = extents_of(node, x);
  extents.back() = size;
  return {expand_to(node, node.add_constant(DataType::Float, {}, {0.0}), extents, "none")};
}

constexpr Importer kImporters[] = {{"TfIdfVectorizer", import_tf_idf}};

}  // namespace

std::span<const Importer> tf_idf_vectorizer_importers() { return kImporters; }

}  // namespace trtlike::onnx
