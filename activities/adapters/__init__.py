"""The real outside: SMTP, the Statuspage API, the database."""
