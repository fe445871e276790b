"""Chaos on real parts: processes are killed and outages come and go; then the oracle judges."""
