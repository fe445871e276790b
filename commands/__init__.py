"""What `starter.py` offers: one file per kind of command."""
