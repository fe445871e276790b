"""A release: the truth about its date, for every defect in it."""
