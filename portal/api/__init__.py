"""The HTTP interface under `/api/v1`: the contract for services without a Temporal client."""

from portal.api.application import mount_api

__all__ = ["mount_api"]
