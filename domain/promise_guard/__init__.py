"""Decides whether text bound for a client promises a time (clause D7).

Clients are never given an estimated time of resolution. So public summaries, progress texts,
workarounds, messages and answers are searched for statements about *when* something will be done:
"by Friday", "innerhalb von drei Tagen", "next week", dates, "ETA". English, German and
Spanish are understood, in one text too; `languages.py` lists them.

How a text is judged:

1. `normalize.py` reduces it to one case, one kind of blank, dash, quote and letter, without markup
   or invisible characters; `spelling.py` corrects typing errors in words of time.
2. `match.py` finds every time that `english/times.py`, `english/vague_times.py`, `german/times.py`
   and `spanish/times.py` list (**add a phrase there**).
3. `text.py` splits it into sentences, each in the language that most of its words belong to.
4. `context.py` tells the tense of each time from the words around it, which the language's
   `lexicon.py` lists: the nearest in its clause says whether it is future ("will"), past ("failed",
   "since") or no statement at all, but data or a control on the screen.
5. `classify.py` applies the rule of the time's row to that tense, and `dates.py` compares dates
   with today. What would be refused passes where a phrase of `allowlist.py` covers it ("24 hours a
   day"), where its sentence only tells what is over, or where a sentence of `excuses.py` says so: a
   fault and how long it lasts, a refusal to promise, the client's own deadline, a request (**add
   exceptions there**).
6. A sentence that only says when the next update comes passes within the cadence (`cadence.py`).

Interpretations of D7 that the tables and the tests follow:

* In doubt the text is refused: an agent can say it otherwise, but cannot take a promise back.
* It does not matter what is promised: a call on Tuesday or an answer by noon is refused as well.
* The next update may be announced as far ahead as the policy promises one: daily, where it says
  nothing else. "Next update in three days" is refused, and so is a business day, which may be
  three.
* "Soon" and "shortly" are estimates ("a fix will come soon"), unless the sentence only says that
  somebody will be in touch. So are "we are nearly there" and an event ("before your next audit").
  "As soon as possible", "promptly" and "as soon as it is fixed" name no time.
* A release may be named ("scheduled for release 2026.4"). "In the next release" is refused,
  because it says when; "in a future release" does not. A release may be called after its season.
* To say that there is no ETA is allowed, and so is how long a fault lasts or a delay is.
* Daily updates and other habits promise no resolution, and neither does a deadline for the client
  ("please reply within 5 days") or of the client ("your audit is on Friday").
* A date before `today` is no promise. A date after it is refused, unless it clearly names data.
  Without `today` only the context of a date decides.

Nothing here reads a clock. The work is proportional to the length of the text: no pattern repeats
anything without a bound, and no more than 25 words on either side of a time are looked at.
"""

from datetime import date, timedelta

from domain.promise_guard.classify import Promise, promises_in

__all__ = ["Promise", "find_promise", "promises"]


DAILY = timedelta(days=1)
"""How far ahead the next update may be announced, where no policy says so: S1 has daily ones."""


def find_promise(
    text: str, today: date | None = None, cadence: timedelta = DAILY
) -> Promise | None:
    """Return the first promise of time in `text`, or None where it makes none (D7).

    `today` is the local date on which the text is written; see `promises`.
    """
    return next(promises_in(text, today, cadence), None)


def promises(text: str, today: date | None = None, cadence: timedelta = DAILY) -> list[Promise]:
    """Return every promise of time in `text`, in the order written (D7).

    `today` is the local date on which the text is written. With it, past dates pass and later ones
    are refused; without it, only their context decides. The next update may be announced as far
    ahead as `cadence`.
    """
    return list(promises_in(text, today, cadence))
