// What the operators of ai.onnx.ml refuse, and the ops that they are made of.
#include "errors/model_case.h"

namespace trtlike::test {
namespace {

using L = std::vector<int64_t>;
using F = std::vector<float>;
using S = std::vector<std::string>;

ModelCase ml(const char* name, const char* op, const NodeAttributes& attributes,
             const std::string& sentence, int outputs = 1) {
  return in_domain("ai.onnx.ml",
                   one_node(name, op, {input({3, 2})}, attributes, sentence, 18, outputs));
}

/// `given` with one attribute set or replaced.
NodeAttributes with(NodeAttributes given, const char* name, const NodeAttribute& value) {
  for (auto& [key, old] : given)
    if (std::string(key) == name) {
      old = value;
      return given;
    }
  given.emplace_back(name, value);
  return given;
}

const NodeAttributes kLinear{
    {"coefficients", F{1, 2, 3, 4}}, {"intercepts", F{0, 1}}, {"classlabels_ints", L{0, 1}}};

const ModelCase kFeatures[] = {
    ml("columns", "Scaler", {{"scale", F{1, 2, 3}}},
       ": expected one number or 2 for rows of shape [3, 2], got 3."),
    ml("norm", "Normalizer", {{"norm", "L3"}},
       ", attribute 'norm': expected MAX, L1 or L2, got "
       "'L3'."),
    ml("imputer", "Imputer", {},
       ": expected imputed_value_floats or imputed_value_int64s, got neither."),
    ml("categories", "OneHotEncoder", {{"cats_strings", S{"a"}}},
       ", attribute 'cats_int64s': expected categories that are integers, got none."),
    ml("keys", "LabelEncoder", {{"keys_strings", S{"a"}}, {"values_int64s", L{1}}},
       ": expected keys that are numbers, got none or strings."),
};
INSTANTIATE_TEST_SUITE_P(MlFeatures, ModelRefusals, testing::ValuesIn(kFeatures),
                         case_name<ModelCase>);

const ModelCase kLinears[] = {
    ml("coefficients", "LinearRegressor", {{"coefficients", F{1, 2, 3}}, {"targets", 2}},
       ", attribute 'coefficients': expected as many for each of 2 targets, got 3."),
    ml("lengths", "LinearRegressor", {{"coefficients", F{1, 2}}, {"intercepts", F{1, 2}}},
       ": expected lists of lengths that agree, got 2 numbers for shape [1, 1]."),
    ml("transform", "LinearClassifier", with(kLinear, "post_transform", "TANH"),
       ", attribute 'post_transform': expected NONE, LOGISTIC, SOFTMAX, SOFTMAX_ZERO or PROBIT, "
       "got 'TANH'.",
       2),
    ml("labels", "LinearClassifier", with(kLinear, "classlabels_ints", L{1, 2, 3}),
       ": expected a label for each of two classes or more, got 3 labels for 2 intercepts.", 2),
    ml("strings", "LinearClassifier",
       {{"coefficients", F{1, 2, 3, 4}},
        {"intercepts", F{0, 1}},
        {"classlabels_strings", S{"a", "b"}}},
       ", attribute 'classlabels_strings': expected labels that are integers where they are read, "
       "got strings.",
       2),
    ml("probit", "LinearClassifier",
       {{"coefficients", F{1, 2}},
        {"intercepts", F{0}},
        {"classlabels_ints", L{0, 1}},
        {"post_transform", "PROBIT"}},
       ", attribute 'post_transform': expected NONE, LOGISTIC or SOFTMAX for one score of two "
       "classes, got PROBIT.",
       2),
    ml("support_vectors", "SVMRegressor",
       {{"n_supports", 2}, {"support_vectors", F{1, 2, 3}}, {"coefficients", F{1, 2}}},
       ", attribute 'support_vectors': expected as many for each of 2 vectors, got 3."),
    ml("kernel", "SVMRegressor",
       {{"n_supports", 1},
        {"support_vectors", F{1, 2}},
        {"coefficients", F{1}},
        {"kernel_type", "COSINE"}},
       ", attribute 'kernel_type': expected LINEAR, POLY, RBF or SIGMOID, got 'COSINE'."),
    ml("pairs", "SVMClassifier",
       {{"coefficients", F{1, 2, 3}},
        {"vectors_per_class", L{1, 1}},
        {"classlabels_ints", L{0, 1}}},
       ", attribute 'vectors_per_class': expected vectors for each of two classes or more, and a "
       "coefficient of each against each other class, got 2 classes, 2 labels, 2 vectors and 3 "
       "coefficients.",
       2),
};
INSTANTIATE_TEST_SUITE_P(MlLinear, ModelRefusals, testing::ValuesIn(kLinears),
                         case_name<ModelCase>);

/// One tree of a node and two leaves.
const NodeAttributes kNodes{
    {"nodes_treeids", L{0, 0, 0}},     {"nodes_nodeids", L{0, 1, 2}},
    {"nodes_featureids", L{0, 0, 0}},  {"nodes_modes", S{"BRANCH_LEQ", "LEAF", "LEAF"}},
    {"nodes_values", F{0.5f, 0, 0}},   {"nodes_truenodeids", L{1, 0, 0}},
    {"nodes_falsenodeids", L{2, 0, 0}}};

NodeAttributes joined(NodeAttributes a, const NodeAttributes& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

const NodeAttributes kRegressor = joined(kNodes, {{"target_treeids", L{0, 0}},
                                                  {"target_nodeids", L{1, 2}},
                                                  {"target_ids", L{0, 0}},
                                                  {"target_weights", F{1, 2}}});
const NodeAttributes kClassifier = joined(kNodes, {{"class_treeids", L{0, 0}},
                                                   {"class_nodeids", L{1, 2}},
                                                   {"class_ids", L{0, 0}},
                                                   {"class_weights", F{1, 2}},
                                                   {"classlabels_int64s", L{0, 1}}});
const NodeAttributes kPositioned{{"nodes_splits", float_tensor("", {1}, {0.5f})},
                                 {"nodes_modes", float_tensor("", {1}, {0})},
                                 {"nodes_featureids", L{0}},
                                 {"nodes_truenodeids", L{0}},
                                 {"nodes_falsenodeids", L{1}},
                                 {"nodes_trueleafs", L{1}},
                                 {"nodes_falseleafs", L{1}},
                                 {"leaf_targetids", L{0, 0}},
                                 {"leaf_weights", float_tensor("", {2}, {1, 2})},
                                 {"tree_roots", L{0}},
                                 {"n_targets", 1}};

const ModelCase kTrees[] = {
    ml("lengths", "TreeEnsembleRegressor", with(kRegressor, "nodes_values", F{1, 2}),
       ", attribute 'nodes_values': expected 3 elements, got 2."),
    ml("modes", "TreeEnsembleRegressor",
       with(kRegressor, "nodes_modes", S{"BRANCH_IN", "LEAF", "LEAF"}),
       ", attribute 'nodes_modes': expected BRANCH_LEQ, _LT, _GTE, _GT, _EQ, _NEQ or LEAF, got "
       "'BRANCH_IN'."),
    ml("children", "TreeEnsembleRegressor", with(kRegressor, "nodes_truenodeids", L{7, 0, 0}),
       ": expected children that are nodes of their tree, got 7 in tree 0."),
    ml("aggregate", "TreeEnsembleRegressor", with(kRegressor, "aggregate_function", "PROD"),
       ", attribute 'aggregate_function': expected AVERAGE, SUM, MIN or MAX, got 'PROD'."),
    ml("classes", "TreeEnsembleClassifier", with(kClassifier, "class_ids", L{0, 2}),
       ", attribute 'class_ids': expected classes below the number of labels, which is 2 or more, "
       "got 2 labels.",
       2),
    ml("probit", "TreeEnsembleClassifier", with(kClassifier, "post_transform", "PROBIT"),
       ", attribute 'post_transform': expected NONE, LOGISTIC or SOFTMAX for trees of one class, "
       "got PROBIT.",
       2),
    ml("positioned_modes", "TreeEnsemble",
       with(kPositioned, "nodes_modes", float_tensor("", {1}, {7})),
       ", attribute 'nodes_modes': expected 0 to 6, got 7."),
    ml("members", "TreeEnsemble", with(kPositioned, "nodes_modes", float_tensor("", {1}, {6})),
       ", attribute 'membership_values': expected a member or more for each node of a set, got "
       "none."),
    ml("positions", "TreeEnsemble", with(kPositioned, "nodes_falsenodeids", L{2}),
       ": expected children below 2, got 2."),
    ml("positioned_transform", "TreeEnsemble", with(kPositioned, "post_transform", 5),
       ", attribute 'post_transform': expected 0 to 4, got 5."),
};
INSTANTIATE_TEST_SUITE_P(MlTrees, ModelRefusals, testing::ValuesIn(kTrees), case_name<ModelCase>);

const Operand kRows = floats({3, 2}), kList = ints({1}), kSplits = floats({1});

LayerCase trees(const char* name, const Operand& x, const Operand& children, int64_t targets,
                int64_t aggregate, const char* sentence) {
  return {name,
          "TreeEnsemble",
          {x, kList, kList, kSplits, children, kList, kList, kList, kSplits},
          {{"num_targets", targets}, {"aggregate", aggregate}},
          sentence};
}

const LayerCase kLayers[] = {
    {"keys",
     "LabelEncoder",
     {floats({3}), ints({2}), ints({2}), ints({1})},
     {},
     "[ops] input 1 'keys': expected numbers of the kind of input 0, FLOAT, got INT64."},
    {"values",
     "LabelEncoder",
     {ints({3}), ints({2}), ints({3}), ints({1})},
     {},
     "[ops] input 2 'values': expected a value for each key of [2], got [3]."},
    {"default",
     "LabelEncoder",
     {ints({3}), ints({2}), ints({2}), floats({1})},
     {},
     "[ops] input 3 'default': expected one element of INT64, got FLOAT with shape [1]."},
    {"pairs",
     "PairwiseCoupling",
     {floats({3, 2})},
     {},
     "[ops] input 0 'pairs': expected rows of a number for each pair of classes, got [3, 2]."},
    trees("rows", floats({3}), ints({1, 2}), 1, 1,
          "[ops] input 0 'input': expected rows of numbers, got FLOAT with shape [3]."),
    trees("children", kRows, ints({2, 2}), 1, 1,
          "[ops] inputs: expected lists of one length, got nodes [1], [1], [1] and [2, 2], entries "
          "[1] and [1]."),
    trees("aggregate", kRows, ints({1, 2}), 1, 4,
          "[ops] attribute 'aggregate': expected AVERAGE (0), SUM (1), MIN (2) or MAX (3), got 4."),
    trees("targets", kRows, ints({1, 2}), 0, 1,
          "[ops] attribute 'num_targets': expected 1 or more, got 0."),
    trees("integers", kRows, floats({1, 2}), 1, 1, "[ops] input 4: expected integers, got FLOAT."),
};
INSTANTIATE_TEST_SUITE_P(Ml, LayerRefusals, testing::ValuesIn(kLayers), case_name<LayerCase>);

/// Numbers 1, 2 and the pairs 1 2, 2 1 with a change.
ModelCase tf_idf(const char* name, const NodeAttributes::value_type& change,
                 const std::string& sentence, const std::vector<int64_t>& dims = {5}) {
  NodeAttributes attributes{{"mode", "TFIDF"},         {"pool_int64s", L{1, 2, 1, 2, 2, 1}},
                            {"ngram_counts", L{0, 2}}, {"ngram_indexes", L{0, 1, 2, 3}},
                            {"min_gram_length", 1},    {"max_gram_length", 2},
                            {"max_skip_count", 0}};
  std::erase_if(attributes, [&](const auto& attribute) {
    return std::string_view(attribute.first) == change.first;
  });
  attributes.push_back(change);
  return one_node(name, "TfIdfVectorizer", {ints_input(dims)}, attributes, sentence);
}

const ModelCase kTfIdf[] = {
    tf_idf(
        "ngram_counts", {"ngram_counts", L{0, 3}},
        ", attribute 'ngram_counts': expected ascending starts in a pool of 6 numbers with whole "
        "n-grams between them, got [0, 3]."),
    tf_idf("ngram_indexes", {"ngram_indexes", L{0, 1}},
           ", attribute 'ngram_indexes': expected an index from 0 to 16777216 for each n-gram, got "
           "[0, 1]."),
    tf_idf("weights", {"weights", F{1}},
           ", attribute 'weights': expected 4 of them, as n-grams, got 1."),
    tf_idf("pool_strings", {"pool_strings", S{"a"}},
           ", attribute 'pool_strings': expected numbers, pool_int64s, got text."),
    tf_idf("length", {"max_skip_count", 0},
           ", input 0 'x0': expected one or two axes, the last of known extent, got shape [-1].",
           {-1}),
};
INSTANTIATE_TEST_SUITE_P(TfIdf, ModelRefusals, testing::ValuesIn(kTfIdf), case_name<ModelCase>);

}  // namespace
}  // namespace trtlike::test
