"""What every CUDA interface stands on: memory, streams and events, the device, refusals."""
