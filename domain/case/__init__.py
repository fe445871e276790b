"""A case: one contact, from its receipt to its end."""
