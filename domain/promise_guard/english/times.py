"""Decides what names a time: a table of every phrase that does, and the rule that judges it.

Add a phrase here. `patterns.py` says how patterns are written and what `<name>` stands for,
`rules.py` what the rules excuse.
"""

from typing import NamedTuple

from domain.promise_guard.rules import Rule


class Time(NamedTuple):
    """A way to name a time.

    The rule depends on the words that lead to it, which `finding.py` lists: `bare` where there are
    none, `led` after an anchor ("on", "this"), `aimed` after "for". After a deadline it is ALWAYS
    ("next"), or UNLESS_MET ("by"). Where `led` is None the pattern has leading words of its own.
    """

    kind: str
    why: str
    pattern: str
    bare: Rule
    led: Rule | None = None
    aimed: Rule = Rule.ALWAYS


TIMES = (
    # Days and parts of them
    Time(
        "tomorrow",
        "names a day by which something will be done",
        r"""
        (?:the )?day after tomorrow<part of day>?
        (?:to ?morrow|tomm?orr?ow|tmrw|tmr|2morrow)<part of day>?|overmorrow
        tonight|tonite|first thing(?: in the morning)?
        """,
        Rule.ALWAYS,
        Rule.ALWAYS,
    ),
    Time(
        "today",
        "names today",
        "(?:later |sometime |still |end of |before the end of )?today",
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    Time(
        "weekday",
        "names a day",
        "<weekday><part of day>?|mid ?week",
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
    ),
    Time(
        "short weekday",
        "names a day",
        "<short weekday><part of day>?",
        Rule.NEVER,
        Rule.UNLESS_PAST,
    ),
    Time("weekend", "names a day", "(?:the )?weekend", Rule.NEVER, Rule.UNLESS_PAST),
    Time(
        "holiday",
        "names a day",
        "<holiday>",
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
        Rule.UNLESS_CLEARLY_PAST,
    ),
    Time(
        "last moment",
        "names a day by which something will be done",
        r"""
        (?:<weekday>|<clock>|<date>|<month name>|<period>) (?:at (?:the )?(?:very )?)?latest
        (?:<weekday>|<clock>|<date>|<month name>|<period>) (?:at (?:the )?(?:very )?)?earliest
        """,
        Rule.ALWAYS,
        Rule.ALWAYS,
    ),
    Time(
        "time of day",
        "names a time of day",
        r"""
        (?<![:.-])<clock>(?![\w%/]|[:.]\d)(?:,? (?:today|tomorrow|tonight|(?:on )?<day>))?
        """,
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    Time(
        "bare hour",
        "names a time of day",
        r"""
        (?:at|by|around|before) (?:[1-9]|1\d|2[0-3])(?! ?[%:/$#-]|[.,]?\d| <not a time>)
        """,
        Rule.IF_PROMISED,
    ),
    Time(
        "part of the day",
        "names a time of day",
        r"""
        in the (?:morning|afternoon|evening)|(?:over|during) the (?:day|night)|over ?night
        (?:the )?(?:same|next) day|(?:over|in|during) the course of the <period>
        """,
        Rule.IF_PROMISED,
    ),
    Time(
        "daylight",
        "names a time of day",
        r"""
        (?:by|before|until|till) (?:(?:the|early|late|mid) )?(?:morning|afternoon|evening|night)
        (?:by|before|until|till) (?:dawn|dusk|nightfall|dinner ?time|breakfast|tea ?time)
        """,
        Rule.UNLESS_PAST,
    ),
    # Dates
    Time(
        "numeric date",
        "names a date",
        r"(?<![/._=\\-])<numeric date>(?![\w/\\]|[-.:]\w)",
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    Time(
        "written date",
        "names a date",
        r"""
        (?:(?:<any weekday>,? )?<written date>|<weekday>,? (?:the )?<day number>)(?!/|[:-]\d)
        \d{1,2}[-/]?<short month>[-/]?(?:20)?\d\d|<short month>/\d{1,2}/(?:20)?\d\d
        """,
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    Time(
        "day of a month",
        "names a date",
        r"""
        (?:the )?(?:<ordinal>|last|final) <day of> (?:of|in) (?:<month>|(?:the|next) <period>)
        """,
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    Time(
        "short date",
        "names a date",
        r"""
        (?<![/.\\-])<d>[./]<d>(?:\.\d\d)?(?![\w/%-]|\.\d)
        20[2-9]\d-(?:0[1-9]|1[0-2])(?![\w-])
        """,
        Rule.NEVER,
        Rule.IF_FUTURE,
    ),
    Time(
        "short date, announced",
        "names a date",
        r"""
        (?:expected|eta|due|date|scheduled|planned|est\.?|target):? <d>/<d>(?![\w/%-]|\.\d)
        (?:fix|release|available|delivery|deployed|live):? <d>/<d>(?![\w/%-]|\.\d)
        """,
        Rule.IF_PROMISED,
    ),
    Time(
        "day of the month",
        "names a day of the month",
        r"""
        (?:the )?(?:<d>(?:st|nd|rd|th)|<ordinal>) of (?:the|this|next) month
        (?:the )?(?:<d>(?:st|nd|rd|th)|<ordinal>)(?= ?(?:$|[.,;:!?)\n]|<no thing>\b))
        """,
        Rule.NEVER,
        Rule.UNLESS_PAST,
    ),
    # Months, seasons, years
    Time(
        "month",
        "names a month",
        "<month name>",
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
        Rule.IF_PROMISED,
    ),
    Time(
        "ambiguous month",
        "names a month",
        r"(?:march|may)(?= ?(?:$|[.,;:!?)\n]|<no thing>\b))|<short month>",
        Rule.NEVER,
        Rule.UNLESS_PAST,
        Rule.IF_PROMISED,
    ),
    Time(
        "month and year",
        "names a month",
        "<month>,?(?: of)? <year>",
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    Time(
        "quarter",
        "names a quarter",
        r"""
        (?:q[1-4]|(?<![.\d])[1-4]q|h[12]|[12]h(?= ?'?\d\d))(?:(?:,? ?(?:of )?|/)(?:20|')?\d\d\b)?
        (?:the )?(?:<ordinal>|<d>(?:st|nd|rd|th)|last|final) (?:quarter|half)<of year>?
        """,
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
        Rule.IF_PROMISED,
    ),
    Time(
        "season",
        "names a season",
        r"(?:the )?<season>(?: (?:of )?20\d\d)?(?! (?:back|through))",
        Rule.NEVER,
        Rule.UNLESS_PAST,
        Rule.IF_PROMISED,
    ),
    Time(
        "year",
        "names a year",
        r"(?:the year |fy ?)?20[2-9]\d(?![\w/%:]|[-.]\d| <counted>)",
        Rule.NEVER,
        Rule.UNLESS_PAST,
        Rule.IF_PROMISED,
    ),
    Time(
        "numbered week",
        "names a week",
        r"(?:calendar )?week (?:no\.? |number )?[1-5]?\d|[ck]w ?[1-5]?\d",
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
    ),
    # Weeks, months and so on, seen from now
    Time(
        "this period",
        "names a time that is not over",
        r"""
        (?:later |early |earlier |sometime )?(?:this|the same) (?:coming )?(?:very )?<period>
        (?:later |early |earlier |sometime )?this (?:very )?(?:morning|afternoon|evening|night)
        this [ap]m
        (?:early|late|later|midway|mid|sometime|further on)(?: on)? in the <period>
        (?:the )?(?:rest|remainder) of the <period>|before the <period> (?:is|was) (?:out|over|up)
        """,
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    Time(
        "next period",
        "names a time to come",
        r"""
        next (?:business |working |calendar |fiscal )?<day or longer><part of day>?
        (?:the )?(?:<period>|release) after (?:next|this)|(?:the )?(?:week|month|year) after
        (?:(?:in|over|during|within|for) )?(?:the )?(?:coming|upcoming) <several units>
        (?:the )?<unit> (?:ahead|to come)
        """,
        Rule.ALWAYS,
        Rule.ALWAYS,
    ),
    Time(
        "next day",
        "names a time to come",
        r"""
        (?:the )?(?:next|following) (?:<kind of> )?(?:day|morning|afternoon|evening|night|hour)
        (?:the )?next (?:<range>|<vague>) <unit>
        """,
        Rule.IF_PROMISED,
        Rule.UNLESS_CLEARLY_PAST,
    ),
    Time(
        "end of period",
        "names the end of a period",
        r"""
        (?:the )?(?:very )?(?:end|close|half|beginning|start|middle|turn) of <ended>
        <period>(?:'s)? end|mid <period>|close of (?:business|play)(?:,? (?:on )?<weekday>)?
        """,
        Rule.UNLESS_PAST,
        Rule.UNLESS_PAST,
    ),
    Time(
        "end of period, short",
        "names the end of a period",
        r"(?:e\.?o\.?[dwmyq]|c\.?o\.?[bp])\b\.?(?: (?:on )?<any weekday>)?",
        Rule.ALWAYS,
        Rule.ALWAYS,
    ),
    Time(
        # Also the name of a form, so by itself it must be promised.
        "end of business, short",
        "names the end of a day",
        "eob(?: (?:on )?<any weekday>)?",
        Rule.IF_PROMISED,
        Rule.ALWAYS,
    ),
    # Lengths of time
    Time(
        "within",
        "promises something within a length of time",
        r"""
        (?:with ?in|inside(?: of)?|in under|in less than|in) <length>
        within (?:the |an? )?(?:<hedged>(?:<vague> )?)?<unit>
        (?:allow(?: us| for)?|bear with us(?: for)?|give (?:us|me|it)) <length>
        give (?:us|me|it) (?:an? |some )?(?:<rough> )?<unit>
        for (?:another|a few more|the next) <unit>|for <amount> more <unit>
        """,
        Rule.UNLESS_CLEARLY_PAST,
    ),
    Time(
        "in units",
        "promises something within a length of time",
        "in (?:seconds|minutes|hours|days|weeks|months)",
        Rule.IF_FUTURE,
    ),
    Time(
        "from now",
        "names a time counted from now",
        r"""
        (?:<length>|<unit>) (?:away|out)|<length> to go|<weekday> week
        <length> (?:from|after) (?:now|today|tomorrow|tonight|next <unit>|<weekday>)
        <length> (?:until|till|before|to) (?:<it is> ){1,4}<resolved>
        """,
        Rule.ALWAYS,
    ),
    Time(
        "takes days",
        "says how long something will take",
        r"""
        (?:takes?|taking|needs?|requires?)(?: <whom>){0,3} <amount> <day or longer>
        (?:takes?|taking|needs?|requires?)(?: <whom>){0,3} <hedged>an? <day or longer>
        """,
        Rule.UNLESS_CLEARLY_PAST,
    ),
    Time(
        "matter of",
        "says how long something will take",
        r"""
        (?:a )?(?:matter|question) of (?:just |only )?(?:a )?(?:few |<vague> )?<unit>
        (?:minutes|hours|days|weeks|months),? (?:not|rather than|instead of) <unit>
        """,
        Rule.UNLESS_PAST,
    ),
    Time(
        "length",
        "says how long something will take",
        r"""
        <amount> ?<unit><tail>|<rough> (?:an?|one|half a) <unit><tail>|<hours>
        (?:another|a further|an additional|an extra) <unit>
        an? <unit>,? (?:or (?:two|so)|tops|max|at most)|half (?:an? )?(?:day|hour)
        (?:takes?|taking|needs?|requires?|want|for)(?: <whom>){0,3} <length>
        """,
        Rule.IF_PROMISED,
    ),
    Time(
        "after",
        "promises something after a length of time",
        "(?:after|beyond|past) <length>",
        Rule.IF_RESOLUTION,
    ),
    Time(
        "seconds",
        "promises something within a length of time",
        "(?:in|within|after|takes?) (?:<amount> ?|a |the )<short unit>",
        Rule.IF_RESOLUTION,
    ),
    # Vague times, estimates, releases
    Time(
        "before long",
        "says that something will be done before long",
        r"""
        (?:very |pretty |quite |real |really )?(?:soon|shortly)|momentarily|imminently|imminent
        before (?:too )?long|in no time|in short order|within a (?:short|reasonable) time
        in (?:just )?a (?:bit|moment|jiffy|while|little while|short while|minute|second|sec)
        in the (?:very )?(?:near|immediate|short|not too distant) (?:future|term)
        (?:at )?any (?:day|minute|moment|time|hour|second) now|one of these days|around the corner
        """,
        Rule.UNLESS_CONTACT,
    ),
    Time("estimate", "announces an estimated time", "<eta>", Rule.ALWAYS),
    Time(
        "next release",
        "says by which release something will be done",
        r"""
        (?:in|with|by|for|before|until|part of|during|into|on|after|via|through|to) <next release>
        (?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:contain|include|fixe?)s?
        (?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:bring|correct|resolve)s?
        """,
        Rule.UNLESS_CLEARLY_PAST,
    ),
    Time(
        "release of a season",
        "says by which release something will be done",
        "(?:<season>|<month name>|q[1-4]|<weekday>) <release>",
        Rule.IF_PROMISED,
        Rule.UNLESS_PAST,
    ),
)
