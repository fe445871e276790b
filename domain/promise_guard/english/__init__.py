"""English: its words, its ways to name a time, and the exceptions to them."""
