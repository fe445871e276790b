"""German: its words, its ways to name a time, and the exceptions to them.

All of it is written as a text is once it is normalized: "ä" as "a", "ß" as "ss".
"""

from domain.promise_guard.german import lexicon
from domain.promise_guard.german.allowlist import ALLOWLIST
from domain.promise_guard.german.excuses import ANNOUNCEMENTS, EXCUSES
from domain.promise_guard.german.fragments import FRAGMENTS
from domain.promise_guard.german.spelling import SPELLING
from domain.promise_guard.german.times import LEAD_INS, TIMES
from domain.promise_guard.language import Language
from domain.promise_guard.match import Tables

TABLES = Tables(FRAGMENTS, TIMES, LEAD_INS, ALLOWLIST.values(), EXCUSES, ANNOUNCEMENTS)
GERMAN = Language(lexicon, TABLES, SPELLING)
