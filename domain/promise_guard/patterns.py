"""Decides how the patterns of times and innocents are written, and compiles them.

In a pattern a blank stands for any one blank or hyphen, `<name>` for the fragment of that name,
and each line is an alternative. Repeats must have a bound; a test sees to it.
"""

import re

_PLACEHOLDER = re.compile(r"<([a-z ]{1,30})>")
_BLANK = re.compile(r"\[(?:\\.|[^\]\\]){0,60}\]|\\.| ")

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


def alternatives(lines: str) -> str:
    """Return a pattern that matches what any of the lines matches."""
    if "\n" not in lines:
        return lines
    return "|".join(line.strip() for line in lines.strip().splitlines())


def compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern of the tables: fragments filled in, blanks as wide as they are meant."""
    pattern = alternatives(pattern)
    while _PLACEHOLDER.search(pattern):
        pattern = _PLACEHOLDER.sub(lambda name: f"(?:{alternatives(_FRAGMENTS[name[1]])})", pattern)
    pattern = _BLANK.sub(lambda part: "[ \n\t-]" if part[0] == " " else part[0], pattern)
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
