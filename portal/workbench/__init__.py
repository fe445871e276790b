"""Pages on which staff work: the queue, cases, defects, releases, and what an action will do."""
