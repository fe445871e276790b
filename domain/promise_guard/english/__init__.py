"""English: its words, its ways to name a time, and the exceptions to them."""

from domain.promise_guard.english.allowlist import ALLOWLIST
from domain.promise_guard.english.lexicon import FRAGMENTS
from domain.promise_guard.english.times import LEAD_INS, TIMES
from domain.promise_guard.match import Tables

TABLES = Tables(FRAGMENTS, TIMES, LEAD_INS, ALLOWLIST.values())
