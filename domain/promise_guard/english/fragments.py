"""The fragments that patterns of English are made of; `match.py` says how they are written."""

from domain.promise_guard.english.excuse_fragments import EXCUSE_FRAGMENTS

FRAGMENTS = EXCUSE_FRAGMENTS | {
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
        half a dozen
        several|some|many|half an?
    """,
    "rough": r"""
        barely|hardly|scarcely|about|around|approximately|approx\.?|roughly|circa|ca\.?|nearly
        almost|well|[~<>\u2248]
        at most|at least|up to|under|over|as little as|max\.?|maximum|an? maximum of|only|just
        (?:no more|not more|more|longer|less|fewer) than|maybe|probably|perhaps|say
        another|a further|an additional|the|next|coming|following|something like|close to
        in the (?:region|order|neighbou?rhood) of|upwards of|somewhere (?:between|around)
    """,
    "hedged": "(?:<rough> ?){0,3}",
    "more": "(?: or so| more| further| additional| short| full| long| other| extra){0,2}",
    "amount": "<hedged>(?:<range>|<vague>)(?: and a half)?<more>",
    "kind of": r"""
        business|working|work|bus\.?|calendar|week|full|man|person|dev|developer|biz|consecutive
    """,
    "day or longer": r"""
        (?:<kind of> )?(?:days?|weeks?|wks?|months?|mths?|quarters?|years?|yrs?)
        workdays?|fortnights?|sprints?|weekends?|nights?|mornings?|iterations?|(?:release )?cycles?
    """,
    "unit": "(?:<kind of> )?(?:minutes?|mins?|hours?|hrs?)|<day or longer>",
    "short unit": "seconds?|secs?|minutes?|mins?|moments?|s|ms",
    "hours": r"<hedged>\d{1,3}(?: ?(?:to| ) ?\d{1,3})? ?(?:h|hrs?)",
    "tail": "(?:'s?)?(?: time)?(?: or (?:two|three|so|less))?(?: <at most>)?",
    "at most": "at (?:the )?(?:most|latest)|max(?:imum)?|tops|more",
    "length": "<hedged>(?:(?:<some><unit>(?: and a half)?|<figures>)<tail>|\\d{1,3}m)",
    "some": "(?:<range>|<vague>)(?: and a half)?<more> ?|(?:<one>|<share> of an?) ",
    "one": "an?|one|half a|a single|a full|a good",
    "share": "three quarters|a quarter|two thirds|(?:the )?(?:better|best|most) part",
    "figures": r"\d{1,3}(?: ?(?:to| ) ?\d{1,3})? ?h|\d{1,2} ?[dw]",
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
        eid|ramadan|diwali|carnival|epiphany|pentecost|whitsun|hanukkah|passover|advent|midsummer
        boxing day|(?:lunar|chinese) new year|golden week|ascension|mardi gras|bank holiday
        (?:saint|st\.?) nicholas|good friday
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
    "zone": "[ec]t|cet|bst|ist|jst|msk|aest|[ecp][sd]t|cest|utc|gmt|(?:central|eastern) time",
    "hour": r"\d{1,2}|<ones>|<teens>",
    "clock": r"""
        (?:[0-2]?\d[:.h][0-5]\d(?::[0-5]\d)? ?[ap]\.?m\b\.?|[01]?\d ?[ap]\.?m\b\.?)(?: <zone>)?
        [0-2]?\d[:h][0-5]\d(?::[0-5]\d)?(?: <zone>)?
        <hour> ?o'? ?clock|(?:half past|quarter past|quarter to) <hour>|(?<=by )half <hour>
        [0-2]\d[0-5]\d ?(?:<zone>|hrs|hours)
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
        (?:e\.? ?t\.? ?[adr]\b\.?|etas|etrs|m?ttr)(?: (?:for|of|on) <article>?<outcome>)?
        (?:ettr|etc(?=:? \d)|<estimate>)(?: (?:for|of|on) <article>?<outcome>)?
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
    "not to wait for": r"""
        (?:delayed|shifted|off|late|early)(?: \w{1,12})? by
        (?:older|newer|younger|aged)(?: than)?
        (?:time ?outs?|interval|duration|retention)(?: period)?<set>{0,4}(?: at most)?
        (?:limit(?:s|ed)?|capped|restrict(?:s|ed))<set>{0,4}(?: at most)?
        (?:if|unless) (?:we|you) (?:<word> ){0,5}<replies> (?:<word> ){0,4}(?:with)?in
        re ?open(?:ed)? (?:<word> ){0,4}(?:within|for|up to|in)
    """,
    "start of a length": r"""
        registration|signing|sign up|purchase|expiry|creation|enrol\w{1,6}
        (?:\w{1,8} )?date of \w{2,9}
        due date|invoice date|logging (?:in|out)|log ?(?:in|out)|cancellation|termination|admission
    """,
    "beside it": r"""
        ago|earlier|old|older|overdue|beforehand|or older|(?:too )?<shifted>
        (?:worth )?(?:of|without|with no) <measured>
        (?:before|after|ahead of|prior to) (?:an?|each|every|any) \w{1,15}
        (?:before|after|from) (?:(?:the|your|their|its) )?<start of a length>
    """,
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
        saves|prints|exports|imports|closes
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
    "no future": "(?!will|should|tomorrow|expect)<word>",
    "not but": " (?!but|however|though)<word>",
    "replies": "hear|reply|respond|answer",
    "not a time": r"(?!today|tomorrow|or|and|on|sharp|ct|this|in the)\w",
    "no thing": r"""
        at|and|or|we|you|your|i|they|all|everything|it|this|that|our|when|latest|in the|the|if|as
        with|for|so|but|then|because|to|will|is
        of (?:the|this|next|that|<month>) ?\w{0,9}
    """,
    "dates from": "(?:dates?|dating|stems?|dated|goes|going) (?:back )?(?:from|to)",
    "bears a date": r"""
        version|copy|backup|snapshot|screenshot|statement|invoice|(?:hot)?fix|patch|build|log|file
        report|letter|e?-?mail|ticket|order|minutes|that|those|entry|record
    """,
    "dated": "(?:the )?(?:<weekday><part of day>?|<month>|<date>|20\\d\\d|noon|midnight)",
    "day": "<weekday>|<date>",
    "day of": "<weekday>|week|weekend|(?:business |working )?day|half",
    "each": "each|every|any|an?",
    "it is": "we|the|it|a|this|can|will|is|be|has",
    "whom": "us|them|the|our|team|engineers",
    "from now": r"""
        away|out|to go|(?:from|after) (?:now|today|tomorrow|tonight|next <unit>|<weekday>)
        (?:until|till|before|to) (?:<it is> ){1,4}<resolved>
    """,
    "no clock": r"(?!/|[:-]\d| ?[ap]\.?m\b)",
    "not promised": "(?<!to )(?<!can )(?<!will )(?<!job )",
    "in after": "(?:in|after)",
    "in under": "(?:in|within)(?: under| less than)?",
    "of year": r" of (?:the |this |next )?(?:20\d\d|year)",
    "from or by": "by|before|until|till|from|as of|around|at|towards?",
    "further": "another|a further|an additional|an extra",
    "question": "(?:matter|question|affair)",
    "some units": "(?:few |<vague> )?<unit>",
    "it takes": "(?:job|fix|repair|affair|thing|wait|business)",
    "counted": "(?:records|rows|entries|users|lines|cases|forms|sites|reports|clients)\\b",
    "several units": "(?:<range> |<vague> )?<unit>(?: or (?:two|so))?",
    "ended": r"""
        (?:(?:the|this|next) )?(?:(?:new|next|coming|current|business|working) )?(?:<period>|play)
        business|today|tomorrow
    """,
    "resolved": r"""
        fix(?:ed)?|release[ds]?|deploy(?:ed)?|resol\w{2,6}|available|done|live|ready|patch|ship
    """,
    "next release": r"""
        (?:one of )?<article>?(?:very )?(?:next|upcoming|coming|following|forthcoming) <releases>
    """,
    "stretch": "day|night|morning|afternoon|evening",
    "releases": "(?:<range> |<vague> )?<release>(?! notes)",
    "put right": r"""
        here|done|finished|complete[d]?|ready|behind (?:us|you)|fixed|resolved|solved|repaired
        restored|over|there|back
        through|(?:being|having|getting) (?:it |this |that |everything )?(?:<put right again>)
    """,
    "put right again": "done|fixed|resolved|solved|repaired|restored|ready|back",
    "for a length": r"""
        with ?in|inside(?: of)?|in under|in less than|in
        allow(?: us| for)?|bear with us(?: for)?|give (?:us|me|it|ourselves)
        (?:(?:hang|hold|hold on|hang on) (?:on|tight)|sit tight) for
        (?:stand by|be patient|stay tuned) for
        (?:given|gave|giving) (?:us|me|it|ourselves|them)
        (?:reckon|count|bank|figure|budget|plan|think)(?:ing)? (?:on|with|for|of|in terms of)
    """,
    "at or by": "by|before|until|till|towards?|around|ahead of|in time for|from|as of|come|near",
    "meal": r"""
        daybreak|sunrise|sunset|sundown|breakfast|lunch(?: ?time)?|dinner(?: ?time)?|tea ?time
        \w{3,7}(?:'?s)? (?:end|start|close)
    """,
    "turn": "(?:return|arrival|opening|beginning|close|start|end|turn)",
    "no adjective": "a|an|every|each|and|or|to|of|last|that",
    "time noun": r"""
        (?:day|week|month|year|quarter)(?:'?s)? (?:end|start|close)|lunch break
        (?:morning|afternoon|evening|night|day|week|month)s?
        (?:next|new|coming) (?:term|season|semester|shift|quarter|year)|opening(?: time)?
        (?:close|start|end|beginning) of (?:the )?(?:day|week|month|business|play|shift|term|season)
        closing(?: time)?
    """,
    "event": r"""
        (?:month|year|quarter)[ -]?end|audits?|board meeting|meetings?|payroll(?: run)?|shift
        log ?in
        enroll?ments?|registration|elections?|inventory|stocktaking|sale|fair|migration|rollout
        visit|appointments?|semester|school(?: year)?|term|holidays?|vacation|inspection|exams?
        training|class(?:es)?|launch|event|closing|presentation|deadline|lunch(?: break)?|season
        (?:start|beginning|end) of (?:the |your |this |next ){0,2}(?:\w{1,10} )?<happening>
        long weekend|sign ?in|go live|opening|conference|workshop|trip
    """,
    "before": "by|before|until|till|ahead of|in time for|prior to|at|on|after|for|come",
    "a": "(?:your|the|our|this|next|an?|any|that) ",
    "their": r"your(?! (?:<device>))|(?:our|the|my)(?= (?:\w{1,12} ){0,2}(?:<people>))",
    "people": r"""
        colleagues?|crew|shift|engineers?|developers?|experts?|technicians?|supplier|staff|office
        sun
        offices|specialists?|holidays?|weekend|fair|banks?|shops?|markets?|sale|festival
        term|school|class(?:es)?|lessons|elections|doors
    """,
    "device": r"""
        browser|session|cache|computer|device|account|app|page|server|password|token|machine|client
        admin\w{0,10}|request|export|import|file|data|update|cookies|settings|phone|tablet|network
        cases?|tickets?|side|behalf|screen|patience|help|support|reports?|questions?|problems?
        messages?|information|details|feedback|understanding
    """,
    "bit": r"""
        (?:just )?a (?:little|bit|while|tad|few more moments)(?: bit| while)? (?:longer|more)
        (?:just )?a few (?:more )?moments|a (?:little|bit) more (?:time|patience)
    """,
    "last": "(?:the |our |its )?(?:last|final)",
    "leg": r"""
        (?:tests?|checks?|stages?|phases?|steps?|leg|mile|metres?|meters?|hurdles?|stretch|touches)
    """,
    "leaves": "(?:go|going) (?:home|to bed)|sleep|leave (?:the office|work)|call it a day|rest",
    "happening": "shift|day|term|semester|school year|season|training|month|session|break",
    "return": r"""
        (?:come|comes|are|get|is) (?:back|in)|returns?|arrives?|(?:start|begin)s? (?:work|your day)
        open(?: up)?|wake up|log (?:back )?in|sign (?:back )?in|sit down
    """,
}
"""What `<name>` stands for in a pattern."""
