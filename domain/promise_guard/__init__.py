"""Decides whether text bound for a client promises a time (clause D7).

Clients are never given an estimated time of resolution, so public summaries, progress texts,
workarounds, messages and answers are searched for statements about *when* something will be done:
"by Friday", "within 3 days", "next week", dates, "ETA". Only English is understood.

How a text is read:

1. `plain.py` makes it plain: one case, one kind of blank, dash and quote, nothing invisible, no
   emphasis.
2. `times.py` lists every way to name a time. **Add a phrase there.**
3. `innocents.py` lists what looks like one and is none ("24 hours a day").
   **Add an exception there.**
4. What remains is judged by its surroundings (`reading.py`, by the words in `words.py`). The
   nearest word of its clause that tells the tense says whether the time is promised ("will"), over
   ("failed", "since"), or only described, as data or a control on the screen are ("set the filter
   to next week"). The rule of its row in `times.py` says which of these excuse it (`rules.py`).

`patterns.py` says how the patterns of both tables are written, `finding.py` finds in a text what
they list, `dates.py` compares dates with today, and `judging.py` puts it all together. Modules
import only those that come before them in: patterns, words, plain, reading, rules, times,
innocents, finding, dates, judging.

Readings of D7 that the rows and the tests hold to:

* In doubt the text is refused: an agent can say it in other words, a promise cannot be unsaid.
* It does not matter what is promised. A call on Tuesday or an answer by noon is refused as well.
* "Soon" and "shortly" are estimates ("a fix will come soon"), unless the sentence only says that
  somebody will be in touch. "As soon as possible" and "as soon as it is fixed" name no time.
* A release may be named ("scheduled for release 2026.4"). "In the next release" is refused: it
  says when. "In a future release" does not.
* Saying that there is no ETA is no ETA.
* Daily updates and other habits promise no resolution. Nor does a deadline for the client
  ("please reply within 5 days").
* A date before `today` promises nothing; one after it is refused unless it clearly names data.
  Without `today` a date is judged by its surroundings alone.

Nothing here reads a clock. The work grows in step with the length of the text: no pattern repeats
anything without a bound, and no judgement looks further than `_REACH` words (`reading.py`).
"""

from datetime import date

from domain.promise_guard.classify import Promise, promises_in

__all__ = ["Promise", "find_promise", "promises"]


def find_promise(text: str, today: date | None = None) -> Promise | None:
    """Return the first promise of time in `text`, or None where it makes none (D7).

    `today` is the local date on which the text is written; see `promises`.
    """
    return next(promises_in(text, today), None)


def promises(text: str, today: date | None = None) -> list[Promise]:
    """Return every promise of time in `text`, in the order written (D7).

    `today` is the local date on which the text is written. With it, dates that are over pass and
    dates to come are refused; without it, only their surroundings tell.
    """
    return list(promises_in(text, today))
