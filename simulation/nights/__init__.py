"""Nights on which everything breaks: a simulated outside, drawn from a seed, and its judge."""
