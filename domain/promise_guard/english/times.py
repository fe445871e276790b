"""Lists what names a time, with the rules that judge it, and the words that lead to one.

Add a phrase here. `match.py` says how patterns are written and what the rules excuse;
`lexicon.py` holds the fragments that `<name>` stands for.
"""

from domain.promise_guard.match import LeadIns, Rule, Rules, Time

LEAD_INS = LeadIns(
    deadline=r"""
        by
        (?:no|not) (?:later|earlier|sooner) than|not before|on or before|as (?:early|late|soon) as
        come(?!<on>)|next|coming|upcoming|effective
        (?:moved|pushed|postponed|rescheduled|delayed|deferred|shifted|bumped)(?: back| out)? to
        (?:moved|pushed|postponed|rescheduled|delayed|deferred|shifted|bumped)(?: back| out)? until
        """,
    met_deadline="by",
    preposition=r"""
        once|upon|on|at|in|end|during|over|until|till|'til|before|after|prior to|ahead of|from
        starting|beginning|as of|around|about|towards?|sometime|some time|early|late|later|mid
        following|through|this(?!<on>)|between|within|or|the very|part of|say
        approximately|approx\.?|roughly|circa|ca\.?|~
        hopefully|maybe|probably|perhaps|likely|possibly|tentatively
        (?:the )?(?:first|second|latter) half of
        (?:the )?(?:very )?(?:start|beginning|middle|end|close|course|week|month|day|rest) of
        (?:the )?(?:morning|afternoon|evening|night) of
        """,
    purpose="for",
    article="the |an? ",
    within_times="in|over|during|within|for",
)

_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec"
_ORDINALS = "first second third four fif six seven eigh nin ten eleven twel teen twent last final"

TIMES = (
    # Days and parts of them
    Time(
        "tomorrow",
        "names a day by which something will be done",
        Rules(Rule.ALWAYS, Rule.ALWAYS),
        r"""
        (?:the )?day after tomorrow<part of day>?
        (?:to ?morrow|tomm?orr?ow|tmrw|tmr|2morrow)<part of day>?|overmorrow
        tonight|tonite|2nite|first thing(?: in the morning)?
        """,
        needs="morrow orow tonight tonite tmr first",
    ),
    Time(
        "today",
        "names today",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        "(?:later |sometime |still |end of |before the end of )?today",
        needs="today",
    ),
    Time(
        "weekday",
        "names a day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        "<weekday><part of day>?|mid ?week",
        needs="day mid",
    ),
    Time(
        "short weekday",
        "names a day",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        "<short weekday><part of day>?",
        needs="mon tue wed thu fri sat sun",
    ),
    Time(
        "weekend",
        "names a day",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        "(?:the )?weekend",
        needs="weekend",
    ),
    Time(
        "holiday",
        "names a day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.UNLESS_CLEARLY_PAST),
        "<holiday>",
        needs="""
            mas thanks easter new labor memorial independence hallow juneteenth holiday eid ramadan
            diwali carnival epiphany pentec whitsun hanuk passover advent midsummer boxing golden
            ascension mardi nicholas good
        """,
    ),
    Time(
        "last moment",
        "names a day by which something will be done",
        Rules(Rule.ALWAYS, Rule.ALWAYS),
        r"""
        (?:<weekday>|<clock>|<date>|<month name>|<period>) (?:at (?:the )?(?:very )?)?latest
        (?:<weekday>|<clock>|<date>|<month name>|<period>) (?:at (?:the )?(?:very )?)?earliest
        """,
        needs="latest earliest",
    ),
    Time(
        "time of day",
        "names a time of day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?<![:.-])<clock>(?![\w%/]|[:.]\d)(?:,? (?:today|tomorrow|tonight|(?:on )?<day>))?
        """,
        needs="# clock half quarter noon midday lunch sunset dawn night",
    ),
    Time(
        "bare hour",
        "names a time of day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        (?<=ready )in \d{1,3}(?=[.,;!]|$)
        (?:at|by|around|before) (?:[1-9]|1\d|2[0-3])(?! ?[%:/$#-]|[.,]?\d| <not a time>)
        """,
        needs="#",
    ),
    Time(
        "part of the day",
        "names a time of day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        in the (?:morning|afternoon|evening)|(?:over|during) the <stretch>|over ?night|all <stretch>
        (?:the )?(?:same|next) day|(?:over|in|during) the course of the (?:<period>|<stretch>)
        """,
        needs="morning afternoon evening night day course",
    ),
    Time(
        "daylight",
        "names a time of day",
        Rules(Rule.UNLESS_PAST),
        r"""
        <from or by> (?:(?:the|early|late|mid) ){0,2}(?:morning|afternoon|evening|night)
        <from or by> (?:dawn|dusk|nightfall|sunrise|daybreak|sundown)
        (?:<from or by>|after|over) (?:breakfast|lunch|dinner|supper|tea|coffee)(?: ?time| break)?
        """,
        needs="morning afternoon evening night dawn dusk sun break dinner lunch supper tea coffee",
    ),
    # Dates
    Time(
        "numeric date",
        "names a date",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"(?<![/._=\\-])<numeric date>(?![\w/\\]|[-.:]\w)",
        needs="#",
    ),
    Time(
        "written date",
        "names a date",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?:(?:<any weekday>,? )?<written date>|<weekday>,? (?:the )?<day number>)<no clock>
        \d{1,2}[-/]?<short month>[-/]?(?:20)?\d\d|<short month>/\d{1,2}/(?:20)?\d\d
        """,
        needs=f"day {_MONTHS}",
    ),
    Time(
        "day of a month",
        "names a date",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?:the )?(?:<ordinal>|last|final) <day of> (?:of|in) (?:<month>|(?:the|next) <period>)
        (?:targeting|aiming at|eyeing) the <d>(?:st|nd|rd|th)
        """,
        needs=f"{_ORDINALS} targeting aiming eyeing",
    ),
    Time(
        "short date",
        "names a date",
        Rules(Rule.NEVER, Rule.IF_FUTURE, Rule.IF_FUTURE),
        r"""
        (?<![/.\\-])<d>[./]<d>(?:\.\d\d)?(?![\w/%-]|\.\d)
        20[2-9]\d-(?:0[1-9]|1[0-2])(?![\w-])
        """,
        needs="#",
    ),
    Time(
        "short date, announced",
        "names a date",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        (?:expected|eta|due|date|scheduled|planned|est\.?|target):? <d>/<d>(?![\w/%-]|\.\d)
        (?<![\w/])<d>/<d>,? (?:is|will|for|would|should|looks)
        (?:fix|release|available|delivery|deployed|live):? <d>/<d>(?![\w/%-]|\.\d)
        """,
        needs="#",
    ),
    Time(
        "day of the month",
        "names a day of the month",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        r"""
        (?:the )?(?:<d>(?:st|nd|rd|th)|<ordinal>) of (?:the|this|next) month
        (?:the )?(?:<d>(?:st|nd|rd|th)|<ordinal>)(?= ?(?:$|[.,;:!?)\n]|<no thing>\b))
        """,
        needs=f"# {_ORDINALS}",
    ),
    # Months, seasons, years
    Time(
        "month",
        "names a month",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        "<month name>",
        needs=_MONTHS,
    ),
    Time(
        "ambiguous month",
        "names a month",
        Rules(Rule.NEVER, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"(?:march|may)(?= ?(?:$|[.,;:!?)\n]|<no thing>\b))|<short month>",
        needs=_MONTHS,
    ),
    Time(
        "month and year",
        "names a month",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        "<month>,?(?: of)? <year>",
        needs=_MONTHS,
    ),
    Time(
        "quarter",
        "names a quarter",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        (?:q[1-4]|(?<![.\d])[1-4]q|h[12]|[12]h(?= ?'?\d\d))(?:(?:,? ?(?:of )?|/)(?:20|')?\d\d\b)?
        (?:the )?(?:<ordinal>|<d>(?:st|nd|rd|th)|last|final) (?:quarter|half)<of year>?
        """,
        needs="q1 q2 q3 q4 1q 2q 3q 4q h1 h2 1h 2h quarter half",
    ),
    Time(
        "season",
        "names a season",
        Rules(Rule.NEVER, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"(?:the )?<season>(?: (?:of )?20\d\d)?(?! (?:back|through))",
        needs="spring summer autumn fall winter",
    ),
    Time(
        "year",
        "names a year",
        Rules(Rule.NEVER, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"(?:the year |fy ?)?20[2-9]\d(?![\w/%:]|[-.]\d| <counted>)",
        needs="20 year fy",
    ),
    Time(
        "numbered week",
        "names a week",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"(?:calendar )?(?:week|wk) (?:no\.? |number )?[1-5]?\d|[ck]w ?[1-5]?\d",
        needs="week wk cw kw",
    ),
    # Weeks, months and so on, seen from now
    Time(
        "this period",
        "names a time that is not over",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?:later |early |earlier |sometime )?(?:this|the same) (?:coming )?(?:very )?<period>
        (?:later |early |earlier |sometime )?this (?:very )?(?:morning|afternoon|evening|night)
        this [ap]m
        (?:early|late|later|midway|mid|sometime|further on)(?: on)? in the <period>
        (?:the )?(?:rest|remainder) of the <period>|before the <period> (?:is|was) (?:out|over|up)
        """,
        needs="this same earl late mid sometime further rest remainder before",
    ),
    Time(
        "next period",
        "names a time to come",
        Rules(Rule.ALWAYS, Rule.ALWAYS),
        r"""
        ne?xt (?:business |working |calendar |fiscal )?<day or longer><part of day>?
        (?:the )?(?:<period>|release) after (?:next|this)|(?:the )?(?:week|month|year) after
        (?:(?:in|over|during|within|for) )?(?:the )?(?:coming|upcoming) <several units>
        (?:the )?<unit> (?:ahead|to come)
        """,
        needs="next nxt after coming ahead come",
    ),
    Time(
        "next day",
        "names a time to come",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:the )?(?:next|following) (?:<kind of> )?(?:day|morning|afternoon|evening|night|hour)
        (?:the )?next (?:<range>|<vague>) <unit>
        """,
        needs="next following",
    ),
    Time(
        "end of period",
        "names the end of a period",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?:the )?(?:very )?(?:end|close|half|beginning|start|middle|turn|top) of <ended>
        <period>(?:'s)? end|mid <period>|close of (?:business|play)(?:,? (?:on )?<weekday>)?
        """,
        needs="end close half begin start middle turn mid top",
    ),
    Time(
        "end of period, short",
        "names the end of a period",
        Rules(Rule.ALWAYS, Rule.ALWAYS),
        r"(?:e\.?o\.?[dwmyq]|c\.?o\.?[bp])\b\.?(?: (?:on )?<any weekday>)?",
        needs="eo e.o co c.o",
    ),
    Time(
        # Also the name of a form, so by itself it must be promised.
        "end of business, short",
        "names the end of a day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.ALWAYS),
        "eob(?: (?:on )?<any weekday>)?",
        needs="eob",
    ),
)
