"""The ports: what the behaviour in `service/` needs from outside, with the guarantees it counts on.

An adapter that passes the contract suite of its port may replace any other. The guarantees stand here
and not on an adapter, because they are what callers may rely upon.
"""

from .analyses import Analyses, Run
from .announcements import Announcements
from .credentials import MAX_TOKENS_PER_OWNER, Credentials, TokenRecord, TokenSigner
from .deliveries import (
    Carrier,
    Deliveries,
    DeliveryRecord,
    Mailboxes,
    Mailer,
    Outcome,
    Parcel,
    Refused,
    Revision,
    Undelivered,
    Waiting,
)
from .directory import Directory, Known, Sighting
from .engine import AnalysisEngine, RunReporter
from .inbox import (
    Change,
    Delivery,
    Inbox,
    InboxPage,
    Posted,
    Posting,
    Search,
    Wanted,
)
from .kernels import Kernels
from .log import Log
from .looks import Look, Looks
from .members import Members
from .people import ErasedStep, People, PersonalPage, Place
from .preferences import PreferenceStore
from .projects import Document, Move, Project, Projects
from .push import Browser, Browsers, Gone, Push, Pusher
from .store import Store
from .threads import (
    Anchored,
    Audience,
    Text,
    Threads,
    ThreadSearch,
    ThreadSubject,
    WrittenComment,
)
from .triage import Triage
from .usage import Usage
from .visits import Visit, Visits

__all__ = [
    "MAX_TOKENS_PER_OWNER",
    "Analyses",
    "AnalysisEngine",
    "Anchored",
    "Announcements",
    "Audience",
    "Browser",
    "Browsers",
    "Carrier",
    "Change",
    "Credentials",
    "Deliveries",
    "Delivery",
    "DeliveryRecord",
    "Directory",
    "Document",
    "ErasedStep",
    "Gone",
    "Inbox",
    "InboxPage",
    "Kernels",
    "Known",
    "Log",
    "Look",
    "Looks",
    "Mailboxes",
    "Mailer",
    "Members",
    "Move",
    "Outcome",
    "Parcel",
    "People",
    "PersonalPage",
    "Place",
    "Posted",
    "Posting",
    "PreferenceStore",
    "Project",
    "Projects",
    "Push",
    "Pusher",
    "Refused",
    "Revision",
    "Run",
    "RunReporter",
    "Search",
    "Sighting",
    "Store",
    "Text",
    "ThreadSearch",
    "ThreadSubject",
    "Threads",
    "TokenRecord",
    "TokenSigner",
    "Triage",
    "Undelivered",
    "Usage",
    "Visit",
    "Visits",
    "Waiting",
    "Wanted",
    "WrittenComment",
]
