"""What outlives Temporal's retention, kept in SQLite or PostgreSQL: who and what was."""

from activities.adapters.database.attempts import DatabaseAttempts, DatabaseKnownBrowsers
from activities.adapters.database.audience import DatabaseAudience
from activities.adapters.database.begun_sign_ins import DatabaseBegunSignIns
from activities.adapters.database.consultation import DatabaseConsultation
from activities.adapters.database.contacts import DatabaseContacts
from activities.adapters.database.engine import NoDatabase, make_engine
from activities.adapters.database.impact import DatabaseImpact
from activities.adapters.database.incident_refs import IncidentRefs
from activities.adapters.database.joint_messages import DatabaseJointMessages
from activities.adapters.database.ledger import DatabaseLedger
from activities.adapters.database.mail_archive import MailArchive
from activities.adapters.database.members import DatabaseMembers
from activities.adapters.database.numbers import DatabaseNumbers
from activities.adapters.database.preferences import DatabasePreferences
from activities.adapters.database.read_model import DatabaseReadModel
from activities.adapters.database.records import DatabaseRecords
from activities.adapters.database.schema import migrate
from activities.adapters.database.sessions import DatabaseSessions, DatabaseSignInLinks
from activities.adapters.database.set_aside import DatabaseSetAside
from activities.adapters.database.staff_people import DatabaseStaffPeople
from activities.adapters.database.status_page import DatabaseStatusPage, Incident, IncidentUpdate
from activities.adapters.database.track_record import DatabaseTrackRecord

__all__ = [
    "DatabaseAttempts",
    "DatabaseAudience",
    "DatabaseBegunSignIns",
    "DatabaseConsultation",
    "DatabaseContacts",
    "DatabaseImpact",
    "DatabaseJointMessages",
    "DatabaseKnownBrowsers",
    "DatabaseLedger",
    "DatabaseMembers",
    "DatabaseNumbers",
    "DatabasePreferences",
    "DatabaseReadModel",
    "DatabaseRecords",
    "DatabaseSessions",
    "DatabaseSetAside",
    "DatabaseSignInLinks",
    "DatabaseStaffPeople",
    "DatabaseStatusPage",
    "DatabaseTrackRecord",
    "Incident",
    "IncidentRefs",
    "IncidentUpdate",
    "MailArchive",
    "NoDatabase",
    "make_engine",
    "migrate",
]
