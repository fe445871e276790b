"""What each role may do: the one table that names its scopes.

A role is given to a person by the groups of their identity provider, or to a token when it is made.
"""

from collections.abc import Collection, Mapping

from portal.api.security import Scope
from runtime.oidc import StaffRole

_SEES = frozenset({Scope.STAFF_READ, Scope.CASES_READ, Scope.DEFECTS_READ, Scope.RELEASES_READ})
SCOPES: Mapping[StaffRole, frozenset[Scope]] = {
    StaffRole.VIEWER: _SEES,
    StaffRole.SPECIALIST: _SEES | {Scope.CASES_WRITE, Scope.DEFECTS_WRITE},
    StaffRole.CLIENT_SUCCESS: _SEES | {Scope.CASES_WRITE, Scope.DEFECTS_WRITE},
    StaffRole.RELEASE_MANAGER: _SEES | {Scope.RELEASES_WRITE},
}
"""Specialists and client success do different things to the same cases and defects: who decides on
a reclassification (D4) is agreed between people, and on record.

No role acts for others, brings in a past, hands over mail or has payloads decrypted: such a scope
is given to a token, by itself.
"""


def scopes_of(roles: Collection[str]) -> frozenset[str]:
    """What somebody with these roles may do, which is all that any of them may; an unknown role
    may do nothing."""
    return frozenset(scope for role, may in SCOPES.items() if role in roles for scope in may)
