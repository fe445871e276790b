"""Judges the product and is never imported by it: real histories, an oracle, a report, a demo."""
