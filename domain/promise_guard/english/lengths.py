"""Lists the lengths of time by which English promises something."""

from domain.promise_guard.match import Rule, Rules, Time

_UNITS = (
    "#u minute mins hour hrs day week wks month mth quarter year yrs night morning "
    "fortnight sprint cycle itera"
)

LENGTH_TIMES = (
    Time(
        "within",
        "promises something within a length of time",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        <for a length> <length>
        within (?:the |an? )?(?:<hedged>(?:<vague> )?)?<unit>
        give (?:us|me|it) (?:an? |some )?(?:<rough> )?<unit>
        for (?:another|a few more|the next) <unit>|for <amount> more <unit>
        (?:(?:for|takes?|taking|needs?|requires?)(?: <whom>){0,2} )?<further> <length>
        needs? (?:<hedged>(?:<range>|<vague>) more|another) <unit>
        """,
        needs=_UNITS,
    ),
    Time(
        "in units",
        "promises something within a length of time",
        Rules(Rule.IF_FUTURE),
        "in (?:seconds|minutes|hours|days|weeks|months)",
        needs="sec min hour day week month",
    ),
    Time(
        "from now",
        "names a time counted from now",
        Rules(Rule.ALWAYS),
        r"""
        <length> (?:<from now>|left|remaining)|(?:<unit>|moments) (?:away|out)|<weekday> week
        """,
        needs=f"{_UNITS} moment",
    ),
    Time(
        "to be awaited",
        "says how long something will take",
        Rules(Rule.ALWAYS),
        "(?:figure|count|bank|reckon|plan) (?:on|for|with) (?:<day>|<clock>|to ?morrow|to ?night)",
        needs="figure count bank reckon plan",
    ),
    Time(
        "takes days",
        "says how long something will take",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:takes?|taking|needs?|requires?)(?: <whom>){0,3} <amount> <day or longer>
        (?:takes?|taking|needs?|requires?)(?: <whom>){0,3} <hedged>an? <day or longer>
        """,
        needs="tak need requir",
    ),
    Time(
        "matter of",
        "says how long something will take",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:(?:only|just|merely|simply) )?(?:a )?<question> of (?:just |only )?(?:a )?<some units>
        (?:minutes|hours|days|weeks|months),? (?:not|rather than|instead of) <unit>
        <question> of <length>
        """,
        needs="matter question instead rather affair _not",
    ),
    Time(
        "job of a length",
        "says how long something will take",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        "<range> (?:second|minute|hour|day|week|month) <it takes>",
        needs="second minute hour day week month",
    ),
    Time(
        "length",
        "says how long something will take",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        <amount> ?<unit><tail>|<rough> (?:an?|one|half a) <unit><tail>|<hours>|<hedged>\d{1,3}m
        (?:another|a further|an additional|an extra) <unit>|an? <unit> and a half
        an? <unit>,? (?:or (?:two|so)|tops|max|at most)|half (?:an? )?(?:day|hour)
        (?:takes?|taking|needs?|requires?|want|for)(?: <whom>){0,3} <length>
        (?:(?<=budget )|(?<=expect )|(?<=plan )|(?<=guess )|(?<=foresee )|(?<=quotes ))an? <unit>
        <hedged>\d{1,2} ?[dw]
        """,
        needs=_UNITS,
    ),
    Time(
        "after",
        "promises something after a length of time",
        Rules(Rule.IF_ABOUT_A_FIX),
        "(?:after|beyond|(?<!the )past) <length>",
        needs="after beyond past",
    ),
    Time(
        "seconds",
        "promises something within a length of time",
        Rules(Rule.IF_ABOUT_A_FIX),
        "(?:in|within|after|takes?) (?:<amount> ?|a |the )<short unit>",
        needs="sec min moment # few",
    ),
)
