"""What each role may do: the one table that names its scopes.

A role is given to a person by the groups of their identity provider, or to a token when it is made.
"""

from collections.abc import Collection, Mapping

from portal.api.security import Scope
from runtime.oidc import StaffRole

_SEES = frozenset({Scope.STAFF_READ, Scope.CASES_READ, Scope.DEFECTS_READ, Scope.RELEASES_READ})
_SERVES = _SEES | {Scope.CASES_WRITE, Scope.DEFECTS_WRITE}
SCOPES: Mapping[StaffRole, frozenset[Scope]] = {
    StaffRole.VIEWER: _SEES,
    StaffRole.SPECIALIST: _SERVES | {Scope.DEFECTS_ASSESS},
    StaffRole.CLIENT_SUCCESS: _SERVES | {Scope.DEFECTS_DECIDE},
    StaffRole.RELEASE_MANAGER: _SEES | {Scope.RELEASES_WRITE},
}
"""Both serve the same cases and defects. A specialist says what is critical and what is a defect,
and how severe (C7, C9, D1); client success decides where a client disagrees (D4).

No role acts for others, brings in a past, hands over mail or has payloads decrypted: such a scope
is given to a token, by itself.
"""


def scopes_of(roles: Collection[str]) -> frozenset[str]:
    """What somebody with these roles may do, which is all that any of them may; an unknown role
    may do nothing."""
    return frozenset(scope for role, may in SCOPES.items() if role in roles for scope in may)
