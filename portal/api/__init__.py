"""The HTTP interface under `/api/v1`: the contract for services without a Temporal client."""
