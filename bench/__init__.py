"""Measuring: what the product costs, beside the least the same messages could cost."""
