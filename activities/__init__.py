"""Acting: one file per outside effect, over the ports in `ports.py`."""
