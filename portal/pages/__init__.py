"""Web pages: the client portal, the public status page, and the page for staff.

They call the contract, read the database and decide nothing. What a template of clients or of the
public gets to see is built in `client_views.py`, field by field, so that nothing internal can slip
in with a snapshot (D8).
"""
