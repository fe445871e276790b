"""Waiting: one file per workflow over the one entity loop."""
