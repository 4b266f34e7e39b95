"""Benchmarks of quality, speed and scale. Not installed; run from a checkout."""
