"""The documentation site: what it is built from, reference pages among it."""
