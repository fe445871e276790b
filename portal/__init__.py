"""Web pages and the HTTP interface: an edge that calls the contract and reads the database."""
