"""Models with QuantizeLinear and DequantizeLinear, and what engines make of them."""
