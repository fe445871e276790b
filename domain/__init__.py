"""Deciding: pure Python and pydantic, no clock, no I/O, no Temporal."""
