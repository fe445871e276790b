"""A confirmed defect: its state in small parts, and functions on it."""
