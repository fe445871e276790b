"""Spanish: its words, its ways to name a time, and the exceptions to them.

All of it is written as a text is once it is normalized: without accents, so that "mañana" and
"manana" are one; but "falló", a verb of the past, is "falloe", and the noun "fallo" is not.
"""

from domain.promise_guard.language import Language
from domain.promise_guard.match import Tables
from domain.promise_guard.spanish import lexicon
from domain.promise_guard.spanish.allowlist import ALLOWLIST
from domain.promise_guard.spanish.excuses import ANNOUNCEMENTS, EXCUSES
from domain.promise_guard.spanish.fragments import FRAGMENTS
from domain.promise_guard.spanish.spelling import SPELLING
from domain.promise_guard.spanish.times import LEAD_INS, TIMES

TABLES = Tables(FRAGMENTS, TIMES, LEAD_INS, ALLOWLIST.values(), EXCUSES, ANNOUNCEMENTS)
SPANISH = Language(lexicon, TABLES, SPELLING)
