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
        on|at|in|end|during|over|until|till|'til|before|after|prior to|ahead of|from
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

TIMES = (
    # Days and parts of them
    Time(
        "tomorrow",
        "names a day by which something will be done",
        Rules(Rule.ALWAYS, Rule.ALWAYS),
        r"""
        (?:the )?day after tomorrow<part of day>?
        (?:to ?morrow|tomm?orr?ow|tmrw|tmr|2morrow)<part of day>?|overmorrow
        tonight|tonite|first thing(?: in the morning)?
        """,
    ),
    Time(
        "today",
        "names today",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        "(?:later |sometime |still |end of |before the end of )?today",
    ),
    Time(
        "weekday",
        "names a day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        "<weekday><part of day>?|mid ?week",
    ),
    Time(
        "short weekday",
        "names a day",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        "<short weekday><part of day>?",
    ),
    Time(
        "weekend",
        "names a day",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        "(?:the )?weekend",
    ),
    Time(
        "holiday",
        "names a day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.UNLESS_CLEARLY_PAST),
        "<holiday>",
    ),
    Time(
        "last moment",
        "names a day by which something will be done",
        Rules(Rule.ALWAYS, Rule.ALWAYS),
        r"""
        (?:<weekday>|<clock>|<date>|<month name>|<period>) (?:at (?:the )?(?:very )?)?latest
        (?:<weekday>|<clock>|<date>|<month name>|<period>) (?:at (?:the )?(?:very )?)?earliest
        """,
    ),
    Time(
        "time of day",
        "names a time of day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?<![:.-])<clock>(?![\w%/]|[:.]\d)(?:,? (?:today|tomorrow|tonight|(?:on )?<day>))?
        """,
    ),
    Time(
        "bare hour",
        "names a time of day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        (?:at|by|around|before) (?:[1-9]|1\d|2[0-3])(?! ?[%:/$#-]|[.,]?\d| <not a time>)
        """,
    ),
    Time(
        "part of the day",
        "names a time of day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        in the (?:morning|afternoon|evening)|(?:over|during) the (?:day|night)|over ?night
        (?:the )?(?:same|next) day|(?:over|in|during) the course of the <period>
        """,
    ),
    Time(
        "daylight",
        "names a time of day",
        Rules(Rule.UNLESS_PAST),
        r"""
        (?:by|before|until|till) (?:(?:the|early|late|mid) )?(?:morning|afternoon|evening|night)
        (?:by|before|until|till) (?:dawn|dusk|nightfall|dinner ?time|breakfast|tea ?time)
        """,
    ),
    # Dates
    Time(
        "numeric date",
        "names a date",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"(?<![/._=\\-])<numeric date>(?![\w/\\]|[-.:]\w)",
    ),
    Time(
        "written date",
        "names a date",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?:(?:<any weekday>,? )?<written date>|<weekday>,? (?:the )?<day number>)(?!/|[:-]\d)
        \d{1,2}[-/]?<short month>[-/]?(?:20)?\d\d|<short month>/\d{1,2}/(?:20)?\d\d
        """,
    ),
    Time(
        "day of a month",
        "names a date",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?:the )?(?:<ordinal>|last|final) <day of> (?:of|in) (?:<month>|(?:the|next) <period>)
        """,
    ),
    Time(
        "short date",
        "names a date",
        Rules(Rule.NEVER, Rule.IF_FUTURE),
        r"""
        (?<![/.\\-])<d>[./]<d>(?:\.\d\d)?(?![\w/%-]|\.\d)
        20[2-9]\d-(?:0[1-9]|1[0-2])(?![\w-])
        """,
    ),
    Time(
        "short date, announced",
        "names a date",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        (?:expected|eta|due|date|scheduled|planned|est\.?|target):? <d>/<d>(?![\w/%-]|\.\d)
        (?:fix|release|available|delivery|deployed|live):? <d>/<d>(?![\w/%-]|\.\d)
        """,
    ),
    Time(
        "day of the month",
        "names a day of the month",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        r"""
        (?:the )?(?:<d>(?:st|nd|rd|th)|<ordinal>) of (?:the|this|next) month
        (?:the )?(?:<d>(?:st|nd|rd|th)|<ordinal>)(?= ?(?:$|[.,;:!?)\n]|<no thing>\b))
        """,
    ),
    # Months, seasons, years
    Time(
        "month",
        "names a month",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        "<month name>",
    ),
    Time(
        "ambiguous month",
        "names a month",
        Rules(Rule.NEVER, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"(?:march|may)(?= ?(?:$|[.,;:!?)\n]|<no thing>\b))|<short month>",
    ),
    Time(
        "month and year",
        "names a month",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        "<month>,?(?: of)? <year>",
    ),
    Time(
        "quarter",
        "names a quarter",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        (?:q[1-4]|(?<![.\d])[1-4]q|h[12]|[12]h(?= ?'?\d\d))(?:(?:,? ?(?:of )?|/)(?:20|')?\d\d\b)?
        (?:the )?(?:<ordinal>|<d>(?:st|nd|rd|th)|last|final) (?:quarter|half)<of year>?
        """,
    ),
    Time(
        "season",
        "names a season",
        Rules(Rule.NEVER, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"(?:the )?<season>(?: (?:of )?20\d\d)?(?! (?:back|through))",
    ),
    Time(
        "year",
        "names a year",
        Rules(Rule.NEVER, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"(?:the year |fy ?)?20[2-9]\d(?![\w/%:]|[-.]\d| <counted>)",
    ),
    Time(
        "numbered week",
        "names a week",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        r"(?:calendar )?week (?:no\.? |number )?[1-5]?\d|[ck]w ?[1-5]?\d",
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
    ),
    Time(
        "next period",
        "names a time to come",
        Rules(Rule.ALWAYS, Rule.ALWAYS),
        r"""
        next (?:business |working |calendar |fiscal )?<day or longer><part of day>?
        (?:the )?(?:<period>|release) after (?:next|this)|(?:the )?(?:week|month|year) after
        (?:(?:in|over|during|within|for) )?(?:the )?(?:coming|upcoming) <several units>
        (?:the )?<unit> (?:ahead|to come)
        """,
    ),
    Time(
        "next day",
        "names a time to come",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:the )?(?:next|following) (?:<kind of> )?(?:day|morning|afternoon|evening|night|hour)
        (?:the )?next (?:<range>|<vague>) <unit>
        """,
    ),
    Time(
        "end of period",
        "names the end of a period",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?:the )?(?:very )?(?:end|close|half|beginning|start|middle|turn) of <ended>
        <period>(?:'s)? end|mid <period>|close of (?:business|play)(?:,? (?:on )?<weekday>)?
        """,
    ),
    Time(
        "end of period, short",
        "names the end of a period",
        Rules(Rule.ALWAYS, Rule.ALWAYS),
        r"(?:e\.?o\.?[dwmyq]|c\.?o\.?[bp])\b\.?(?: (?:on )?<any weekday>)?",
    ),
    Time(
        # Also the name of a form, so by itself it must be promised.
        "end of business, short",
        "names the end of a day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.ALWAYS),
        "eob(?: (?:on )?<any weekday>)?",
    ),
    # Lengths of time
    Time(
        "within",
        "promises something within a length of time",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:with ?in|inside(?: of)?|in under|in less than|in) <length>
        within (?:the |an? )?(?:<hedged>(?:<vague> )?)?<unit>
        (?:allow(?: us| for)?|bear with us(?: for)?|give (?:us|me|it)) <length>
        give (?:us|me|it) (?:an? |some )?(?:<rough> )?<unit>
        for (?:another|a few more|the next) <unit>|for <amount> more <unit>
        """,
    ),
    Time(
        "in units",
        "promises something within a length of time",
        Rules(Rule.IF_FUTURE),
        "in (?:seconds|minutes|hours|days|weeks|months)",
    ),
    Time(
        "from now",
        "names a time counted from now",
        Rules(Rule.ALWAYS),
        r"""
        (?:<length>|<unit>) (?:away|out)|<length> to go|<weekday> week
        <length> (?:from|after) (?:now|today|tomorrow|tonight|next <unit>|<weekday>)
        <length> (?:until|till|before|to) (?:<it is> ){1,4}<resolved>
        """,
    ),
    Time(
        "takes days",
        "says how long something will take",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:takes?|taking|needs?|requires?)(?: <whom>){0,3} <amount> <day or longer>
        (?:takes?|taking|needs?|requires?)(?: <whom>){0,3} <hedged>an? <day or longer>
        """,
    ),
    Time(
        "matter of",
        "says how long something will take",
        Rules(Rule.UNLESS_PAST),
        r"""
        (?:a )?(?:matter|question) of (?:just |only )?(?:a )?(?:few |<vague> )?<unit>
        (?:minutes|hours|days|weeks|months),? (?:not|rather than|instead of) <unit>
        """,
    ),
    Time(
        "length",
        "says how long something will take",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        <amount> ?<unit><tail>|<rough> (?:an?|one|half a) <unit><tail>|<hours>
        (?:another|a further|an additional|an extra) <unit>
        an? <unit>,? (?:or (?:two|so)|tops|max|at most)|half (?:an? )?(?:day|hour)
        (?:takes?|taking|needs?|requires?|want|for)(?: <whom>){0,3} <length>
        """,
    ),
    Time(
        "after",
        "promises something after a length of time",
        Rules(Rule.IF_ABOUT_A_FIX),
        "(?:after|beyond|past) <length>",
    ),
    Time(
        "seconds",
        "promises something within a length of time",
        Rules(Rule.IF_ABOUT_A_FIX),
        "(?:in|within|after|takes?) (?:<amount> ?|a |the )<short unit>",
    ),
    # Vague times, estimates, releases
    Time(
        "before long",
        "says that something will be done before long",
        Rules(Rule.UNLESS_CONTACT),
        r"""
        (?:very |pretty |quite |real |really )?(?:soon|shortly)|momentarily|imminently|imminent
        before (?:too )?long|in no time|in short order|within a (?:short|reasonable) time
        in (?:just )?a (?:bit|moment|jiffy|while|little while|short while|minute|second|sec)
        in the (?:very )?(?:near|immediate|short|not too distant) (?:future|term)
        (?:at )?any (?:day|minute|moment|time|hour|second) now|one of these days|around the corner
        """,
    ),
    Time(
        "estimate",
        "announces an estimated time",
        Rules(Rule.ALWAYS),
        "<eta>",
    ),
    Time(
        "next release",
        "says by which release something will be done",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:in|with|by|for|before|until|part of|during|into|on|after|via|through|to) <next release>
        (?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:contain|include|fixe?)s?
        (?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:bring|correct|resolve)s?
        """,
    ),
    Time(
        "release of a season",
        "says by which release something will be done",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        "(?:<season>|<month name>|q[1-4]|<weekday>) <release>",
    ),
)
