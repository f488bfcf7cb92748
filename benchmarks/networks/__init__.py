"""Well-known topologies with random weights, as torch modules."""
