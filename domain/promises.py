"""Decides whether text bound for a client promises a time (clause D7).

Clients are never given an estimated time of resolution, so public summaries, progress texts,
workarounds, messages and answers are searched for statements about *when* something will be done:
"by Friday", "within 3 days", "next week", dates, "ETA". Only English is understood.

How a text is read:

1. It is made plain: one case, one kind of blank, dash and quote, nothing invisible, no emphasis.
2. `_TIMES` lists every way to name a time. **Add a phrase there.**
3. `_INNOCENTS` lists phrases that look like one and are none ("24 hours a day").
   **Add an exception there.**
4. What remains is judged by its surroundings. The nearest word in its clause that tells the tense
   says whether the time is promised ("will"), over ("failed", "since"), or only described, as
   data or a control on the screen are ("set the filter to ..."). The `Rule` of its row in
   `_TIMES` says which of these excuse it.

Readings of D7 that the rows and the tests hold to:

* In doubt the text is refused: an agent can say it in other words, a promise cannot be unsaid.
* It does not matter what is promised. A call on Tuesday or an answer by noon is refused as well.
* "Soon" and "shortly" are estimates ("a fix will come soon") unless they only say that somebody
  will be in touch. "As soon as possible" and "as soon as it is fixed" say nothing about time.
* A release may be named ("scheduled for release 2026.4"). "In the next release" is refused: it
  says when. "In a future release" is not.
* Saying that there is no ETA is no ETA.
* Daily updates and other habits are no promise of resolution. Neither is a deadline for the
  client ("please reply within 5 days").
* A date before `today` promises nothing, one after it is refused unless it clearly names data.
  Without `today` a date is judged by its surroundings alone.

Nothing here reads a clock. The work grows in step with the length of the text: no pattern has an
unbounded repeat, and no judgement looks further than `_REACH` words.
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

_REACH = 40
"""Words looked at on either side of a time to learn its tense."""
_LEAD_REACH = 60
"""Characters before a time in which the words that lead to it are looked for."""


@dataclass(frozen=True)
class Promise:
    """A promise of time in a text bound for a client (D7).

    `phrase` is the slice of the text from `start`, exactly as written. `why` completes the
    sentence that begins with the phrase: '"by Friday" names a day'.
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
    dates that are to come are refused; without it, only their surroundings tell.
    """
    return list(_promises(text, today))


# --- The table of times -------------------------------------------------------------------------


class Rule(Enum):
    """Which surroundings make a way of naming a time a promise."""

    NEVER = auto()
    IF_FUTURE = auto()
    """The clause says that something will be."""
    IF_PROMISED = auto()
    """As above, or the clause is about us, a fix, a release; or it consists of nothing else."""
    IF_RESOLUTION = auto()
    """The sentence is about something being fixed, released, available or done."""
    UNLESS_PAST = auto()
    """The clause does not say that it is over or happens regularly."""
    UNLESS_CLEARLY_PAST = auto()
    """As above, but a participle ("fixed in 3 days") is no sign of the past."""
    UNLESS_MET = auto()
    """The clause itself does not clearly say that it was so by then."""
    UNLESS_CONTACT = auto()
    """The clause neither tells the past nor only says that somebody will be in touch."""
    ALWAYS = auto()
    """Whatever the tense."""


class _Time(NamedTuple):
    """A way to name a time.

    A blank in `pattern` stands for any blank or hyphen, `<name>` for a fragment. Each rule holds
    for the time as it is led to: not at all, by a word of `_ANCHOR` ("on", "this"), or by "for".
    Led to by a word of `_DEADLINE` ("by", "next") it is refused as under `Rule.UNLESS_MET`. Where
    `led` is None the pattern has its own leading words, and others make no difference.
    """

    kind: str
    why: str
    pattern: str
    bare: Rule
    led: Rule | None = None
    aimed: Rule = Rule.ALWAYS


_DEADLINE = (
    "by|no later than|not later than|no earlier than|not before|on or before|come|next|coming"
    "|upcoming|effective|as early as|as late as|as soon as"
    "|(?:moved|pushed|postponed|rescheduled|delayed|deferred|shifted|bumped)(?: back| out)?"
    " (?:to|until|till)"
)
_ANCHOR = (
    "on|at|in|end|during|over|until|till|'til|before|after|prior to|ahead of|from|starting|beginning"
    "|as of|around|about|towards?|sometime|some time|early|late|later|mid|this|following|through"
    "|between|within|hopefully|maybe|probably|perhaps|likely|possibly|tentatively|approximately"
    "|approx\\.?|roughly|circa|ca\\.?|~|say|or|the very|part of|(?:the )?(?:first|second|latter) half of"
    "|(?:the )?(?:very )?(?:start|beginning|middle|end|close|course|week|month|morning|afternoon"
    "|evening|night|day|rest) of"
)

_FRAGMENTS = {
    # Numbers and amounts
    "ones": "one|two|three|four|five|six|seven|eight|nine",
    "teens": ("ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen"),
    "tens": "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety",
    "count": (
        r"(?:\d{1,4}(?:[.,]\d{1,2}|\u2044\d{1,2})?|<tens>(?: <ones>)?|<teens>|<ones>"
        r"|(?:one )?hundred)(?: \(\d{1,4}\))?"
    ),
    "range": r"<count>\+?(?: ?(?:to|or|and|/| )? ?<count>)?",
    "vague": (
        "(?:an? |the )?(?:(?:couple|handful|number|matter)(?: of)?|few|dozen)|several|some|many"
        "|half an?"
    ),
    "rough": (
        r"about|around|approximately|approx\.?|roughly|circa|ca\.?|at most|at least|up to"
        r"|no more than|not more than|more than|less than|fewer than|under|over|as little as"
        r"|maybe|probably|perhaps|say|only|just|max\.?|maximum|nearly|almost|well|another"
        r"|a further|an additional|a maximum of|the|next|coming|following|[~<>\u2248]"
    ),
    "hedged": "(?:(?:<rough>) ?){0,3}",
    "amount": (
        "<hedged>(?:<range>|<vague>)(?: and a half)?"
        "(?: or so| more| further| additional| short| full| long| other| extra){0,2}"
    ),
    # Units
    "kind of": (
        "(?:business|working|work|calendar|week|full|man|person|dev|developer|biz|consecutive)"
    ),
    "long unit": (
        "(?:(?:<kind of> )?(?:days?|weeks?|wks?|months?|mths?|quarters?|years?|yrs?)|workdays?"
        "|fortnights?|sprints?|weekends?|nights?|mornings?|iterations?|(?:release )?cycles?)"
    ),
    "unit": "(?:(?:<kind of> )?(?:minutes?|mins?|hours?|hrs?)|<long unit>)",
    "short unit": "(?:seconds?|secs?|minutes?|mins?|moments?|s|ms)",
    "tail": (
        "(?:'s?)?(?: time)?(?: or (?:two|three|so|less))?"
        "(?: at (?:the )?(?:most|latest)| max(?:imum)?| tops| more)?"
    ),
    "length": (
        r"(?:<amount> ?<unit>|<hedged>(?:an?|one|half a|a single|a full|a good) <unit>"
        r"|<hedged>\d{1,3}(?: ?(?:to| ) ?\d{1,3})? ?[hdw])<tail>"
    ),
    # Days and dates
    "weekday": "(?:mon|tues|wednes|thurs|fri|satur|sun)day",
    "short weekday": r"(?:mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun)\b\.?",
    "any weekday": "(?:<weekday>|<short weekday>)",
    "part of day": (
        "(?:,? (?:early |late |mid )?(?:mornings?|afternoons?|evenings?|nights?|noon|midday"
        "|lunch(?:time)?|eod|eob|cob|at the latest|at the earliest|latest|week))"
    ),
    "month name": ("january|february|april|june|july|august|september|october|november|december"),
    "short month": "jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec",
    "month": r"(?:<month name>|march|may|(?:<short month>)\b\.?)",
    "day number": r"(?:0?[1-9]|[12]\d|3[01])(?!\d)(?: ?(?:st|nd|rd|th))?",
    "ordinal word": (
        "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
        "|thirteenth|fourteenth|fifteenth|sixteenth|seventeenth|eighteenth|nineteenth"
        "|twentieth|thirtieth|thirty first|twenty (?:first|second|third|fourth|fifth|sixth"
        "|seventh|eighth|ninth)"
    ),
    "year": r"(?:(?:19|20)\d\d(?!\.?\d)|'\d\d)",
    "numeric date": (
        r"(?:20\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])(?!\d)"
        r"(?:t\d\d:?\d\d(?::?\d\d)?(?:\.\d{1,6})?(?:z|[+-]\d\d:?\d\d)?)?"
        r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:20)?\d\d(?!\d))"
    ),
    "control": (
        "(?:button|filter|option|field|tab|menu|column|label|view|entry|list|link|checkbox|box"
        "|heading|report|form|page|item|setting)s?"
    ),
    "holiday": (
        "(?:christmas|xmas|thanksgiving|easter|new year'?s?|labor day|memorial day|the holidays?"
        "|independence day|halloween|juneteenth|the holiday season)"
        "(?: (?:eve|day|break|holidays?|weekend))?"
    ),
    "written date": (
        r"(?:(?:the )?(?:<day number>|<ordinal word>)(?: of)? <month>(?:,? <year>)?"
        r"|<month> (?:the )?(?:<day number>(?!:\d)|<ordinal word>)(?:,? <year>)?)"
    ),
    # Times of day
    "zone": "(?: (?:ct|cst|cdt|et|est|edt|pt|pst|pdt|mt|cet|cest|utc|gmt|(?:central|eastern) time))",
    "clock": (
        r"(?:[0-2]?\d[:.h][0-5]\d(?::[0-5]\d)?(?: ?[ap]\.?m\b\.?)|[0-2]?\d[:h][0-5]\d(?::[0-5]\d)?"
        r"|[01]?\d ?[ap]\.?m\b\.?|(?:\d{1,2}|<ones>|<teens>) ?o'? ?clock"
        r"|(?:half past|quarter past|quarter to) (?:\d{1,2}|<ones>|<teens>)"
        r"|noon|midday|midnight|lunch ?time|lunch|sunset|dawn)<zone>?"
    ),
    # Longer stretches
    "period": (
        "(?:business |working |work |calendar |fiscal |financial )?"
        "(?:hour|day|week|weekend|month|quarter|year|fortnight|sprint|season|cycle|iteration)"
    ),
    "release": (
        "(?:(?:product |software |scheduled |major |minor |maintenance |regular |planned |quarterly "
        "|monthly |service |system |eto |weekly ){0,2}"
        "(?:releases?|updates?|upgrade|patch(?:es)?|hotfix|version|build|deployments?|rollout"
        "|service pack|maintenance(?: window| period)?|downtime|sprint|deploy|drop))"
    ),
    "outcome": "fix|resolution|completion|release|patch|repair|delivery|solution|go live|arrival",
    "eta": (
        r"(?:e\.? ?t\.? ?[adr]\b\.?|etas|etrs|(?:estimated|estimate|projected|anticipated|tentative"
        r"|approximate|provisional|est\.?) (?:\w{1,14} ){0,2}(?:times?|dates?|timelines?"
        r"|time ?frames?|turnaround|<outcome>)|(?:expected|likely|targeted|target|planned) "
        r"(?:\w{1,14} )?(?:completion|resolution|delivery|arrival|turnaround|fix date|go live"
        r"|timeline)|(?:time|date) estimates?|estimates? (?:of|for) (?:the )?(?:time|date|<outcome>)"
        r"|(?:expected|target|planned|likely) (?:date|time) (?:of|for) (?:an? |the )?(?:<outcome>))"
        r"(?: (?:for|of|on) (?:an? |the |this |your )?(?:<outcome>))?"
    ),
}

_TIMES = (
    _Time(
        "relative day",
        "names a day by which something will be done",
        "(?:the )?day after tomorrow<part of day>?|(?:to ?morrow|tomm?orr?ow|tmrw|tmr|2morrow)"
        "<part of day>?|tonight|tonite|overmorrow|first thing(?: in the morning)?",
        Rule.ALWAYS,
        Rule.ALWAYS,
    ),
    _Time(
        "today",
        "names today",
        "(?:later |sometime |still |end of |before the end of )?today",
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    _Time(
        "this period",
        "names a time that is not over",
        "(?:later |early |earlier |sometime )?(?:this|the same) (?:coming )?(?:very )?"
        "(?:<period>|morning|afternoon|evening|night)|(?:the )?(?:rest|remainder) of the <period>"
        "|(?:early|late|later|midway|mid|sometime|further on)(?: on)? in the <period>"
        "|before the <period> (?:is|was) (?:out|over|up)",
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    _Time(
        "next period",
        "names a time to come",
        "(?:the )?(?:<period>|release) after (?:next|this)|(?:the )?(?:week|month|year) after|next (?:business |working |calendar |fiscal )?"
        "(?:week|weekend|month|quarter|year|fortnight|sprint|season|cycle|iteration|spring"
        "|summer|autumn|fall|winter)<part of day>?|(?:in|over|during|within|for) (?:the )?"
        "(?:(?:next|coming|upcoming|following) )(?:<range> |<vague> )?<unit>(?: or (?:two|so))?"
        "|(?:the )?(?:coming|upcoming) (?:<range> |<vague> )?<unit>"
        "|(?:the )?<unit> (?:ahead|to come)|(?:the )?<unit> after this",
        Rule.ALWAYS,
        Rule.ALWAYS,
    ),
    _Time(
        "next day",
        "names a time to come",
        "(?:the )?(?:next|following) (?:<kind of> )?(?:day|morning|afternoon|evening|night|hour)"
        "|next <range> <unit>|next <vague> <unit>",
        Rule.IF_PROMISED,
        Rule.UNLESS_CLEARLY_PAST,
    ),
    _Time(
        "end of period",
        "names the end of a period",
        "(?:(?:the )?(?:very )?(?:end|close|beginning|start|middle|turn|half) of (?:the |this |next"
        " |business on |play on )?(?:next |coming |current |business |working )?(?:<period>|play"
        "|business|today|tomorrow)|(?:<period>|month|year|quarter|week)(?:'s)? end|mid <period>"
        "|close of business|close of play)(?:,? (?:on )?<weekday>)?",
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    _Time(
        "end of period, short",
        "names the end of a period",
        r"(?:e\.?o\.?[dwmyq]|c\.?o\.?b|c\.?o\.?p)\b\.?(?: (?:on )?<any weekday>)?",
        Rule.ALWAYS,
        Rule.ALWAYS,
    ),
    _Time(
        "close of business, short",
        "names the end of a day",
        "eob(?: (?:on )?<any weekday>)?",
        Rule.IF_PROMISED,
        Rule.ALWAYS,
    ),
    _Time(
        "last moment",
        "names a day by which something will be done",
        "(?:<weekday>|<clock>|<written date>|<month name>|weekend|<period>) "
        "(?:at (?:the )?(?:very )?(?:latest|earliest)|latest|earliest)",
        Rule.ALWAYS,
        Rule.ALWAYS,
    ),
    _Time(
        "numeric date",
        "names a date",
        r"(?<![/._=\\-])<numeric date>(?![\w/\\]|[-.:]\w)",
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    _Time(
        "written date",
        "names a date",
        r"(?:(?:<any weekday>,? )?<written date>|<weekday>,? (?:the )?<day number>"
        r"|\d{1,2}[-/]?(?:<short month>)[-/]?(?:20)?\d\d|(?:<short month>)/\d{1,2}/(?:20)?\d\d"
        r"|(?:the )?(?:first|second|third|fourth|last|final) (?:<weekday>|week|weekend|day|half)"
        r" (?:of|in) (?:<month>|next <period>|the (?:month|quarter|year)))(?!/|-\d)",
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    _Time(
        "month and year",
        "names a month",
        "<month>,?(?: of)? <year>",
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    _Time(
        "short date",
        "names a date",
        r"(?<![/.\\-])(?:0?[1-9]|[12]\d|3[01])[./](?:0?[1-9]|[12]\d|3[01])\.?(?![\w/%-]|\.\d)"
        r"|20[2-9]\d-(?:0[1-9]|1[0-2])(?![\w-])",
        Rule.NEVER,
        Rule.IF_FUTURE,
    ),
    _Time(
        "short date, announced",
        "names a date",
        r"(?:expected|eta|due|date|scheduled|planned|est\.?|fix|release|available|delivery|deployed"
        r"|live|target):? (?:0?[1-9]|[12]\d|3[01])/(?:0?[1-9]|[12]\d|3[01])(?![\w/%-]|\.\d)",
        Rule.IF_PROMISED,
    ),
    _Time(
        "day of the month",
        "names a day of the month",
        r"(?:the )?(?:(?:[12]?1st|2?2nd|2?3rd|[12]?[04-9]th|1[1-3]th|30th|31st)|<ordinal word>)"
        r"(?= ?(?:$|[.,;:!?)\n]|(?:at|and|or|we|it|this|that|our|of (?:the|this|next|that|<month>)"
        r" ?\w{0,9}|when|latest|in the)\b))(?: of (?:the |this |next )?month)?",
        Rule.NEVER,
        Rule.UNLESS_PAST,
    ),
    _Time("weekday", "names a day", "<weekday><part of day>?", Rule.IF_PROMISED, Rule.UNLESS_PAST),
    _Time(
        "weekday, short",
        "names a day",
        "<short weekday><part of day>?",
        Rule.NEVER,
        Rule.UNLESS_PAST,
    ),
    _Time(
        "month",
        "names a month",
        "<month name>",
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
        Rule.IF_PROMISED,
    ),
    _Time(
        "month, ambiguous",
        "names a month",
        r"(?:march|may)(?= ?(?:$|[.,;:!?)\n]|(?:we|and|or|it|the|at|if|when|as|this|with)\b))"
        r"|(?:<short month>)\b\.?",
        Rule.NEVER,
        Rule.UNLESS_PAST,
        Rule.IF_PROMISED,
    ),
    _Time(
        "year",
        "names a year",
        r"(?:the year |fy ?)?20[2-9]\d(?![\w/%:]|[-.]\d| (?:records|rows|entries|users|lines|cases|forms"
        r"|sites|reports|characters|participants|clients)\b)",
        Rule.NEVER,
        Rule.UNLESS_PAST,
        Rule.IF_PROMISED,
    ),
    _Time(
        "quarter",
        "names a quarter",
        r"(?:q[1-4]|[1-4]q|h[12]|[12]h(?= ?'?\d\d))(?:(?:,? ?(?:of )?|/)(?:20\d\d|'?\d\d\b))?"
        r"|(?:the )?(?:<ordinal word>|[1-4](?:st|nd|rd|th)|last|final) (?:quarter|half)"
        r"(?: of (?:the |this |next )?(?:20\d\d|year))?",
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
        Rule.IF_PROMISED,
    ),
    _Time(
        "season",
        "names a season",
        r"(?:the )?(?:spring|summer|autumn|fall|winter)(?: (?:of )?20\d\d)?(?! (?:back|through))",
        Rule.NEVER,
        Rule.UNLESS_PAST,
        Rule.IF_PROMISED,
    ),
    _Time(
        "holiday",
        "names a day",
        "<holiday>",
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
        Rule.UNLESS_CLEARLY_PAST,
    ),
    _Time(
        "release of a season",
        "says by which release something will be done",
        r"(?:spring|summer|autumn|fall|winter|<month name>|q[1-4]|<weekday>) <release>",
        Rule.IF_PROMISED,
        Rule.UNLESS_CLEARLY_PAST,
    ),
    _Time("midweek", "names a time in a week", "mid ?week", Rule.IF_PROMISED, Rule.UNLESS_PAST),
    _Time(
        "daylight",
        "names a time of day",
        "(?:by|before|until|till) (?:(?:the|early|late|mid) )?"
        "(?:morning|afternoon|evening|night|dawn|dusk|nightfall|dinner ?time|breakfast|tea ?time)",
        Rule.UNLESS_PAST,
    ),
    _Time("weekend", "names a day", "(?:the )?weekend", Rule.NEVER, Rule.UNLESS_PAST),
    _Time(
        "numbered week",
        "names a week",
        r"(?:(?:calendar )?week (?:no\.? |number )?[1-5]?\d|[ck]w ?[1-5]?\d)",
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
    ),
    _Time(
        "time of day",
        "names a time of day",
        r"(?<![:.-])<clock>(?![\w%/]|[:.]\d)(?:,? (?:on )?(?:today|tomorrow|tonight|<weekday>"
        r"|<numeric date>|<written date>))?",
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
    ),
    _Time(
        "bare hour",
        "names a time of day",
        r"(?:at|by|around|before) (?:[1-9]|1\d|2[0-3]|[1-9]|1[0-2])(?! ?[%:/$#-]|[.,]\d"
        r"| (?!today|tomorrow|or|and|on|sharp|ct|this|in the)\w)",
        Rule.IF_FUTURE,
    ),
    _Time(
        "part of the day",
        "names a time of day",
        "in the (?:morning|afternoon|evening)|overnight|(?:the )?same day|(?:over|during) the "
        "(?:day|night)|(?:over|in|during) the course of the <period>",
        Rule.IF_FUTURE,
    ),
    _Time(
        "within",
        "promises something within a length of time",
        "(?:with ?in|inside(?: of)?|in under|in less than|in|give (?:us|me|it)|allow(?: us| for)?"
        "|bear with us(?: for)?) <length>"
        "|within (?:the |an? )?(?:<kind of> )?(?:minutes|hours?|days?|weeks?|months?|sprints?)"
        "|within <hedged>(?:<vague> )?<unit>|in a matter of <unit>|(?:in )?a <vague> of <unit>"
        "|give (?:us|me|it) (?:an? |some )?(?:<rough> )?(?:<unit>|time until <unit>)",
        Rule.UNLESS_CLEARLY_PAST,
    ),
    _Time(
        "in units",
        "promises something within a length of time",
        "in (?:seconds|minutes|hours|days|weeks|months)|(?:same|next) day",
        Rule.IF_FUTURE,
    ),
    _Time(
        "matter of",
        "says how long something will take",
        "(?:a )?(?:matter|question) of (?:just |only )?(?:a )?(?:few |<vague> )?<unit>"
        "|(?:minutes|hours|days|weeks|months),? (?:not|rather than|instead of) <unit>",
        Rule.UNLESS_PAST,
    ),
    _Time(
        "from now",
        "names a time counted from now",
        "(?:<length>|<unit>) (?:away|out)(?: from \\w{1,14})?"
        "|<length> (?:from|after) (?:now|today|tomorrow|tonight|next <unit>|<weekday>)"
        "|<length> to go|<weekday> week|(?:<length>) (?:until|till|before|to) (?:we |the |it |a |this ){1,2}"
        "(?:(?:will|can|is|be|has) ){0,2}(?:fix(?:ed)?|release[ds]?|deploy(?:ed)?|resol\\w{2,6}"
        "|available|done|live|ready|patch|ship)",
        Rule.ALWAYS,
    ),
    _Time(
        "length",
        "says how long something will take",
        "<amount> ?<unit><tail>|(?:<rough>) (?:an?|one|half a) <unit><tail>|an? <unit>,? (?:or (?:two|so)|tops|max|at most)"
        "|half (?:an? )?(?:day|hour)|(?:takes?|taking|needs?|requires?|want|for)(?: (?:us|them|the|our|team|engineers))"
        "{0,3} <length>"
        r"|<hedged>\d{1,3}(?: ?(?:to| ) ?\d{1,3})? ?h(?:rs?)?",
        Rule.IF_PROMISED,
    ),
    _Time(
        "after",
        "promises something after a length of time",
        "(?:after|beyond|past) <length>",
        Rule.IF_RESOLUTION,
    ),
    _Time(
        "seconds",
        "promises something within a length of time",
        "(?:in|within|after|takes?) (?:<amount> ?|a |the )<short unit>",
        Rule.IF_RESOLUTION,
    ),
    _Time(
        "vague",
        "says that something will be done before long",
        "(?:very |pretty |quite |real |really )?(?:soon|shortly)|momentarily|imminently|imminent"
        "|before (?:too )?long|in no time|in short order|in (?:just )?a (?:bit|moment|jiffy|while"
        "|little while|short while|minute|second|sec)|in the (?:very )?(?:near|immediate|short"
        "|not too distant) (?:future|term)|(?:at )?any (?:day|minute|moment|time|hour|second) now"
        "|one of these days|around the corner|within a (?:short|reasonable) time",
        Rule.UNLESS_CONTACT,
    ),
    _Time(
        "estimate",
        "announces an estimated time",
        "<eta>",
        Rule.ALWAYS,
    ),
    _Time(
        "next release",
        "says by which release something will be done",
        "(?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:contains?|includes?"
        "|fix(?:es)?|brings?|corrects?|resolves?|has|solves?)|(?:the )?<release> after next"
        "|(?:in|with|by|for|before|until|as part of|part of|during|into|on|after|via|through|to) "
        "(?:one of )?(?:(?:the|our|your|its) )?(?:very )?(?:next|upcoming|coming|following|forthcoming) "
        "(?:<range> |<vague> )?<release>(?! notes)",
        Rule.UNLESS_CLEARLY_PAST,
    ),
)


# --- The table of innocents ---------------------------------------------------------------------


class _Innocent(NamedTuple):
    """A phrase that promises nothing; what it covers from end to end is excused."""

    what: str
    pattern: str


_INNOCENTS = (
    _Innocent("round the clock", r"24 ?[/x] ?7(?: ?[/x] ?36[56])?|365 days(?: an?| per)? year"),
    _Innocent("a rate", "<amount> ?<unit> (?:an?|per|each|every|in every) <unit>"),
    _Innocent(
        "a habit",
        "(?:every|each|per|once an?|once in|twice an?|times an?|times in)(?: other| single| few"
        "| couple of)?(?: (?:<range>))? ?(?:<unit>|<short unit>|<weekday><part of day>?|<month name>"
        "|morning|afternoon|evening|night|quarter|release)(?: (?:at|from|before|after) <clock>)?"
        "(?: (?:until|till) (?:it|this|the \\w{1,10}) is \\w{1,10})?"
        "|(?:on )?<weekday> (?:mornings|afternoons|evenings|nights)",
    ),
    _Innocent(
        "a day of every month",
        "(?:on )?the (?:<day number>|<ordinal word>|last) (?:(?:business |working )?day |<weekday> )?"
        "(?:of|in) (?:each|every|any|a) (?:month|quarter|year|week)",
    ),
    _Innocent(
        "opening hours",
        "(?:from )?<any weekday>s? ?(?:to|through|thru|and| )? ?(?:and )?<any weekday>s?"
        "(?:,? ?(?:from |between )?<clock> ?(?:to|and|till|until| )? ?<clock>)"
        "|(?:from )?mon(?:day)?s? ?(?:to|through|thru| )? ?(?:fri|sun|sat|thurs)(?:day)?s?"
        "|(?:hours(?: are)?|open|available|reach us|reachable|staffed|answered|working)[: ]"
        "(?:(?:from|between|daily|on|weekdays|is|are|by|phone|chat|us) ){0,3}"
        "(?:<clock>|\\d{1,2}) ?(?:to|and|till|until| )? ?<clock>",
    ),
    _Innocent(
        "a time that is over",
        "(?:last|past|previous|preceding|prior)(?: <range>| <vague>)? (?:<unit>|<short unit>"
        "|<part of day>|<weekday>|<month>|spring|summer|autumn|fall|winter|night|quarter|half)"
        "|<length> (?:ago|earlier|old|older|overdue|beforehand|or older)",
    ),
    _Innocent("an age", "(?:older|newer|longer|younger|aged) (?:than )?<length>"),
    _Innocent(
        "a length of data or idleness",
        "(?:in |within |after |for |of )?<length>(?: worth)? (?:of|without|with no) (?:data|history"
        "|inactivity|idle\\w{0,4}|records|entries|activity|notes|visits|attendance|services?"
        "|training|use|using|testing|waiting|silence|support|consultation|logs?|input|results"
        "|trying|work in|logging|opening|clicking|saving|running|being|typing|appointments)",
    ),
    _Innocent(
        "a length between two things recorded",
        "(?:with)?in <length> (?:of|after|before|from) (?:the |their |his |her |an? |each )?"
        "(?:intake|enrol\\w{1,6}|admission|discharge|birth|referral|entry|exit|assessment|visit"
        "|logging|login|being|dismissal|program|opening|saving|clicking|each other|creation"
        "|expiry|start|running|signing)",
    ),
    _Innocent(
        "a kind of thing",
        r"\d{1,3}-(?:second|minute|hour|day|week|month|year)(?:-old)? (?!fix|turnaround|wait|delay"
        r"|timeline|time|window|estimate|effort|target|deadline|resolution|release|cycle|job)"
        r"\w{1,20}|(?:12|24)[- ]hour (?:clock|format|time|system|view|notation)",
    ),
    _Innocent(
        "a label on the screen",
        "(?:<control>|select|choose|click|pick|press|named|called|titled|set to|to)"
        "(?: on| the){0,2} (?:\"[^\"\n]{1,40}\"|'[^'\n]{1,40}')"
        "|(?:\"[^\"\n]{1,40}\"|'[^'\n]{1,40}') <control>",
    ),
    _Innocent("a list of columns", "the <short weekday>(?:/<short weekday>){1,6}"),
    _Innocent(
        "a setting",
        "(?:time ?outs?|limit(?:s|ed)?|capped|restrict(?:s|ed)|interval|duration|retention)"
        "(?: period)?(?: (?:is|are|was|of|to|at|set|exports|files|calls|up|now|from)){0,4} "
        "(?:at most |a maximum of )?<length>",
    ),
    _Innocent(
        "a pause before trying again",
        "(?:try|trying|retry|retrying|retries|reload|refresh|log in|sign in|logging in|open it"
        "|repeat it|press it|click it|save|saving)(?: (?:it|this|the page|again|once more)){0,3} "
        "(?:in|after|within) (?:an? |<amount> ?)(?:<short unit>|couple of <short unit>)"
        "|wait(?:s|ed|ing)?(?: for)? (?:an? |<amount> ?)(?:<short unit>|while|bit|hour)",
    ),
    _Innocent(
        "what the software does after a while",
        "(?:expires?|times? out|timing out|hangs?|freezes?|crash(?:es)?|fails?|stalls?|disconnects?"
        "|logs? (?:\\w{1,12} )?(?:out|off)|logged (?:out|off)|locked|locks?|loads|opens|refreshes"
        "|reloads|syncs|synchroni[sz]es|appears?|disappears?|shows up|renders"
        "|takes? effect|responds|finishes|completes|runs|saves|prints|exports|imports|closes|ends)"
        "(?: (?:again|only|itself|you|the|user|page|screen)){0,3} "
        "(?:in|within)(?: under| less than)? (?:an? |<amount> ?)(?:<short unit>|hours?)",
    ),
    _Innocent(
        "a deadline for the client",
        "if (?:we|you) (?:do not|don't|have not|haven't|did not|cannot|can't|are not able to) "
        "(?:\\w{1,15} ){0,6}(?:with)?in <length>|(?:if|unless) (?:we|you) (?:\\w{1,15} ){0,4}"
        "(?:hear|reply|respond|answer) (?:\\w{1,15} ){0,4}(?:with)?in <length>"
        "|re ?open(?:ed)? (?:\\w{1,15} ){0,4}(?:within|for|up to|in) <length>"
        "|you have <length> to \\w{1,15}",
    ),
    _Innocent(
        "as soon as",
        r"as soon as(?: (?:possible|\w{1,4} (?:possibly )?can|practicable|feasible))?"
        r"(?! (?:<any weekday>|<month>|to|next|this|early|mid|\d|q\d|the \d))|asap",
    ),
    _Innocent("soon after", "(?:too|so|how|as) soon|(?:soon|shortly) (?:after|before|afterwards)"),
    _Innocent(
        "no estimate",
        "(?:no|not|never|cannot|can't|don't|won't|doesn't|unable|without|nor|isn't|haven't|couldn't)"
        "(?: (?!but|however|though)[\\w']{1,15}){0,6} <eta>",
    ),
    _Innocent(
        "the question for an estimate",
        "(?:ask(?:s|ed|ing)?|request(?:s|ed|ing)?|question|wish) (?:\\w{1,10} ){0,2}(?:for|about) "
        "(?:an? |the )?<eta>",
    ),
    _Innocent(
        "a field or column",
        '<eta> (?:"|\\w{1,12} )?(?:field|column|report|filter|button|tab|page|box|picker|label'
        "|menu|value|element|question)s?",
    ),
    _Innocent(
        "courtesy",
        "(?:thanks?|thank you|sorry|apologi[sz]e|apologies|help you|contacting|writing|calling"
        "|reaching out|getting in touch|chatting|speaking|talking)(?: [\\w']{1,14}){0,7} "
        "(?:today|this (?:morning|afternoon|evening|week|month))|(?:as of|until|up to|to) today"
        "|all for today|enough for today|(?:today|this week|this month)'s date"
        "|(?:is|are|was) there anything else(?: [\\w']{1,14}){0,6} today",
    ),
    _Innocent(
        "an earlier contact",
        "(?:per|following|since) (?:our|your|the) (?:\\w{1,10} )?(?:call|chat|conversation|message"
        "|e ?mail|meeting|session|discussion)(?: (?:on|at|of|from|earlier|with \\w{1,12})){0,2} "
        "(?:today|this (?:morning|afternoon|week)|<weekday><part of day>?|<written date>"
        "|<numeric date>)",
    ),
    _Innocent("now", "as of (?:now|today|this (?:morning|afternoon|week))"),
    _Innocent(
        "a version",
        r"(?:version|release|build|v|ver\.?|python|java|chrome|firefox|edge|safari|windows|ios"
        r"|android|office|excel|patch|hotfix|rel|on|with|and|to|from|than)\.? ?#?"
        r"\d{1,4}(?:\.\d{1,4}){2,3}(?![\w.-]\d)(?<!\.20\d\d)",
    ),
    _Innocent(
        "a version or number",
        r"(?:version|release|build|v|ver\.?|python|java|chrome|firefox|edge|safari|windows|ios"
        r"|android|office|excel|patch|hotfix|rel|def|case|ticket|number|no\.?|nr\.?|id|code|error"
        r"|defect|article|step|page|section|line|row|chapter)s?[ #:-]{0,3}(?:code |number |no\.? )?"
        r"#?\d{1,6}(?:[./-]\d{1,6})?(?!\d)(?![./-]\d)",
    ),
    _Innocent(
        "how the software writes or counts",
        "(?:shown|displayed|printed|formatted|written|stored|saved|entered|rejected|read|exported"
        "|imported|shows|instead of|rather than)(?: (?:as|like|with|instead of|in)){0,2} "
        "[\"']?(?:<numeric date>|<written date>|<clock>)[\"']?"
        "|(?:week|calendar|picker|list|chart|view|year) (?:starts|begins|opens|ends|start|begin"
        "|starting|beginning) (?:on|in|with|at) (?:an? )?(?:<weekday>|<month>|<clock>)"
        "|(?:go|goes|jumps?|switch(?:es)?|scrolls?|skips?|advances?) to (?:the )?next <period>"
        "|rounded (?:up |down )?to (?:the )?(?:next|nearest) <unit>"
        "|(?:tasks?|items?|visits?|appointments?|actions?|invoices?|forms?|reviews?)"
        "(?: that are| which are)? due (?:today|tomorrow|(?:this|next) <period>|<length>"
        "|(?:on |in |within )?(?:<weekday>|<written date>|<numeric date>|<length>))",
    ),
    _Innocent(
        "a wish",
        "(?:happy|merry|best wishes for the|all the best for the|have an? \\w{1,10}|enjoy (?:the|your)"
        "|good) (?:<weekday>|weekend|<holiday>|day|<part of day>|week)",
    ),
    _Innocent("the other day", "the other day|day (?:one|zero|1)|these days|nowadays|to date"),
    _Innocent("what the time is called", "<weekday> to <weekday>"),
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


_STOPS = frozenset(".!?;\n")
_PAUSES = frozenset(",:()-|\t")
_SUBORDINATORS = _words(
    "that which who whose where when whenever if because while although though unless whereas why"
)
_COORDINATORS = _words("and but so or")
_DETERMINERS = _words("the a an your our this these those any no its their my his her each every")
_FUTURE = re.compile(
    "will|'ll|won't|shall|should|would|might|may|going|gonna|plan(?:s|ned|ning)?|expect[a-z]{0,7}"
    "|aim(?:s|ed|ing)?|hop(?:e|es|ed|ing|eful|efully)|target(?:s|ed|ing)?|(?:re)?schedul(?:e|es|ed"
    "|ing)|slated|due|anticipat[a-z]{1,4}|estimat[a-z]{1,4}|intend(?:s|ed|ing)?|promis[a-z]{1,3}"
    "|commit(?:ted|ting|ment)?|guarantee[ds]?|likely|coming|comes|arriv(?:e|es|ing|al)"
    "|land(?:s|ing)?|goes|eta|etas|e\\.t\\.a|forecast|projected|tentative(?:ly)?|supposed"
    "|postpon[a-z]{1,3}|deferred|delayed|pushed|deadlines?|pencil[a-z]{1,3}|prognosis"
)
_OURS = re.compile(
    "(?:hot|bug)?fix(?:es|ing)?|patch(?:es|ing)?|resolution|resolves?|resolving|solution"
    "|solves?|(?:re)?deploy(?:s|ing|ment|ments)?|releas(?:e|es|ing)|roll(?:s|ing)?|rollout"
    "|roll-out|go-live|go|ships?|shipping|updates?|upgrade|maintenance|correction|repairs?"
    "|turnaround|timelines?|timeframe|completion|deliver(?:s|y|ies|ing)?|roadmap|frame|gets?|receives?|live"
    "|ready|available|done|finish(?:es|ing)?|launch(?:es|ing)?|ends|ending|testing|tests|qa|goal|objective|looking|tackle|restor(?:e|es|ing)"
)
_US = _words("we i i'm team engineering engineers developers development they")
_OVER = _words(
    "was wasn't were weren't had hadn't did didn't been saw began went came yesterday ago last past"
    " previous previously earlier since recently couldn't formerly initially originally"
)
_IRREGULAR = _words(
    "found made sent lost took gave told wrote said became kept left met broke ran fell held rose"
    " stood led felt thought brought built spent caught grew got knew threw done seen gone shown"
    " given taken written broken known shut stuck spoke agreed freed"
)
_NO_PARTICIPLE = _words("hundred embed sacred naked rapid red unresolved unchanged unfixed limited")
_UNDECIDED_BEFORE = _words(
    "be is are 's 're am 'm get gets getting being see want wants need needs once when until"
    " till if"
)
_SUBJECTS = _words("i we you they he she who which that it")
_REGULAR = _words(
    "every each always usually normally typically daily weekly monthly nightly hourly whenever runs"
    " opens closes shows appears disappears loads reloads displays expires expire hangs"
    " hang freezes freeze crashes crash fails fail stalls times out occurs happens resets stops jumps missing"
    " empty blank wrong incorrect slow slower slowest shown listed twice doubled duplicated cut affected"
)
_CONTROLS = _words(
    "click clicking choose choosing select selecting tick ticking type typing enter entering filter"
    " filters filtering sort sorting labelled labeled named called titled set setting"
)
_RECORDS = _words(
    "range ranges period periods record records entry entries data row rows total totals figures"
    " numbers appointment appointments invoice invoices statement statements dated column columns"
    " value values visit visits note notes transaction transactions payment payments attendance"
    " balance balances report reports file files shift shifts calendar date dates timestamp"
    " timestamps session sessions enrollment enrollments enrolment enrolments events tasks"
    " budget budgets dashboard button option tab menu field fields label link checkbox item"
)
_REQUESTS = _words(
    "reply respond send answer provide return confirm upload attach tell let get call contact write"
    " fill complete submit forward share give"
)
_CONTACT = _words(
    "touch contact contacts update updates updated reply respond write hear call follow know"
    " news inform notify notified reach"
)
_COME = _words("get come circle report write call gets")
_RESOLUTION = re.compile(
    "(?:hot|bug)?fix(?:ed|es|ing)?|resol(?:ve|ved|ves|ving|ution)|releas(?:e|ed|es|ing)|solution"
    "|(?:re)?deploy[a-z]{0,5}|ship(?:s|ped|ping)?|patch(?:ed|es)?|available|ready|live|done"
    "|repair(?:ed|s)?|restored?|answer(?:ed)?|completed?|restarted|rebooted|finished|work(?:s|ing)?|solved|eta"
)
_RELEASE_NOUN = re.compile(
    "releases?|updates?|upgrade|patch|deploy[a-z]{0,5}|maintenance|(?:hot)?fix|build|version"
    "|rollout|drop|window|sprint|downtime|deadline|target|go-live|delivery|launch"
)
_NOT_A_NOUN = _words(
    "we i it you they he she the a an at of after before and or in on is are was were will would"
    " should but so that this then for to by with when if as from our your all can may at has have"
    " had did does do everything nothing please"
)
_HEDGES = _words(
    "about around approx approximately roughly probably maybe perhaps likely hopefully only just at"
    " most max tops or less more so i guess think say estimated latest the in on a within yes ok please"
    " sure possibly unfortunately sadly sorry afraid it is 's am be then there earliest minimum of"
    " and to by from next last noon midnight"
)
_ABBREVIATIONS = _words("e.g i.e approx ca no vs etc mr ms mrs dr inc a.m p.m nr")


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
        for at in range(first - 1, max(first - _REACH, -1), -1):
            word = self.words[at].text
            if word in _STOPS:
                return kept, content == 0
            if word in _PAUSES:
                if content:
                    return kept, False
                continue
            pronoun = word == "that" and at == first - 1
            if (word in _SUBORDINATORS and not pronoun) or (
                word in _COORDINATORS and (content == 0 or kept is _Sense.OURS)
            ):
                return kept, content == 0
            content += 1
            sense = self._marker(at, first)
            if sense in {_Sense.PROMISED, _Sense.MENTIONED}:
                return sense, False
            if sense is _Sense.OVER and (kept is not _Sense.OURS or self._closes(at)):
                return sense, False
            if sense is _Sense.PERHAPS_OVER and (kept is not _Sense.OURS or self._has_object(at)):
                return sense, False
            if word in _US:
                return _Sense.OURS, False
            if sense is _Sense.OURS or (sense is _Sense.REGULAR and kept is _Sense.NONE):
                kept = sense
        return kept, content == 0

    def _closes(self, at: int) -> bool:
        """Tell whether a sign of the past covers our noun after it: "since the update"."""
        follower = self.words[at + 1].text
        return (
            self.words[at].text in _SINCE | _HAPPENED
            or follower in _DETERMINERS
            or _OURS.fullmatch(follower) is not None
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
                if content and not opening:
                    break
                continue
            if (word in _COORDINATORS or word in _SUBORDINATORS) and content > 1:
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
            return _Sense.PROMISED if _FUTURE.fullmatch(previous) else _Sense.OVER
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
        if not (ends or word in _IRREGULAR) or word in _NO_PARTICIPLE:
            return False
        before = [self.words[back].text for back in range(at - 1, max(at - 5, -1), -1)]
        if not before or before[0] in _SUBJECTS:
            return before[1:2] not in (["have"], ["get"], ["see"], ["want"], ["need"])
        if before[0] in _DETERMINERS:
            return False
        if before[0] in {"have", "has", "'ve", "having"}:
            return not any(_FUTURE.fullmatch(word) for word in before[1:])
        for word in before:
            if word in _STOPS or word in _PAUSES:
                break
            if word in _UNDECIDED_BEFORE or word in {"have", "has"} or _FUTURE.fullmatch(word):
                return False
        return True

    def _control(self, at: int) -> _Sense:
        """Judge "set", "choose", ...: an instruction, unless it is we who do it."""
        before = [self.words[back].text for back in range(at - 1, max(at - 5, -1), -1)]
        if (
            before
            and self.words[at].text == "set"
            and before[0] in {"be", "is", "are", "'s", "all"}
        ):
            return _Sense.PROMISED
        for word in before:
            if word in _STOPS or word in _PAUSES:
                break
            if word in _US or _OURS.fullmatch(word):
                return _Sense.NONE
        return _Sense.MENTIONED

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
        before = [self.words[back].text for back in range(at - 1, max(at - 5, -1), -1)]
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
        closed = end + (text[end] in "\"'" and not word.start == end)
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


_SINCE = _words("since last yesterday ago previous previously earlier formerly")
_HAPPENED = _words("introduced caused triggered broke appeared occurred happened reported noticed")
_ABLE = _words("not reproduce see find confirm verify trace log get")
_LINKS = _words("of the from with is to for in on between since and")
_ARTICLES = _words("the a an your their its her his my each every any our")


# --- Dates that can be told from today ----------------------------------------------------------

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_ISO = re.compile(r"(?<!\d)(20\d\d)[-/.](\d{1,2})[-/.](\d{1,2})")
_TWO_ENDED = re.compile(r"(?<!\d)(\d{1,2})[-/.](\d{1,2})[-/.](20\d\d|\d\d)(?!\d)")
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_MONTH = re.compile("|".join(_MONTHS))
_DAY = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_QUARTER = re.compile(r"q([1-4])|([1-4])q")


def _spans_meant(phrase: str) -> list[tuple[date, date]]:
    """Return the first and last date of every reading of a date that names its year."""
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
    return spans


def _add(spans: list[tuple[date, date]], year: int, month: int, day: int | None) -> None:
    """Add the date, or the whole month where there is no day, unless there is none such."""
    if 1 <= month <= 12 and (day is None or 1 <= day <= monthrange(year, month)[1]):
        last = day or monthrange(year, month)[1]
        spans.append((date(year, month, day or 1), date(year, month, last)))


# --- Judging ------------------------------------------------------------------------------------

_DATED = frozenset({"numeric date", "written date", "month and year", "year", "quarter"})
_PLACEHOLDER = re.compile(r"<([a-z ]+)>")
_BLANK = re.compile(r"\[(?:\\.|[^\]\\])*\]|\\.| ")


def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of the tables: fragments filled in, blanks as wide as they are meant."""
    while _PLACEHOLDER.search(pattern):
        pattern = _PLACEHOLDER.sub(lambda name: f"(?:{_FRAGMENTS[name[1]]})", pattern)
    pattern = _BLANK.sub(lambda part: "[ \n\t-]" if part[0] == " " else part[0], pattern)
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")


_FOUND_BY = [(time, _compiled(time.pattern)) for time in _TIMES]
_EXCUSED_BY = [_compiled(innocent.pattern) for innocent in _INNOCENTS]
_LEAD = re.compile(
    _compiled(
        f"(?:(?:{_DEADLINE}|{_ANCHOR}|for):? [\"'(]?(?:the |an? )?){{1,4}}"
    ).pattern.removesuffix(r"(?!\w)")
    + r"\Z"
)
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
    rule: Rule


def _candidates(plain: str) -> list[_Candidate]:
    """Return the times named, in order, each once: the longest of those that overlap."""
    found: list[_Candidate] = []
    for time, pattern in _FOUND_BY:
        for match in pattern.finditer(plain):
            start, rule = _led(plain, match.start(), time)
            if rule is not Rule.NEVER:
                found.append(_Candidate(start, match.end(), time, rule))
    found.sort(key=lambda candidate: (candidate.start, -candidate.end))
    kept: list[_Candidate] = []
    for candidate in found:
        if not kept or candidate.end > kept[-1].end:
            kept.append(candidate)
    return kept


def _led(plain: str, start: int, time: _Time) -> tuple[int, Rule]:
    """Return where the time begins with the words that lead to it, and the rule they call for."""
    if time.led is None:
        return start, time.bare
    lead = _LEAD.search(plain, max(start - _LEAD_REACH, 0), start)
    if lead is None:
        return start, time.bare
    if _DEADLINE_LEAD.search(lead[0]):
        return lead.start(), Rule.UNLESS_MET if _MET_BY.search(lead[0]) else Rule.ALWAYS
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
    described = sense is _Sense.MENTIONED or (listed and rule is not Rule.ALWAYS)
    if today is not None and time.kind in _DATED:
        spans = _spans_meant(reading.plain.text[start:end])
        if spans and all(last < today for _, last in spans):
            return _Verdict.INNOCENT
        if any(first > today for first, _ in spans) and not described:
            return _Verdict.PROMISE
    if described:
        return _Verdict.INNOCENT
    if sense not in {_Sense.PROMISED, _Sense.OURS} and reading.names_a_thing(start, end):
        return _Verdict.INNOCENT
    if _refused(rule, sense, reading, start, end):
        return _Verdict.PROMISE
    return _Verdict.INNOCENT if sense in _SETTLED else _Verdict.UNPROMISED


_SETTLED = frozenset({_Sense.OVER, _Sense.PERHAPS_OVER, _Sense.REGULAR})


def _refused(rule: Rule, sense: _Sense, reading: _Reading, start: int, end: int) -> bool:
    """Apply the rule of a time to the sense of its surroundings."""
    match rule:
        case Rule.ALWAYS:
            return True
        case Rule.UNLESS_MET:
            return sense is not _Sense.OVER or reading.follows_a_pause(start)
        case Rule.UNLESS_CLEARLY_PAST:
            return sense is not _Sense.OVER
        case Rule.UNLESS_PAST:
            return sense not in _SETTLED
        case Rule.UNLESS_CONTACT:
            around = [word.text for word in reading.sentence(start, end)]
            contact = any(
                word in _CONTACT or (word == "back" and before in _COME)
                for before, word in zip(["", *around], around, strict=False)
            )
            resolved = any(_RESOLUTION.fullmatch(word) for word in around)
            return sense is not _Sense.OVER and (resolved or not contact)
        case Rule.IF_RESOLUTION:
            return sense not in _SETTLED and any(
                _RESOLUTION.fullmatch(word.text) for word in reading.sentence(start, end)
            )
        case Rule.IF_PROMISED | Rule.IF_FUTURE:
            stands_alone = all(
                word.text in _HEDGES or word.text in _PAUSES or _TIME_WORD.fullmatch(word.text)
                for word in reading.sentence(start, end)
            )
            ours = rule is Rule.IF_PROMISED and sense is _Sense.OURS
            return sense is _Sense.PROMISED or ours or stands_alone
        case Rule.NEVER:
            return False
