"""Which facts receivers of webhooks get, and when a receiver is tried."""
