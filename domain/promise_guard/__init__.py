"""Decides whether text bound for a client promises a time (clause D7).

Clients are never given an estimated time of resolution. So public summaries, progress texts,
workarounds, messages and answers are searched for statements about *when* something will be done:
"by Friday", "within 3 days", "next week", dates, "ETA". Only English is understood.

How a text is judged:

1. `normalize.py` reduces it to one case, one kind of blank, dash and quote, without emphasis or
   invisible characters, and splits it into words.
2. `match.py` finds every time that `english/times.py` lists (**add a phrase there**) and every
   phrase of `english/allowlist.py`, which looks like a promise and is none, such as "24 hours a
   day" (**add an exception there**).
3. `context.py` tells the tense of each time from the words around it, which `english/lexicon.py`
   lists: the nearest in its clause says whether it is future ("will"), past ("failed", "since") or
   no statement at all, but data or a control on the screen ("set the filter to next week").
4. `classify.py` applies the rule of the time's row to that tense, and `dates.py` compares dates
   with today.

Interpretations of D7 that the tables and the tests follow:

* In doubt the text is refused: an agent can say it otherwise, but cannot take a promise back.
* It does not matter what is promised: a call on Tuesday or an answer by noon is refused as well.
* "Soon" and "shortly" are estimates ("a fix will come soon"), unless the sentence only says that
  somebody will be in touch. "As soon as possible" and "as soon as it is fixed" name no time.
* A release may be named ("scheduled for release 2026.4"). "In the next release" is refused,
  because it says when; "in a future release" does not.
* To say that there is no ETA is allowed.
* Daily updates and other habits promise no resolution, and neither does a deadline for the client
  ("please reply within 5 days").
* A date before `today` is no promise. A date after it is refused, unless it clearly names data.
  Without `today` only the context of a date decides.

Nothing here reads a clock. The work is proportional to the length of the text: no pattern repeats
anything without a bound, and no more than 25 words on either side of a time are looked at.
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

    `today` is the local date on which the text is written. With it, past dates pass and later ones
    are refused; without it, only their context decides.
    """
    return list(promises_in(text, today))
