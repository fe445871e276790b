"""Decides whether text bound for a client promises a time (clause D7).

Clients are never given an estimated time of resolution, so public summaries, progress texts,
workarounds, messages and answers are searched for statements about *when* something will be done:
"by Friday", "within 3 days", "next week", dates, "ETA". Only English is understood.

How a text is read:

1. It is made plain: one case, one kind of blank, dash and quote, nothing invisible, no emphasis.
2. `_TIMES` lists every way to name a time. **Add a phrase there.**
3. `_INNOCENTS` lists what looks like one and is none ("24 hours a day").
   **Add an exception there.**
4. What remains is judged by its surroundings. The nearest word of its clause that tells the tense
   says whether the time is promised ("will"), over ("failed", "since"), or only described, as
   data or a control on the screen are ("set the filter to next week"). The `_Rule` of its row in
   `_TIMES` says which of these excuse it.

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
anything without a bound, and no judgement looks further than `_REACH` words.
"""

import re
import unicodedata
from bisect import bisect_left
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto
from typing import NamedTuple

_REACH = 25
"""Words looked at on either side of a time to learn its tense."""
_LEAD_REACH = 60
"""Characters before a time among which the words that lead to it are looked for."""


@dataclass(frozen=True)
class Promise:
    """A promise of time in a text bound for a client (D7).

    `phrase` is the slice of the text from `start`, exactly as written. `why` continues a sentence
    that begins with the phrase: '"by Friday" names a day'.
    """

    phrase: str
    why: str
    start: int


def find_promise(text: str, today: date | None = None) -> Promise | None:
    """Return the first promise of time in `text`, or None where it makes none (D7).

    `today` is the local date on which the text is written; see `promises`.
    """
    return next(_promises(text, today), None)


def promises(text: str, today: date | None = None) -> list[Promise]:
    """Return every promise of time in `text`, in the order written (D7).

    `today` is the local date on which the text is written. With it, dates that are over pass and
    dates to come are refused; without it, only their surroundings tell.
    """
    return list(_promises(text, today))


# --- The table of times ---------------------------------------------------------------------------
#
# In all patterns a blank stands for any one blank or hyphen, `<name>` for a fragment, and each
# line is an alternative. Repeats must have a bound; a test sees to it.


class _Rule(Enum):
    """Which surroundings make a time named a promise."""

    NEVER = auto()
    IF_FUTURE = auto()
    """The clause says that something will be."""
    IF_PROMISED = auto()
    """As above, or it speaks of us, a fix or a release, or nothing else is said at all."""
    IF_RESOLUTION = auto()
    """The sentence is about something fixed, released, available or done, and not over."""
    UNLESS_PAST = auto()
    """The clause does not say that it is over or happens regularly."""
    UNLESS_CLEARLY_PAST = auto()
    """The clause does not say that it is over; a participle ("fixed in 3 days") does not."""
    UNLESS_MET = auto()
    """As above, and no mark of punctuation parts the time from the words that say so."""
    UNLESS_CONTACT = auto()
    """The clause does not say that it is over, nor the sentence only that we will be in touch."""
    ALWAYS = auto()


class _Time(NamedTuple):
    """A way to name a time.

    The rule depends on the words that lead to it: `bare` where there are none, `led` after words
    of `_ANCHOR` ("on", "this"), `aimed` after "for". After words of `_DEADLINE` it is ALWAYS
    ("next"), or UNLESS_MET ("by"). Where `led` is None the pattern has leading words of its own.
    """

    kind: str
    why: str
    pattern: str
    bare: _Rule
    led: _Rule | None = None
    aimed: _Rule = _Rule.ALWAYS


_DEADLINE = r"""
    by
    (?:no|not) (?:later|earlier|sooner) than|not before|on or before|as (?:early|late|soon) as
    come(?!<on>)|next|coming|upcoming|effective
    (?:moved|pushed|postponed|rescheduled|delayed|deferred|shifted|bumped)(?: back| out)? to
    (?:moved|pushed|postponed|rescheduled|delayed|deferred|shifted|bumped)(?: back| out)? until
"""
_ANCHOR = r"""
    on|at|in|end|during|over|until|till|'til|before|after|prior to|ahead of|from|starting|beginning
    as of|around|about|towards?|sometime|some time|early|late|later|mid|following|through
    this(?!<on>)|between|within|or|the very|part of|say
    approximately|approx\.?|roughly|circa|ca\.?|~
    hopefully|maybe|probably|perhaps|likely|possibly|tentatively
    (?:the )?(?:first|second|latter) half of
    (?:the )?(?:very )?(?:start|beginning|middle|end|close|course|week|month|day|rest) of
    (?:the )?(?:morning|afternoon|evening|night) of
"""

_FRAGMENTS = {
    # Numbers and lengths of time
    "ones": "one|two|three|four|five|six|seven|eight|nine",
    "teens": "ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen",
    "tens": "(?:twen|thir|for|fif|six|seven|eigh|nine)ty",
    "count": r"""
        (?:\d{1,4}(?:[.,]\d{1,2}|\u2044\d{1,2})?|<tens>(?: <ones>)?|<teens>|<ones>)(?: \(\d{1,4}\))?
        (?:one )?hundred
    """,
    "range": r"<count>\+?(?: ?(?:to|or|and|/| )? ?<count>)?",
    "vague": r"""
        (?:an? |the )?(?:couple|handful|number|matter|few|dozen)(?: of)?
        several|some|many|half an?
    """,
    "rough": r"""
        about|around|approximately|approx\.?|roughly|circa|ca\.?|nearly|almost|well|[~<>\u2248]
        at most|at least|up to|under|over|as little as|max\.?|maximum|an? maximum of|only|just
        (?:no more|not more|more|longer|less|fewer) than|maybe|probably|perhaps|say
        another|a further|an additional|the|next|coming|following
    """,
    "hedged": "(?:<rough> ?){0,3}",
    "more": "(?: or so| more| further| additional| short| full| long| other| extra){0,2}",
    "amount": "<hedged>(?:<range>|<vague>)(?: and a half)?<more>",
    "kind of": "business|working|work|calendar|week|full|man|person|dev|developer|biz|consecutive",
    "day or longer": r"""
        (?:<kind of> )?(?:days?|weeks?|wks?|months?|mths?|quarters?|years?|yrs?)
        workdays?|fortnights?|sprints?|weekends?|nights?|mornings?|iterations?|(?:release )?cycles?
    """,
    "unit": "(?:<kind of> )?(?:minutes?|mins?|hours?|hrs?)|<day or longer>",
    "short unit": "seconds?|secs?|minutes?|mins?|moments?|s|ms",
    "hours": r"<hedged>\d{1,3}(?: ?(?:to| ) ?\d{1,3})? ?(?:h|hrs?)",
    "tail": "(?:'s?)?(?: time)?(?: or (?:two|three|so|less))?(?: <at most>)?",
    "at most": "at (?:the )?(?:most|latest)|max(?:imum)?|tops|more",
    "length": r"""
        (?:<amount> ?<unit>|<hedged>(?:an?|one|half a|a single|a full|a good) <unit>)<tail>
        (?:<hours>|<hedged>\d{1,2} ?[dw])<tail>
    """,
    # Days and dates
    "weekday": "(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    "short weekday": r"(?:mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)\b\.?",
    "any weekday": "<weekday>|<short weekday>",
    "part of day": r"""
        ,? (?:early |late |mid )?(?:morning|afternoon|evening|night)s?
        ,? (?:noon|midday|lunch(?:time)?|eod|eob|cob|week)
    """,
    "holiday": r"""
        (?:christmas|xmas|thanksgiving|easter|new year'?s?)(?: (?:eve|day|break|holidays?|weekend))?
        labor day|memorial day|independence day|halloween|juneteenth|the holiday(?:s| season)?
    """,
    "season": "spring|summer|autumn|fall|winter",
    "month name": "january|february|april|june|july|august|september|october|november|december",
    "short month": r"(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)\b\.?",
    "month": "<month name>|march|may|<short month>",
    "d": r"(?:0?[1-9]|[12]\d|3[01])(?!\d)",
    "day number": "<d>(?: ?(?:st|nd|rd|th))?",
    "ordinal": r"""
        first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth
        (?:thir|four|fif|six|seven|eigh|nine)teenth|twentieth|thirtieth|thirty first
        twenty (?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)
    """,
    "year": r"(?:19|20)\d\d(?!\.?\d)|'\d\d",
    "iso time": r"t\d\d:?\d\d(?::?\d\d)?(?:\.\d{1,6})?(?:z|[+-]\d\d:?\d\d)?",
    "numeric date": r"""
        20\d\d[-/.](?:0?[1-9]|1[0-2])[-/.]<d><iso time>?
        (?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.]20\d\d(?!\d)
        (?:0?[1-9]|[12]\d|3[01])[-/](?:0?[1-9]|[12]\d|3[01])[-/]\d\d(?!\d)
    """,
    "written date": r"""
        (?:the )?(?:<day number><to>)?(?:<day number>|<ordinal>)(?: of)? <month>(?:,? <year>)?
        <month> (?:the )?(?:<day number>(?!:\d)|<ordinal>)(?:,? <year>)?
    """,
    "date": "<numeric date>|<written date>",
    # Times of day
    "zone": "[ec]t|[ecp][sd]t|cest|utc|gmt|(?:central|eastern) time",
    "hour": r"\d{1,2}|<ones>|<teens>",
    "clock": r"""
        (?:[0-2]?\d[:.h][0-5]\d(?::[0-5]\d)? ?[ap]\.?m\b\.?|[01]?\d ?[ap]\.?m\b\.?)(?: <zone>)?
        [0-2]?\d[:h][0-5]\d(?::[0-5]\d)?(?: <zone>)?
        <hour> ?o'? ?clock|(?:half past|quarter past|quarter to) <hour>
        noon|midday|midnight|lunch(?: ?time)?|sunset|dawn
    """,
    # Longer stretches, and what fills them
    "period": r"""
        (?:<kind of> |fiscal |financial )?(?:hour|day|week|month|quarter|year)
        weekend|fortnight|sprint|season|cycle|iteration
    """,
    "kind of release": r"""
        product|software|scheduled|major|minor|maintenance|regular|planned|quarterly|monthly
        service|system|eto|weekly
    """,
    "release": r"""
        (?:<kind of release> ){0,2}(?:releases?|updates?|upgrade|patch(?:es)?|hotfix|version|build)
        (?:<kind of release> ){0,2}(?:deployments?|deploy|rollout|service pack|downtime|sprint|drop)
        maintenance(?: window| period)?
    """,
    "outcome": "fix|resolution|completion|release|patch|repair|delivery|solution|go live|arrival",
    "eta": r"""
        (?:e\.? ?t\.? ?[adr]\b\.?|etas|etrs|<estimate>)(?: (?:for|of|on) <article>?<outcome>)?
    """,
    "estimate": r"""
        (?:estimated?|projected|anticipated|tentative|approximate|provisional|est\.?) <estimated>
        (?:expected|likely|targeted|target|planned) (?:\w{1,14} )?(?:completion|resolution|delivery)
        (?:expected|likely|targeted|target|planned) (?:\w{1,14} )?(?:arrival|turnaround|timeline)
        (?:expected|likely|target|planned) (?:fix date|go live|(?:date|time) (?:of|for) <outcome>)
        (?:time|date) estimates?|estimates? (?:of|for) <article>?(?:time|date|<outcome>)
    """,
    "estimated": r"""
        (?:\w{1,14} ){0,2}(?:times?|dates?|timelines?|time ?frames?|turnaround|<outcome>)
    """,
    "article": "(?:an?|the|this|your|our|its|their) ",
    # What is on the screen
    "control": r"""
        (?:button|filter|option|field|tab|menu|column|label|view|entry|list|link|checkbox|box)s?
        (?:heading|report|form|page|item|setting)s?
    """,
    "quoted": r"""
        "[^"\n]{1,40}"
        '[^'\n]{1,40}'
    """,
    "contact": "call|chat|conversation|message|e ?mail|meeting|session|discussion",
    "word": r"[\w']{1,15}",
    # Parts of single rows
    "on": " (?:in|on|at|by|over|for|from|until|after|before|during|around|about|to)\\b",
    "how often": "every|each|per|once an?|once in|twice an?|times an?|times in(?: an?)?",
    "recurring": r"""
        (?:<unit>|<weekday><part of day>?|morning|afternoon|evening|night)(?: <at time>)?
        <short unit>|<month name>|quarter|release
    """,
    "at time": "(?:at|from|before|after) <clock>",
    "to": " (?:to|through|thru|and|or|till|until) | ?(?:-|,|/) ?",
    "staffed": "hours|open|available|reach us|reachable|staffed|answered|working|closed",
    "working week": "mon(?:day)?s?(?: (?:to|through|thru|till|until) | ?- ?)<any weekday>s?",
    "from": r"<clock>|\d{1,2}",
    "open": r"[:\x20](?:from|between|daily|on|weekdays|is|are|by|phone|chat|us)",
    "linked": "(?:on|at|of|from|earlier|with \\w{1,12})",
    "recent": r"""
        (?:today|this (?:morning|afternoon|evening|week|month)|<weekday>|<date>)<part of day>?
        (?:on|of|from) (?:<weekday>|<date>)<part of day>?
    """,
    "said": " (?!we|will|it'll|we'll)<word>",
    "measured": r"""
        data|history|inactivity|idle\w{0,4}|records|entries|activity|notes|visits|attendance
        services?|training|use|using|testing|waiting|silence|support|consultation|logs?|input
        results|trying|work in|logging|opening|clicking|saving|running|being|typing|appointments
    """,
    "recorded": r"""
        intake|enrol\w{1,6}|admission|discharge|birth|referral|entry|exit|assessment|visit|program
        log(?:ging|in)|being|dismissal|opening|saving|clicking|each other|creation|expiry|start
        running|signing
    """,
    "shifted": "late|early|off|behind|apart|slow|fast",
    "in a": "(?:in|within|for|over) (?:the |an? )?",
    "takes time": r"""
        fix|turnaround|wait|delay|timeline|time|window|estimate|effort|target|deadline|resolution
        release|cycle|job
    """,
    "set": " (?:is|are|was|of|to|at|set|exports|files|calls|up|now|from)",
    "again": " (?:it|this|the page|again|once more)",
    "pause": "(?:an? |<amount> ?)(?:couple of )?<short unit>",
    "some hours": "(?:an? |<amount> ?)hours?",
    "does": r"""
        expires?|times? out|timing out|hangs?|freezes?|crash(?:es)?|fails?|stalls?|disconnects?
        logs? (?:\w{1,12} )?(?:out|off)|logged (?:out|off)|locked|locks?|loads|opens|refreshes
        reloads|syncs|synchroni[sz]es|appears?|disappears?|shows up|renders|takes? effect|responds
        finishes|completes|runs|saves|prints|exports|imports|closes|ends
    """,
    "itself": "again|only|itself|you|the|user|page|screen",
    "writes": r"""
        shown|displayed|printed|formatted|written|stored|saved|entered|rejected|read|exported
        imported|shows|accepts?|skips?|rejects?|allows?|offers?|instead of|rather than
    """,
    "begins": "starts?|starting|begins?|beginning|opens|ends",
    "first shown": r"(?:an? )?(?:<weekday>|<month>|<clock>|20\d\d)",
    "task": "(?:task|item|visit|appointment|action|invoice|form|review)s?",
    "versioned": r"""
        version|release|build|v|ver\.?|python|java|chrome|firefox|edge|safari|windows|ios|android
        office|excel|patch|hotfix|rel
    """,
    "version": r"\d{1,4}(?:\.\d{1,4}){2,3}(?![\w.-]\d)",
    "not but": " (?!but|however|though)<word>",
    "replies": "hear|reply|respond|answer",
    "not a time": r"(?!today|tomorrow|or|and|on|sharp|ct|this|in the)\w",
    "no thing": r"""
        at|and|or|we|it|this|that|our|when|latest|in the|the|if|as|with
        of (?:the|this|next|that|<month>) ?\w{0,9}
    """,
    "day": "<weekday>|<date>",
    "day of": "<weekday>|week|weekend|(?:business |working )?day|half",
    "each": "each|every|any|an?",
    "it is": "we|the|it|a|this|can|will|is|be|has",
    "whom": "us|them|the|our|team|engineers",
    "of year": r" of (?:the |this |next )?(?:20\d\d|year)",
    "counted": "(?:records|rows|entries|users|lines|cases|forms|sites|reports|clients)\\b",
    "several units": "(?:<range> |<vague> )?<unit>(?: or (?:two|so))?",
    "ended": r"""
        (?:(?:the|this|next) )?(?:(?:next|coming|current|business|working) )?(?:<period>|play)
        business|today|tomorrow
    """,
    "resolved": r"""
        fix(?:ed)?|release[ds]?|deploy(?:ed)?|resol\w{2,6}|available|done|live|ready|patch|ship
    """,
    "next release": r"""
        (?:one of )?<article>?(?:very )?(?:next|upcoming|coming|following|forthcoming) <releases>
    """,
    "releases": "(?:<range> |<vague> )?<release>(?! notes)",
}

_TIMES = (
    # Days and parts of them
    _Time(
        "tomorrow",
        "names a day by which something will be done",
        r"""
        (?:the )?day after tomorrow<part of day>?
        (?:to ?morrow|tomm?orr?ow|tmrw|tmr|2morrow)<part of day>?|overmorrow
        tonight|tonite|first thing(?: in the morning)?
        """,
        _Rule.ALWAYS,
        _Rule.ALWAYS,
    ),
    _Time(
        "today",
        "names today",
        "(?:later |sometime |still |end of |before the end of )?today",
        _Rule.UNLESS_PAST,
        _Rule.UNLESS_PAST,
    ),
    _Time(
        "weekday",
        "names a day",
        "<weekday><part of day>?|mid ?week",
        _Rule.IF_PROMISED,
        _Rule.UNLESS_PAST,
    ),
    _Time(
        "short weekday",
        "names a day",
        "<short weekday><part of day>?",
        _Rule.NEVER,
        _Rule.UNLESS_PAST,
    ),
    _Time("weekend", "names a day", "(?:the )?weekend", _Rule.NEVER, _Rule.UNLESS_PAST),
    _Time(
        "holiday",
        "names a day",
        "<holiday>",
        _Rule.IF_PROMISED,
        _Rule.UNLESS_PAST,
        _Rule.UNLESS_CLEARLY_PAST,
    ),
    _Time(
        "last moment",
        "names a day by which something will be done",
        r"""
        (?:<weekday>|<clock>|<date>|<month name>|<period>) (?:at (?:the )?(?:very )?)?latest
        (?:<weekday>|<clock>|<date>|<month name>|<period>) (?:at (?:the )?(?:very )?)?earliest
        """,
        _Rule.ALWAYS,
        _Rule.ALWAYS,
    ),
    _Time(
        "time of day",
        "names a time of day",
        r"""
        (?<![:.-])<clock>(?![\w%/]|[:.]\d)(?:,? (?:today|tomorrow|tonight|(?:on )?<day>))?
        """,
        _Rule.IF_PROMISED,
        _Rule.UNLESS_PAST,
        _Rule.UNLESS_PAST,
    ),
    _Time(
        "bare hour",
        "names a time of day",
        r"""
        (?:at|by|around|before) (?:[1-9]|1\d|2[0-3])(?! ?[%:/$#-]|[.,]?\d| <not a time>)
        """,
        _Rule.IF_PROMISED,
    ),
    _Time(
        "part of the day",
        "names a time of day",
        r"""
        in the (?:morning|afternoon|evening)|(?:over|during) the (?:day|night)|over ?night
        (?:the )?(?:same|next) day|(?:over|in|during) the course of the <period>
        """,
        _Rule.IF_PROMISED,
    ),
    _Time(
        "daylight",
        "names a time of day",
        r"""
        (?:by|before|until|till) (?:(?:the|early|late|mid) )?(?:morning|afternoon|evening|night)
        (?:by|before|until|till) (?:dawn|dusk|nightfall|dinner ?time|breakfast|tea ?time)
        """,
        _Rule.UNLESS_PAST,
    ),
    # Dates
    _Time(
        "numeric date",
        "names a date",
        r"(?<![/._=\\-])<numeric date>(?![\w/\\]|[-.:]\w)",
        _Rule.UNLESS_PAST,
        _Rule.UNLESS_PAST,
    ),
    _Time(
        "written date",
        "names a date",
        r"""
        (?:(?:<any weekday>,? )?<written date>|<weekday>,? (?:the )?<day number>)(?!/|[:-]\d)
        \d{1,2}[-/]?<short month>[-/]?(?:20)?\d\d|<short month>/\d{1,2}/(?:20)?\d\d
        """,
        _Rule.UNLESS_PAST,
        _Rule.UNLESS_PAST,
    ),
    _Time(
        "day of a month",
        "names a date",
        r"""
        (?:the )?(?:<ordinal>|last|final) <day of> (?:of|in) (?:<month>|(?:the|next) <period>)
        """,
        _Rule.UNLESS_PAST,
        _Rule.UNLESS_PAST,
    ),
    _Time(
        "short date",
        "names a date",
        r"""
        (?<![/.\\-])<d>[./]<d>(?:\.\d\d)?(?![\w/%-]|\.\d)
        20[2-9]\d-(?:0[1-9]|1[0-2])(?![\w-])
        """,
        _Rule.NEVER,
        _Rule.IF_FUTURE,
    ),
    _Time(
        "short date, announced",
        "names a date",
        r"""
        (?:expected|eta|due|date|scheduled|planned|est\.?|target):? <d>/<d>(?![\w/%-]|\.\d)
        (?:fix|release|available|delivery|deployed|live):? <d>/<d>(?![\w/%-]|\.\d)
        """,
        _Rule.IF_PROMISED,
    ),
    _Time(
        "day of the month",
        "names a day of the month",
        r"""
        (?:the )?(?:<d>(?:st|nd|rd|th)|<ordinal>) of (?:the|this|next) month
        (?:the )?(?:<d>(?:st|nd|rd|th)|<ordinal>)(?= ?(?:$|[.,;:!?)\n]|<no thing>\b))
        """,
        _Rule.NEVER,
        _Rule.UNLESS_PAST,
    ),
    # Months, seasons, years
    _Time(
        "month",
        "names a month",
        "<month name>",
        _Rule.IF_PROMISED,
        _Rule.UNLESS_PAST,
        _Rule.IF_PROMISED,
    ),
    _Time(
        "ambiguous month",
        "names a month",
        r"(?:march|may)(?= ?(?:$|[.,;:!?)\n]|<no thing>\b))|<short month>",
        _Rule.NEVER,
        _Rule.UNLESS_PAST,
        _Rule.IF_PROMISED,
    ),
    _Time(
        "month and year",
        "names a month",
        "<month>,?(?: of)? <year>",
        _Rule.UNLESS_PAST,
        _Rule.UNLESS_PAST,
    ),
    _Time(
        "quarter",
        "names a quarter",
        r"""
        (?:q[1-4]|(?<![.\d])[1-4]q|h[12]|[12]h(?= ?'?\d\d))(?:(?:,? ?(?:of )?|/)(?:20|')?\d\d\b)?
        (?:the )?(?:<ordinal>|<d>(?:st|nd|rd|th)|last|final) (?:quarter|half)<of year>?
        """,
        _Rule.IF_PROMISED,
        _Rule.UNLESS_PAST,
        _Rule.IF_PROMISED,
    ),
    _Time(
        "season",
        "names a season",
        r"(?:the )?<season>(?: (?:of )?20\d\d)?(?! (?:back|through))",
        _Rule.NEVER,
        _Rule.UNLESS_PAST,
        _Rule.IF_PROMISED,
    ),
    _Time(
        "year",
        "names a year",
        r"(?:the year |fy ?)?20[2-9]\d(?![\w/%:]|[-.]\d| <counted>)",
        _Rule.NEVER,
        _Rule.UNLESS_PAST,
        _Rule.IF_PROMISED,
    ),
    _Time(
        "numbered week",
        "names a week",
        r"(?:calendar )?week (?:no\.? |number )?[1-5]?\d|[ck]w ?[1-5]?\d",
        _Rule.IF_PROMISED,
        _Rule.UNLESS_PAST,
    ),
    # Weeks, months and so on, seen from now
    _Time(
        "this period",
        "names a time that is not over",
        r"""
        (?:later |early |earlier |sometime )?(?:this|the same) (?:coming )?(?:very )?<period>
        (?:later |early |earlier |sometime )?this (?:very )?(?:morning|afternoon|evening|night)
        this [ap]m
        (?:early|late|later|midway|mid|sometime|further on)(?: on)? in the <period>
        (?:the )?(?:rest|remainder) of the <period>|before the <period> (?:is|was) (?:out|over|up)
        """,
        _Rule.UNLESS_PAST,
        _Rule.UNLESS_PAST,
    ),
    _Time(
        "next period",
        "names a time to come",
        r"""
        next (?:business |working |calendar |fiscal )?<day or longer><part of day>?
        (?:the )?(?:<period>|release) after (?:next|this)|(?:the )?(?:week|month|year) after
        (?:(?:in|over|during|within|for) )?(?:the )?(?:coming|upcoming) <several units>
        (?:the )?<unit> (?:ahead|to come)
        """,
        _Rule.ALWAYS,
        _Rule.ALWAYS,
    ),
    _Time(
        "next day",
        "names a time to come",
        r"""
        (?:the )?(?:next|following) (?:<kind of> )?(?:day|morning|afternoon|evening|night|hour)
        (?:the )?next (?:<range>|<vague>) <unit>
        """,
        _Rule.IF_PROMISED,
        _Rule.UNLESS_CLEARLY_PAST,
    ),
    _Time(
        "end of period",
        "names the end of a period",
        r"""
        (?:the )?(?:very )?(?:end|close|half|beginning|start|middle|turn) of <ended>
        <period>(?:'s)? end|mid <period>|close of (?:business|play)(?:,? (?:on )?<weekday>)?
        """,
        _Rule.UNLESS_PAST,
        _Rule.UNLESS_PAST,
    ),
    _Time(
        "end of period, short",
        "names the end of a period",
        r"(?:e\.?o\.?[dwmyq]|c\.?o\.?[bp])\b\.?(?: (?:on )?<any weekday>)?",
        _Rule.ALWAYS,
        _Rule.ALWAYS,
    ),
    _Time(
        # Also the name of a form, so by itself it must be promised.
        "end of business, short",
        "names the end of a day",
        "eob(?: (?:on )?<any weekday>)?",
        _Rule.IF_PROMISED,
        _Rule.ALWAYS,
    ),
    # Lengths of time
    _Time(
        "within",
        "promises something within a length of time",
        r"""
        (?:with ?in|inside(?: of)?|in under|in less than|in) <length>
        within (?:the |an? )?(?:<hedged>(?:<vague> )?)?<unit>
        (?:allow(?: us| for)?|bear with us(?: for)?|give (?:us|me|it)) <length>
        give (?:us|me|it) (?:an? |some )?(?:<rough> )?<unit>
        for (?:another|a few more|the next) <unit>|for <amount> more <unit>
        """,
        _Rule.UNLESS_CLEARLY_PAST,
    ),
    _Time(
        "in units",
        "promises something within a length of time",
        "in (?:seconds|minutes|hours|days|weeks|months)",
        _Rule.IF_FUTURE,
    ),
    _Time(
        "from now",
        "names a time counted from now",
        r"""
        (?:<length>|<unit>) (?:away|out)|<length> to go|<weekday> week
        <length> (?:from|after) (?:now|today|tomorrow|tonight|next <unit>|<weekday>)
        <length> (?:until|till|before|to) (?:<it is> ){1,4}<resolved>
        """,
        _Rule.ALWAYS,
    ),
    _Time(
        "takes days",
        "says how long something will take",
        r"""
        (?:takes?|taking|needs?|requires?)(?: <whom>){0,3} <amount> <day or longer>
        (?:takes?|taking|needs?|requires?)(?: <whom>){0,3} <hedged>an? <day or longer>
        """,
        _Rule.UNLESS_CLEARLY_PAST,
    ),
    _Time(
        "matter of",
        "says how long something will take",
        r"""
        (?:a )?(?:matter|question) of (?:just |only )?(?:a )?(?:few |<vague> )?<unit>
        (?:minutes|hours|days|weeks|months),? (?:not|rather than|instead of) <unit>
        """,
        _Rule.UNLESS_PAST,
    ),
    _Time(
        "length",
        "says how long something will take",
        r"""
        <amount> ?<unit><tail>|<rough> (?:an?|one|half a) <unit><tail>|<hours>
        (?:another|a further|an additional|an extra) <unit>
        an? <unit>,? (?:or (?:two|so)|tops|max|at most)|half (?:an? )?(?:day|hour)
        (?:takes?|taking|needs?|requires?|want|for)(?: <whom>){0,3} <length>
        """,
        _Rule.IF_PROMISED,
    ),
    _Time(
        "after",
        "promises something after a length of time",
        "(?:after|beyond|past) <length>",
        _Rule.IF_RESOLUTION,
    ),
    _Time(
        "seconds",
        "promises something within a length of time",
        "(?:in|within|after|takes?) (?:<amount> ?|a |the )<short unit>",
        _Rule.IF_RESOLUTION,
    ),
    # Vague times, estimates, releases
    _Time(
        "before long",
        "says that something will be done before long",
        r"""
        (?:very |pretty |quite |real |really )?(?:soon|shortly)|momentarily|imminently|imminent
        before (?:too )?long|in no time|in short order|within a (?:short|reasonable) time
        in (?:just )?a (?:bit|moment|jiffy|while|little while|short while|minute|second|sec)
        in the (?:very )?(?:near|immediate|short|not too distant) (?:future|term)
        (?:at )?any (?:day|minute|moment|time|hour|second) now|one of these days|around the corner
        """,
        _Rule.UNLESS_CONTACT,
    ),
    _Time("estimate", "announces an estimated time", "<eta>", _Rule.ALWAYS),
    _Time(
        "next release",
        "says by which release something will be done",
        r"""
        (?:in|with|by|for|before|until|part of|during|into|on|after|via|through|to) <next release>
        (?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:contain|include|fixe?)s?
        (?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:bring|correct|resolve)s?
        """,
        _Rule.UNLESS_CLEARLY_PAST,
    ),
    _Time(
        "release of a season",
        "says by which release something will be done",
        "(?:<season>|<month name>|q[1-4]|<weekday>) <release>",
        _Rule.IF_PROMISED,
        _Rule.UNLESS_PAST,
    ),
)


# --- The table of innocents -----------------------------------------------------------------------


class _Innocent(NamedTuple):
    """What promises nothing: a time that lies within such a phrase is excused."""

    what: str
    pattern: str


_INNOCENTS = (
    # Habits and hours
    _Innocent("round the clock", "(?:on )?24 ?[/x] ?7(?: ?[/x] ?36[56])?"),
    _Innocent("a rate", "<amount> ?<unit> (?:an?|per|each|every|in every) <unit>"),
    _Innocent(
        "a habit",
        r"""
        <how often>(?: <range>)? ?<recurring> (?:until|till) (?:it|this|the \w{1,10}) is \w{1,10}
        <how often>(?: other| single| few| couple of)?(?: <range>)? ?<recurring>
        (?:on )?<weekday> (?:mornings|afternoons|evenings|nights)
        (?:on )?the (?:<day number>|<ordinal>|last) <day of>? ?(?:of|in) <each> <period>
        """,
    ),
    _Innocent(
        "opening hours",
        r"""
        (?:from )?<working week>(?:,|:)? ?(?:from |between )?<clock><to><clock>
        <staffed>(?: <word>){0,2} <working week>
        <staffed><open>{0,3}[:\x20]<from><to><clock>
        """,
    ),
    # Times that are over
    _Innocent(
        "a time that is over",
        r"""
        <length> (?:ago|earlier|old|older|overdue|beforehand|or older)
        some ?day
        """,
    ),
    _Innocent(
        "an earlier contact",
        r"""
        (?:per|following|since) <article>(?:\w{1,10} )?<contact>(?: <linked>){0,2} <recent>
        """,
    ),
    _Innocent(
        "courtesy",
        r"""
        (?:thanks?|thank you|sorry|apologi[sz]e|apologies|help you)<said>{0,7} <recent>
        (?:contacting|writing|calling|reaching out|getting in touch)<said>{0,7} <recent>
        (?:chatting|speaking|talking)<said>{0,7} <recent>
        (?:is|are|was) there anything else(?: <word>){0,6} today
        (?:as of|until|up to|to) today|(?:all|enough) for today|today's date
        as of (?:now|this (?:morning|afternoon|week))
        (?:happy|merry|(?:best wishes|all the best) for the) (?:<weekday>|weekend|<holiday>)
        (?:have an? \w{1,10}|enjoy (?:the|your)|good) (?:<weekday>|weekend|day|week|<part of day>)
        """,
    ),
    # What the software does, and what is shown on the screen
    _Innocent(
        "a length of data or idleness",
        r"""
        (?:in |within |after |for |of )?<length>(?: worth)? (?:of|without|with no) <measured>
        """,
    ),
    _Innocent(
        "a length between two things recorded",
        r"(?:with)?in <length> (?:of|after|before|from) (?:<article>|each )?<recorded>",
    ),
    _Innocent(
        "a shift in time",
        r"""
        (?:delayed|shifted|off|late|early)(?: \w{1,12})? by <length>|<length> (?:too )?<shifted>
        """,
    ),
    _Innocent("an age", "(?:older|newer|younger|aged) (?:than )?<length>"),
    _Innocent(
        "a kind of thing",
        r"""
        <in a>?\d{1,3}-(?:second|minute|hour|day|week|month|year)(?:-old)? (?!<takes time>)\w{1,20}
        """,
    ),
    _Innocent(
        "a label on the screen",
        r"""
        (?:<control>|select|choose|click|pick|press|named|called|to)(?: on| the){0,2} <quoted>
        <quoted> <control>
        """,
    ),
    _Innocent(
        "a setting",
        r"""
        (?:time ?outs?|interval|duration|retention)(?: period)?<set>{0,4} (?:at most )?<length>
        (?:limit(?:s|ed)?|capped|restrict(?:s|ed))<set>{0,4} (?:at most )?<length>
        """,
    ),
    _Innocent(
        "a pause before trying again",
        r"""
        (?:try|trying|retry|retrying|retries|reload|refresh)<again>{0,3} (?:in|after|within) <pause>
        (?:log in|sign in|open it|press it|click it|save)<again>{0,3} (?:in|after) <pause>
        wait(?:s|ed|ing)?(?: for)? (?:<pause>|an? (?:while|bit|hour))
        """,
    ),
    _Innocent(
        "what the software does after a while",
        r"""
        <does>(?: <itself>){0,3} (?:in|within)(?: under| less than)? (?:<pause>|<some hours>)
        """,
    ),
    _Innocent(
        "how the software writes times",
        r"""
        <writes>(?: (?:as|like|with|instead of|in)){0,2} ["']?(?:<date>|<clock>)["']?
        (?:week|calendar|picker|list|chart|view|year) <begins> (?:on|in|with|at) <first shown>
        (?:go|goes|jumps?|switch(?:es)?|scrolls?|skips?|advances?) to (?:the )?next <period>
        rounded (?:up |down )?to (?:the )?(?:next|nearest) <unit>
        <task>(?: (?:that|which) are)? due (?:today|tomorrow|(?:this|next) <period>|<length>)
        <task>(?: (?:that|which) are)? due (?:on |in |within )?(?:<weekday>|<date>|<length>)
        """,
    ),
    _Innocent(
        "a version",
        r"""
        (?:<versioned>|on|in|with|and|to|from|than)\.? ?#?<version>(?<!\.20\d\d)
        in \d{1,3}\.\d{1,3}(?![.-]?\d)(?! ?[a-z])
        """,
    ),
    # What is asked of the client, and what is not given
    _Innocent(
        "a deadline for the client",
        r"""
        (?:if|unless) (?:we|you) (?:<word> ){0,5}<replies> (?:<word> ){0,4}(?:with)?in <length>
        re ?open(?:ed)? (?:<word> ){0,4}(?:within|for|up to|in) <length>
        you (?:will )?have <length> to \w{1,15}
        """,
    ),
    _Innocent(
        "soon in comparison",
        "(?:too|so|how|as) soon|(?:soon|shortly) (?:after|before|afterwards)",
    ),
    _Innocent(
        "no estimate",
        r"""
        (?:no|not|never|cannot|unable|without|nor|\w{2,6}n't)<not but>{0,6} <eta>
        (?:ask(?:s|ed|ing)?|requests?|question|wish) (?:<word> ){0,2}(?:for|about) <article>?<eta>
        <eta> (?:"|\w{1,12} )?<control>|<eta> (?:\w{1,12} )?(?:value|element|question)s?
        """,
    ),
)


# --- The words that tell the tense --------------------------------------------------------------


class _Sense(Enum):
    """What the surroundings of a time say about it."""

    PROMISED = auto()
    """Something will be: "the export will work on Monday"."""
    OURS = auto()
    """No tense, but we, a fix or a release are spoken of: "fix on Monday"."""
    OVER = auto()
    """It was: "the export was broken on Monday"."""
    PERHAPS_OVER = auto()
    """A participle says so, which may be an adjective or a wish: "repaired on Monday"."""
    REGULAR = auto()
    """It happens again and again, or describes the software: "the job runs at 02:00"."""
    MENTIONED = auto()
    """Data, a control on the screen, or a request: "set the filter to next week"."""
    NONE = auto()


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _forms(listed: str) -> re.Pattern[str]:
    """Return a pattern for words that are listed by their forms, such as `plan(?:s|ned)?`."""
    return re.compile("|".join(listed.split()))


_PAST = frozenset({_Sense.OVER, _Sense.PERHAPS_OVER})
_STOPS = frozenset(".!?;\n")
_PAUSES = frozenset(",:()-|\t")
"""End a clause, as `_STOPS` end a sentence."""
_SUBORDINATORS = _words("""
    that which who whose where when whenever if because while although though unless whereas why
""")
_COORDINATORS = _words("and but so or")
_DETERMINERS = _words("""
    the a an your our this these those any no its their my his her each every
""")
_FUTURE = _forms(r"""
    will 'll won't shall should would might may going gonna plan(?:s|ned|ning)? expect[a-z]{0,7}
    aim(?:s|ed|ing)? hop(?:e|es|ed|ing|eful|efully) target(?:s|ed|ing)?
    (?:re)?schedul(?:e|es|ed|ing) slated due anticipat[a-z]{1,4} estimat[a-z]{1,4}
    intend(?:s|ed|ing)? promis[a-z]{1,3} commit(?:ted|ting|ment)? guarantee[ds]? likely coming
    comes arriv(?:e|es|ing|al) land(?:s|ing)? goes eta etas e\.t\.a forecast projected
    tentative(?:ly)? supposed postpon[a-z]{1,3} deferred delayed pushed deadlines?
    pencil[a-z]{1,3} prognosis sla
""")
"""Say that something will be."""
_OURS = _forms(r"""
    (?:hot|bug)?fix(?:es|ing)? patch(?:es|ing)? resolution resolves? resolving solution solves?
    (?:re)?deploy(?:s|ing|ment|ments)? releas(?:e|es|ing) roll(?:s|ing)? rollout roll-out
    go-live go ships? shipping updates? upgrade maintenance correction repairs? turnaround
    timelines? timeframe completion deliver(?:s|y|ies|ing)? roadmap frame gets? receives? live
    ready available done finish(?:es|ing)? launch(?:es|ing)? ends ending testing tests qa goal
    objective looking tackle restor(?:e|es|ing) online
""")
"""What we do about a defect, and what comes of it."""
_US = _words("we i i'm team engineering engineers developers development they")
"""Those who do it."""
_OVER = _words("""
    was wasn't were weren't had hadn't did didn't been saw began went came yesterday ago last
    past previous previously preceding prior earlier since recently couldn't formerly initially
    originally
""")
"""Say that something was."""
_SINCE = _words("since last yesterday ago previous previously preceding prior earlier formerly")
"""Say so even of a release or fix that is named after them."""
_HAPPENED = _words("""
    introduced caused triggered broke appeared occurred happened reported noticed
""")
"""Nobody promises these, so they tell the past in any form."""
_IRREGULAR = _words("""
    found made sent lost took gave told wrote said became kept left met broke ran fell held rose
    stood led felt thought brought built spent caught grew got knew threw done seen gone shown
    given taken written broken known shut stuck spoke agreed freed
""")
"""Verbs of the past that do not end in -ed."""
_UNDECIDED_AFTER = _words("""
    be is are 's 're 'm get gets getting being see want wants need needs once when until till
    if
""")
"""After these a participle may speak of the future: "is fixed on Monday"."""
_HAVE = _words("have has 've having")
_PRESENT = _words("is are be gets being")
"""Between these and the time nothing before them tells the past."""
_BEING = _words("be is are all 's")
"""Before "set" these make a promise of what is otherwise an instruction."""
_SUBJECTS = _words("i we you they he she who which that it")
"""Right after these a participle is a verb: "you reported"."""
_REGULAR = _words("""
    every each always usually normally typically daily weekly monthly nightly hourly whenever
    runs opens closes shows appears disappears loads reloads displays expires expire hangs hang
    freezes freeze crashes crash fails fail stalls times occurs happens resets stops jumps
    responds longer missing empty blank wrong incorrect slow slower slowest shown listed twice
    doubled duplicated cut affected
""")
"""Tell a habit, or what is wrong with the software."""
_CONTROLS = _words("""
    click clicking choose choosing select selecting tick ticking type typing enter entering
    filter filters filtering sort sorting labelled labeled named titled set setting
""")
"""Instructions, and what things on the screen are called."""
_RECORDS = _words("""
    range ranges period periods record records entry entries data row rows total totals figures
    numbers appointment appointments invoice invoices statement statements dated column columns
    value values visit visits note notes transaction transactions payment payments attendance
    balance balances report reports file files shift shifts date dates timestamp
    timestamps session sessions enrollment enrollments enrolment enrolments events tasks budget
    budgets dashboard button option tab menu field fields label link checkbox item
""")
"""What a client's data consists of."""
_LINKS = _words("of the from with is to for in on between since and")
"""May stand between data and their time: "records from Monday"."""
_REQUESTS = _words("""
    reply respond send answer provide return confirm upload attach tell let get call contact
    write fill complete submit forward share give
""")
"""What a client is asked for."""
_CONTACT = _words("""
    touch contact contacts update updates updated reply respond write hear call follow know news
    inform notify notified reach
""")
"""Say that somebody will be in touch; so does `_COME` with "back"."""
_TAKES = _words("take takes need needs require requires want")
"""Verbs that patterns of lengths begin with."""
_ABLE = _words("not reproduce see find confirm verify trace log get")
"""What "could" speaks of in the past: "could not reproduce"."""
_COME = _words("get come circle report write call gets")
_RESOLUTION = _forms(r"""
    (?:hot|bug)?fix(?:ed|es|ing)? resol(?:ve|ved|ves|ving|ution) releas(?:e|ed|es|ing) solution
    (?:re)?deploy[a-z]{0,5} ship(?:s|ped|ping)? patch(?:ed|es)? available ready live done
    repair(?:ed|s)? restored? answer(?:ed)? completed? restarted rebooted finished
    work(?:s|ing)? solved eta
""")
"""Say that something is put right."""
_ARTICLES = _words("the a an your their its her his my each every any our")
"""Before a time these make it name a thing: "the Friday report"."""
_RELEASE_NOUN = _forms(r"""
    releases? updates? upgrade patch deploy[a-z]{0,5} maintenance (?:hot)?fix build version
    rollout drop window sprint downtime deadline target go-live delivery launch
""")
"""Things whose time is promised all the same: "the Friday release"."""
_NOT_A_NOUN = _words("""
    we i it you they he she the a an at of after before and or in on is are was were will would
    should but so that this then for to by with when if as from our your all can may at has have
    had did does do everything nothing please
""")
"""Cannot be such a thing."""
_HEDGES = _words("""
    about around approx approximately roughly probably maybe perhaps likely hopefully only just
    at most max tops or less more so i guess think say estimated latest the in on a within yes
    ok please sure possibly unfortunately sadly sorry afraid it is 's am be then there earliest
    minimum of and to by from next last noon midnight
""")
"""May stand with a time that is a whole answer: "Probably two days." """
_ABBREVIATIONS = _words("e.g i.e approx ca no vs etc mr ms mrs dr inc a.m p.m nr")
"""A full stop after these ends no sentence."""


# --- Reading the text ---------------------------------------------------------------------------


class _Plain(NamedTuple):
    """A text made plain, and where in the original each of its characters comes from."""

    text: str
    origins: list[int]

    def written(self, original: str, start: int, end: int) -> tuple[int, str]:
        """Return where the plain slice begins in the original, and how it is written there."""
        first = self.origins[start]
        return first, original[first : self.origins[end - 1] + 1]


_QUOTES = dict.fromkeys("\u2018\u2019\u201b\u02bc\u2032\u00b4`", "'")
_QUOTES |= dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb\u2033", '"')
_INVISIBLE = frozenset("\u115f\u1160\u2800")
"""Fillers that Unicode counts among the letters and symbols."""
_LINE, _PARAGRAPH = "\t", "\n"
"""What blanks become: a new line that begins like a sentence, a blank line. All others are " "."""


def _characters(text: str) -> Iterator[tuple[int, str]]:
    """Yield what can be seen of each character, in lower case, without accents, and its origin."""
    for at, written in enumerate(text):
        if written in "*_":
            if written == "_" and text[at - 1 : at].isalnum() and text[at + 1 : at + 2].isalnum():
                yield at, written
        elif written.isascii():
            if written.isprintable() or written.isspace():
                yield at, written.lower()
        elif written in _QUOTES:
            yield at, _QUOTES[written]
        else:
            for character in unicodedata.normalize("NFKD", written).lower():
                yield from ((at, seen) for seen in _seen(character))


def _seen(character: str) -> str:
    match unicodedata.category(character):
        case "Cf" | "Cc" | "Mn":
            return "\n" if character == "\x85" else ""
        case "Zl" | "Zp":
            return "\n"
        case "Pd":
            return " - " if character == "\u2014" else "-"
        case "Nd":
            return str(unicodedata.decimal(character))
        case _ if character in _INVISIBLE:
            return ""
        case _:
            return "-" if character == "\u2212" else character


def _plain(text: str) -> _Plain:
    """Make a text plain: see the head of this module."""
    characters: list[str] = []
    origins: list[int] = []
    lines, blank_at = 0, -1
    for at, character in _characters(text):
        if character.isspace():
            blank_at = at if blank_at < 0 else blank_at
            lines += character == "\n"
            continue
        if blank_at >= 0:
            opens = text[at].isupper() or not text[at].isalnum()
            characters.append(_PARAGRAPH if lines > 1 else _LINE if lines and opens else " ")
            origins.append(blank_at)
            lines, blank_at = 0, -1
        characters.append(character)
        origins.append(at)
    return _Plain("".join(characters), origins)


class _Word(NamedTuple):
    """A word, or a mark of punctuation that ends a clause or a sentence."""

    text: str
    start: int
    end: int


_WORD = re.compile(
    r"[a-z]{1,12}n't|[^\W_]{1,40}(?:[.:/-][^\W_]{1,40}){0,6}|'(?:ll|s|re|ve|d|m)\b"
    r"|[.!?;](?=[\s\"')]|\Z)|[,:()\n\t|]|(?<=\s)-(?=\s)"
)


def _split(plain: str) -> list[_Word]:
    found = [_Word(match[0], *match.span()) for match in _WORD.finditer(plain)]
    return [
        word
        for before, word in zip([None, *found], found, strict=False)
        if not (word.text == "." and before is not None and before.text in _ABBREVIATIONS)
    ]


class _Reading:
    """A text made plain and split into words, of which a time's surroundings can be asked."""

    def __init__(self, text: str) -> None:
        self.plain = _plain(text)
        self.words = _split(self.plain.text)
        self._starts = [word.start for word in self.words]

    def sense(self, start: int, end: int) -> _Sense:
        """Return what the words around the plain slice say about it."""
        first = bisect_left(self._starts, start)
        after = bisect_left(self._starts, end)
        before, alone = self._before(first)
        if before is _Sense.NONE:
            return self._after(after, opening=alone)
        if before is _Sense.OURS:
            ahead = self._after(after, opening=alone)
            backdrop = any(word.text == "after" for word in self.words[max(first - 6, 0) : first])
            if (
                ahead is _Sense.OVER
                or (ahead is _Sense.PERHAPS_OVER and self._verb(after))
                or (ahead is not _Sense.NONE and backdrop)
            ):
                return ahead
        return before

    def _before(self, first: int) -> tuple[_Sense, bool]:
        """Return the sense of the words before a time, and whether it opens its sentence."""
        kept = _Sense.NONE
        content = 0
        present = False
        for at in range(first - 1, max(first - _REACH, -1), -1):
            word = self.words[at].text
            if word in _STOPS:
                return kept, content == 0
            if word in _PAUSES:
                if content:
                    return kept, False
                continue
            pronoun = word == "that" and at == first - 1 and not self._takes(first)
            if (word in _SUBORDINATORS and not pronoun) or (
                word in _COORDINATORS and (content == 0 or kept is _Sense.OURS)
            ):
                return kept, content == 0
            content += 1
            sense = self._marker(at, first)
            if sense in {_Sense.PROMISED, _Sense.MENTIONED}:
                return sense, False
            if present and sense in _PAST and word != "last":
                continue
            if sense is _Sense.OVER and (kept is not _Sense.OURS or self._closes(at)):
                return sense, False
            if sense is _Sense.PERHAPS_OVER and (kept is not _Sense.OURS or self._has_object(at)):
                return sense, False
            if word in _US:
                return _Sense.OURS, False
            present = present or word in _PRESENT
            if sense is _Sense.OURS or (sense is _Sense.REGULAR and kept is _Sense.NONE):
                kept = sense
        return kept, content == 0

    def _takes(self, first: int) -> bool:
        """Tell whether a time begins with its verb: "take two hours"."""
        return first < len(self.words) and self.words[first].text in _TAKES

    def _closes(self, at: int) -> bool:
        """Tell whether a sign of the past covers our noun after it: "since the update"."""
        follower = self.words[at + 1].text
        return (
            self.words[at].text in _SINCE | _HAPPENED
            or follower in _DETERMINERS
            or _OURS.fullmatch(follower) is not None
            or _RESOLUTION.fullmatch(follower) is not None
        )

    def _has_object(self, at: int) -> bool:
        """Tell whether what follows a participle makes it a verb: "we deployed a fix"."""
        return self.words[at + 1].text in _DETERMINERS

    def _after(self, first: int, *, opening: bool) -> _Sense:
        """Return the sense of the words after a time, across a pause where it opens a sentence."""
        kept = _Sense.NONE
        content = 0
        for at in range(first, min(first + _REACH, len(self.words))):
            word = self.words[at].text
            if word in _STOPS:
                break
            if word in _PAUSES:
                if not opening:
                    break
                continue
            if word in _SUBORDINATORS and content > 1:
                break
            if word in _COORDINATORS and (content > 1 or not (opening or self._time_at(at + 1))):
                break
            content += 1
            sense = self._marker(at, first)
            if sense in {_Sense.OVER, _Sense.PROMISED, _Sense.PERHAPS_OVER}:
                return sense
            if sense is _Sense.NONE and word in _US:
                sense = _Sense.OURS
            if sense in {_Sense.OURS, _Sense.REGULAR} and kept is _Sense.NONE:
                kept = sense
        return kept

    def _time_at(self, at: int) -> bool:
        return at < len(self.words) and _TIME_WORD.fullmatch(self.words[at].text) is not None

    def _marker(self, at: int, time_at: int) -> _Sense:
        """Return what one word tells about the time at word `time_at`."""
        word = self.words[at].text
        previous = self.words[at - 1].text if at else ""
        if word == "could":
            able = self.words[at + 1].text if at + 1 < len(self.words) else ""
            return _Sense.OVER if able in _ABLE else _Sense.PROMISED
        if _FUTURE.fullmatch(word) or (word == "be" and previous == "to"):
            return _Sense.PROMISED
        if word in _HAPPENED:
            return _Sense.OVER
        if word in _OVER:
            lasts = any(_FUTURE.fullmatch(word) for word in self._just_before(at)[:2])
            return _Sense.PROMISED if lasts else _Sense.OVER
        if word in _CONTROLS and at < time_at:
            return self._control(at)
        if word in _RECORDS and at < time_at and self._leads_to(at, time_at):
            return self._record(at, time_at)
        if word in _REQUESTS and at < time_at and self._asked(at):
            return _Sense.MENTIONED
        if _OURS.fullmatch(word):
            return _Sense.OURS
        if word in _REGULAR:
            return _Sense.REGULAR
        return _Sense.PERHAPS_OVER if self._verb(at) else _Sense.NONE

    def _verb(self, at: int) -> bool:
        """Tell whether the word looks like a verb of the past rather than an adjective."""
        if at >= len(self.words):
            return False
        word = self.words[at].text
        ends = len(word) > 4 and word.endswith("ed") and not word.endswith("eed")
        if not ends and word not in _IRREGULAR:
            return False
        before = self._just_before(at)
        if not before or before[0] in _SUBJECTS:
            return before[1:2] not in (["have"], ["get"], ["see"], ["want"], ["need"])
        if before[0] in _DETERMINERS:
            return False
        if before[0] in _HAVE:
            return not any(_FUTURE.fullmatch(word) for word in before)
        return not any(
            word in _UNDECIDED_AFTER or word in _HAVE or _FUTURE.fullmatch(word) for word in before
        )

    def _just_before(self, at: int) -> list[str]:
        """Return the words of the same clause before a word, nearest first, four at most."""
        words: list[str] = []
        for word in reversed(self.words[max(at - 4, 0) : at]):
            if word.text in _STOPS or word.text in _PAUSES:
                break
            words.append(word.text)
        return words

    def _control(self, at: int) -> _Sense:
        """Judge "set", "choose", ...: an instruction, unless it is we who do it."""
        before = self._just_before(at)
        if self.words[at].text == "set" and before and before[0] in _BEING:
            return _Sense.PROMISED
        ours = any(word in _US or _OURS.fullmatch(word) for word in before)
        return _Sense.NONE if ours else _Sense.MENTIONED

    def _leads_to(self, at: int, time_at: int) -> bool:
        between = [word.text for word in self.words[at + 1 : time_at]]
        return len(between) <= 2 and all(word in _LINKS for word in between)

    def _record(self, at: int, time_at: int) -> _Sense:
        """Judge "records", "date range", ...: data, unless its clause says what we or a fix do."""
        for back in range(at - 1, max(at - 12, -1), -1):
            word = self.words[back].text
            if word in _STOPS:
                break
            if word in _US or _OURS.fullmatch(word) or _FUTURE.fullmatch(word):
                return _Sense.NONE
        ahead = self._after(bisect_left(self._starts, self.words[time_at - 1].end), opening=False)
        return _Sense.NONE if ahead is _Sense.PROMISED else _Sense.MENTIONED

    def _asked(self, at: int) -> bool:
        """Tell whether the client is asked: "please send", "could you reply"."""
        before = self._just_before(at)
        return "please" in before or (
            before[:1] == ["you"] and before[1:2] in (["can"], ["could"], ["would"], ["will"])
        )

    def sentence(self, start: int, end: int) -> Iterator[_Word]:
        """Yield the words of the sentence the plain slice stands in, without those of the slice."""
        first = bisect_left(self._starts, start)
        after = bisect_left(self._starts, end)
        opens = first
        while opens and first - opens < _REACH and self.words[opens - 1].text not in _STOPS:
            opens -= 1
        yield from self.words[opens:first]
        for at in range(after, min(after + _REACH, len(self.words))):
            if self.words[at].text in _STOPS:
                break
            yield self.words[at]

    def follows_a_pause(self, start: int) -> bool:
        """Tell whether a mark of punctuation parts the time from what is said before it."""
        first = bisect_left(self._starts, start)
        return first > 0 and self.words[first - 1].text in _PAUSES

    def names_a_thing(self, start: int, end: int) -> bool:
        """Tell whether the time only says which thing is meant: "the Friday report"."""
        text = self.plain.text
        after = bisect_left(self._starts, end)
        if after >= len(self.words):
            return False
        word = self.words[after]
        closed = end + (text[end] in "\"'" and word.start != end)
        if word.text == "'s" and word.start == end and after + 1 < len(self.words):
            thing = self.words[after + 1]
            return thing.start - word.end == 1 and not _RELEASE_NOUN.fullmatch(thing.text)
        if word.start != closed + 1 or text[closed] not in " -" or not word.text[0].isalpha():
            return False
        first = bisect_left(self._starts, start)
        leads = [word.text for word in self.words[max(first - 1, 0) : after - 1]]
        return (
            any(lead in _ARTICLES for lead in leads)
            and word.text not in _NOT_A_NOUN
            and not _RELEASE_NOUN.fullmatch(word.text)
        )


# --- Dates that can be told from today ----------------------------------------------------------

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_RECENT = 183
"""Days back to which a date without a year is taken to have been meant."""
_ISO = re.compile(r"(?<!\d)(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})")
_TWO_ENDED = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](20\d\d|\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_MONTH = re.compile("|".join(_MONTHS))
_DAY = re.compile(r"(?<![\d:])(\d{1,2})(?![\d:])")
_QUARTER = re.compile(r"q([1-4])|([1-4])q")


def _spans_meant(phrase: str, today: date) -> list[tuple[date, date]]:
    """Return the first and last date of every reading of a date.

    A day and month without a year are taken to be over where the nearest such date is; otherwise
    there is no reading, and the surroundings decide.
    """
    spans: list[tuple[date, date]] = []
    if iso := _ISO.search(phrase):
        _add(spans, int(iso[1]), int(iso[2]), int(iso[3]))
    elif two_ended := _TWO_ENDED.search(phrase):
        one, other, year = (int(number) for number in two_ended.groups())
        year += 2000 if year < 100 else 0
        _add(spans, year, one, other)
        _add(spans, year, other, one)
    elif named := _YEAR.search(phrase):
        year = int(named[1])
        if month := _MONTH.search(phrase):
            number = _MONTHS.index(month[0]) + 1
            day = _DAY.search(phrase)
            _add(spans, year, number, int(day[1]) if day else None)
        elif quarter := _QUARTER.search(phrase):
            last = 3 * int(quarter[1] or quarter[2])
            spans.append((date(year, last - 2, 1), date(year, last, monthrange(year, last)[1])))
        else:
            spans.append((date(year, 1, 1), date(year, 12, 31)))
    elif (month := _MONTH.search(phrase)) and (day := _DAY.search(phrase)):
        number = _MONTHS.index(month[0]) + 1
        for year in (today.year - 1, today.year):
            _add(spans, year, number, int(day[1]))
        spans = [span for span in spans if 0 <= (today - span[0]).days < _RECENT]
    return spans


def _add(spans: list[tuple[date, date]], year: int, month: int, day: int | None) -> None:
    """Add the date, or the whole month where there is no day, unless there is none such."""
    if 1 <= month <= 12 and (day is None or 1 <= day <= monthrange(year, month)[1]):
        last = day or monthrange(year, month)[1]
        spans.append((date(year, month, day or 1), date(year, month, last)))


# --- Judging ------------------------------------------------------------------------------------

_DATED = frozenset({"numeric date", "written date", "month and year", "year", "quarter"})
_PLACEHOLDER = re.compile(r"<([a-z ]{1,30})>")
_BLANK = re.compile(r"\[(?:\\.|[^\]\\]){0,60}\]|\\.| ")


def _alternatives(lines: str) -> str:
    """Return a pattern that matches what any of the lines matches."""
    if "\n" not in lines:
        return lines
    return "|".join(line.strip() for line in lines.strip().splitlines())


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of the tables: fragments filled in, blanks as wide as they are meant."""
    pattern = _alternatives(pattern)
    while _PLACEHOLDER.search(pattern):
        pattern = _PLACEHOLDER.sub(
            lambda name: f"(?:{_alternatives(_FRAGMENTS[name[1]])})", pattern
        )
    pattern = _BLANK.sub(lambda part: "[ \n\t-]" if part[0] == " " else part[0], pattern)
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


_FOUND_BY = [(time, _compiled(time.pattern)) for time in _TIMES]
_EXCUSED_BY = [_compiled(innocent.pattern) for innocent in _INNOCENTS]
_LEADS = "|".join((_alternatives(_DEADLINE), _alternatives(_ANCHOR), "for"))
_LEAD = re.compile(
    _compiled(rf"(?:(?:{_LEADS}):? [\"'(]?(?:the |an? )?){{1,4}}").pattern.removesuffix(r"(?!\w)")
    + r"\Z"
)
_LED_ITSELF = _compiled("in|over|during|within|for")
_DEADLINE_LEAD = _compiled(_DEADLINE)
_MET_BY = _compiled("by")
_AIMED_LEAD = _compiled("for")
_TIME_WORD = _compiled("<any weekday>|<month>|<clock>|<day number>|<count>|<unit>|<numeric date>")
_GLUE = re.compile(r"[\s,/&+-]{0,3}(?:(?:and|or|to|until|till|through|on)?[\s,/&-]{0,2})")


class _Candidate(NamedTuple):
    """A time found in the plain text, with the words that lead to it."""

    start: int
    end: int
    time: _Time
    rule: _Rule


def _candidates(plain: str) -> list[_Candidate]:
    """Return the times named, in order, each once: the longest of those that overlap."""
    found: list[_Candidate] = []
    for time, pattern in _FOUND_BY:
        for match in pattern.finditer(plain):
            start, rule = _led(plain, match.start(), time)
            if rule is not _Rule.NEVER:
                found.append(_Candidate(start, match.end(), time, rule))
    found.sort(key=lambda candidate: (candidate.start, -candidate.end))
    kept: list[_Candidate] = []
    for candidate in found:
        if not kept or candidate.end > kept[-1].end:
            kept.append(candidate)
    return kept


def _led(plain: str, start: int, time: _Time) -> tuple[int, _Rule]:
    """Return where the time begins with the words that lead to it, and the rule they call for."""
    if time.led is None or _LED_ITSELF.match(plain, start):
        return start, time.bare
    lead = _LEAD.search(plain, max(start - _LEAD_REACH, 0), start)
    if lead is None:
        return start, time.bare
    if _DEADLINE_LEAD.search(lead[0]):
        return lead.start(), _Rule.UNLESS_MET if _MET_BY.search(lead[0]) else _Rule.ALWAYS
    return lead.start(), time.aimed if _AIMED_LEAD.search(lead[0]) else time.led


def _excused(plain: str) -> list[tuple[int, int]]:
    """Return the slices that innocents cover, none within another, in order."""
    slices = sorted(
        (match.span() for pattern in _EXCUSED_BY for match in pattern.finditer(plain)),
        key=lambda span: (span[0], -span[1]),
    )
    kept: list[tuple[int, int]] = []
    for span in slices:
        if not kept or span[1] > kept[-1][1]:
            kept.append(span)
    return kept


def _promises(text: str, today: date | None) -> Iterator[Promise]:
    reading = _Reading(text)
    plain = reading.plain.text
    excused = _excused(plain)
    starts = [start for start, _ in excused]
    innocent_until = -1
    for candidate in _candidates(plain):
        start, end = candidate.start, candidate.end
        nearest = bisect_left(starts, start + 1) - 1
        listed = 0 <= innocent_until <= start and _GLUE.fullmatch(plain, innocent_until, start)
        if nearest >= 0 and excused[nearest][1] >= end:
            verdict = _Verdict.INNOCENT
        else:
            verdict = _verdict(reading, candidate, today, listed=bool(listed))
        if verdict is _Verdict.INNOCENT:
            innocent_until = end
        if verdict is not _Verdict.PROMISE:
            continue
        first, phrase = reading.plain.written(text, start, end)
        if phrase.endswith(".") and "." not in phrase.split()[-1][:-1]:
            phrase = phrase[:-1]
        yield Promise(phrase, candidate.time.why, first)


class _Verdict(Enum):
    """What a time turns out to be."""

    PROMISE = auto()
    INNOCENT = auto()
    """Something says so, and says it of a list that follows as well."""
    UNPROMISED = auto()
    """Nothing says that it is promised."""


def _verdict(
    reading: _Reading, candidate: _Candidate, today: date | None, *, listed: bool
) -> _Verdict:
    """Judge one time; `listed` says that it continues a list whose last one was innocent."""
    start, end, time, rule = candidate
    sense = reading.sense(start, end)
    described = sense is _Sense.MENTIONED or (listed and rule is not _Rule.ALWAYS)
    if today is not None and time.kind in _DATED:
        phrase = reading.plain.text[start:end]
        spans = _spans_meant(phrase, today)
        named = _YEAR.search(phrase) is not None or sense is not _Sense.PROMISED
        if named and spans and all(last < today for _, last in spans):
            return _Verdict.INNOCENT
        if any(first > today for first, _ in spans) and not described:
            return _Verdict.PROMISE
    if described:
        return _Verdict.INNOCENT
    promised = sense in {_Sense.PROMISED, _Sense.OURS}
    if time.led is not None and not promised and reading.names_a_thing(start, end):
        return _Verdict.INNOCENT
    if _refused(rule, sense, reading, start, end):
        return _Verdict.PROMISE
    return _Verdict.INNOCENT if sense in _SETTLED else _Verdict.UNPROMISED


_SETTLED = frozenset({_Sense.OVER, _Sense.PERHAPS_OVER, _Sense.REGULAR})


def _refused(rule: _Rule, sense: _Sense, reading: _Reading, start: int, end: int) -> bool:
    """Apply the rule of a time to the sense of its surroundings."""
    match rule:
        case _Rule.ALWAYS:
            return True
        case _Rule.UNLESS_MET:
            return sense is not _Sense.OVER or reading.follows_a_pause(start)
        case _Rule.UNLESS_CLEARLY_PAST:
            return sense is not _Sense.OVER
        case _Rule.UNLESS_PAST:
            return sense not in _SETTLED
        case _Rule.UNLESS_CONTACT:
            around = [word.text for word in reading.sentence(start, end)]
            contact = any(
                word in _CONTACT or (word == "back" and before in _COME)
                for before, word in zip(["", *around], around, strict=False)
            )
            resolved = any(_RESOLUTION.fullmatch(word) for word in around)
            return sense is not _Sense.OVER and (resolved or not contact)
        case _Rule.IF_RESOLUTION:
            return sense not in _SETTLED and any(
                _RESOLUTION.fullmatch(word.text) for word in reading.sentence(start, end)
            )
        case _Rule.IF_PROMISED | _Rule.IF_FUTURE:
            stands_alone = all(
                word.text in _HEDGES or word.text in _PAUSES or _TIME_WORD.fullmatch(word.text)
                for word in reading.sentence(start, end)
            )
            ours = rule is _Rule.IF_PROMISED and sense is _Sense.OURS
            return sense is _Sense.PROMISED or ours or stands_alone
        case _Rule.NEVER:
            return False
