"""English: its words, its ways to name a time, and the exceptions to them."""

from domain.promise_guard.english import lexicon
from domain.promise_guard.english.allowlist import ALLOWLIST
from domain.promise_guard.english.excuses import ANNOUNCEMENTS, EXCUSES
from domain.promise_guard.english.fragments import FRAGMENTS
from domain.promise_guard.english.lengths import LENGTH_TIMES
from domain.promise_guard.english.spelling import SPELLING
from domain.promise_guard.english.times import LEAD_INS, TIMES
from domain.promise_guard.english.vague_times import VAGUE_TIMES
from domain.promise_guard.language import Language
from domain.promise_guard.match import Tables

TABLES = Tables(
    FRAGMENTS,
    (*TIMES, *LENGTH_TIMES, *VAGUE_TIMES),
    LEAD_INS,
    ALLOWLIST.values(),
    EXCUSES,
    ANNOUNCEMENTS,
)
ENGLISH = Language(lexicon, TABLES, SPELLING)
