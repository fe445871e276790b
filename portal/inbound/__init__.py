"""Mails from clients: read with bounded work, judged, and made a case or a note on one."""
