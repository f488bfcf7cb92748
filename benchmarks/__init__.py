"""trtlike beside other engines: models, runs, tables, pictures. See `python -m benchmarks -h`."""
