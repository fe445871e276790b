"""The compliance report of a simulation."""
