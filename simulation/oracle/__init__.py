"""What ought to have happened, worked out from the log alone."""
