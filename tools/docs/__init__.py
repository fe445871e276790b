"""The documentation site: reference pages written from code, and the hook that adds them."""
