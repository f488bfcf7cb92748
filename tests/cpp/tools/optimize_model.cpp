// Imports an ONNX model, optimizes it, prints the graph and how often each rule fired. With
// --check, runs both graphs with the references on random inputs and compares the outputs; unknown
// extents are the number that follows --check. Usage: optimize_model MODEL.onnx [--quiet]
// [--verbose] [--check EXTENT]
#include <cstring>
#include <iostream>

#include "ir/network_state.h"
#include "optimizer/optimizer.h"
#include "support/run_graph.h"
#include "trtlike/onnx_parser.h"

using namespace trtlike;

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  Network network;
  OnnxParser parser(network, nullptr);
  if (argc < 2 || !parser.parse_from_file(argv[1])) {
    std::cerr << (argc < 2 ? "expected a model" : parser.error(0).to_string()) << "\n";
    return 1;
  }
  bool quiet = false;
  int64_t check = 0;
  optimizer::Options options;
  std::shared_ptr<Logger> logger;
  for (int i = 2; i < argc; ++i) {
    quiet |= std::strcmp(argv[i], "--quiet") == 0;
    if (std::strcmp(argv[i], "--verbose") == 0) logger = make_console_logger(Severity::Verbose);
    if (std::strcmp(argv[i], "--check") == 0 && i + 1 < argc) check = std::atoll(argv[++i]);
  }
  options.logger = logger.get();
  ir::Graph& graph = NetworkAccess::state(network)->graph;
  const ir::Graph before = graph.clone();
  try {
    const auto counts = optimizer::optimize(graph, options);
    if (!quiet) std::cout << graph.to_string();
    for (const auto& [name, count] : counts)
      if (count > 0) std::cout << name << ": " << count << "\n";
    std::cout << argv[1] << ": " << before.nodes().size() << " layers -> " << graph.nodes().size()
              << "\n";
    if (check > 0) test::expect_same_outputs(before, graph, 1e-4, check);
  } catch (const std::exception& failure) {
    std::cout << "FAILED " << argv[1] << ": " << failure.what() << "\n";
    return 1;
  }
  return ::testing::Test::HasFailure() ? 1 : 0;
}
