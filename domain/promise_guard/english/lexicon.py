"""The words of English that say something about a time near them, and the fragments of patterns.

`context.py` says how near a word must be and which of them goes first, `match.py` how patterns are
written.
"""

import re

from domain.promise_guard.match import compiled


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _forms(listed: str) -> re.Pattern[str]:
    """Return a pattern for words that are listed by their forms, such as `plan(?:s|ned)?`."""
    return re.compile("|".join(listed.split()))


# Structure
ABBREVIATIONS = _words("e.g i.e approx ca no vs etc mr ms mrs dr inc a.m p.m nr")
"""A full stop after these ends no sentence."""
SUBORDINATORS = _words("""
    that which who whose where when whenever if because while although though unless whereas why
""")
"""Begin a clause that says nothing about the time outside it."""
COORDINATORS = _words("and but so or")
"""Join clauses of the same rank, or only two words."""
ARTICLES = _words("the a an your their its her his my each every any our")
"""Before a time these make it qualify a noun: "the Friday report"."""
DETERMINERS = _words("""
    the a an your our this these those any no its their my his her each every
""")
"""Begin the object of a verb: "deployed a fix"."""
SUBJECTS = _words("i we you they he she who which that it")
"""Right after these a participle is a verb: "you reported"."""
NOT_A_NOUN = _words("""
    we i it you they he she the a an at of after before and or in on is are was were will would
    should but so that this then for to by with when if as from our your all can may at has have
    had did does do everything nothing please
""")
"""Cannot be what a time qualifies."""

# Future
FUTURE = _forms(r"""
    will 'll won't shall should would might may going gonna plan(?:s|ned|ning)? expect[a-z]{0,7}
    aim(?:s|ed|ing)? hop(?:e|es|ed|ing|eful|efully) target(?:s|ed|ing)?
    (?:re)?schedul(?:e|es|ed|ing) slated due anticipat[a-z]{1,4} estimat[a-z]{1,4}
    intend(?:s|ed|ing)? promis[a-z]{1,3} commit(?:ted|ting|ment)? guarantee[ds]? likely coming
    comes arriv(?:e|es|ing|al) land(?:s|ing)? goes eta etas e\.t\.a forecast projected
    tentative(?:ly)? supposed postpon[a-z]{1,3} deferred delayed pushed deadlines?
    pencil[a-z]{1,3} prognosis sla
""")
"""Say that something will be."""
OUR_WORK = _forms(r"""
    (?:hot|bug)?fix(?:es|ing)? patch(?:es|ing)? resolution resolves? resolving solution solves?
    (?:re)?deploy(?:s|ing|ment|ments)? releas(?:e|es|ing) roll(?:s|ing)? rollout roll-out
    go-live go ships? shipping updates? upgrade maintenance correction repairs? turnaround
    timelines? timeframe completion deliver(?:s|y|ies|ing)? roadmap frame gets? receives? live
    ready available done finish(?:es|ing)? launch(?:es|ing)? ends ending testing tests qa goal
    objective looking tackle restor(?:e|es|ing) online
""")
"""What we do about a defect, and what comes of it."""
WE = _words("we i i'm team engineering engineers developers development they")
"""Those who do it."""
RESOLUTION = _forms(r"""
    (?:hot|bug)?fix(?:ed|es|ing)? resol(?:ve|ved|ves|ving|ution) releas(?:e|ed|es|ing) solution
    (?:re)?deploy[a-z]{0,5} ship(?:s|ped|ping)? patch(?:ed|es)? available ready live done
    repair(?:ed|s)? restored? answer(?:ed)? completed? restarted rebooted finished
    work(?:s|ing)? solved eta
""")
"""Say that something is put right."""
RELEASE_NOUNS = _forms(r"""
    releases? updates? upgrade patch deploy[a-z]{0,5} maintenance (?:hot)?fix build version
    rollout drop window sprint downtime deadline target go-live delivery launch
""")
"""Things whose time is promised all the same: "the Friday release"."""
CONTACT = _words("""
    touch contact contacts update updates updated reply respond write hear call follow know news
    inform notify notified reach
""")
"""Say that the vendor will be in touch."""
CONTACT_WITH_BACK = _words("get come circle report write call gets")
"""Say so with "back" after them: "get back to you"."""
SET_BY_US_AFTER = _words("be is are all 's")
"""After these "set" is no instruction: "we are all set"."""

# Past
PAST = _words("""
    was wasn't were weren't had hadn't did didn't been saw began went came yesterday ago last
    past previous previously preceding prior earlier since recently couldn't formerly initially
    originally
""")
"""Say that something was."""
PAST_OF_OUR_WORK = _words(
    "since last yesterday ago previous previously preceding prior earlier formerly"
)
"""Say so even of a release or fix that is named after them."""
PAST_EVENTS = _words("""
    introduced caused triggered broke appeared occurred happened reported noticed
""")
"""Not promised by anyone, so they tell the past in any form."""
PAST_AFTER_COULD = _words("not reproduce see find confirm verify trace log get")
"""What "could" speaks of in the past: "could not reproduce"."""
IRREGULAR_PARTICIPLES = _words("""
    found made sent lost took gave told wrote said became kept left met broke ran fell held rose
    stood led felt thought brought built spent caught grew got knew threw done seen gone shown
    given taken written broken known shut stuck spoke agreed freed
""")
"""Verbs of the past that do not end in -ed."""
PERFECT = _words("have has 've having")
"""With a participle these tell the past."""
OPEN_BEFORE_PARTICIPLE = _words("""
    be is are 's 're 'm get gets getting being see want wants need needs once when until till
    if
""")
"""After these a participle may speak of the future: "is fixed on Monday"."""
OPEN_BEFORE_SUBJECT = _words("have get see want need")
"""Before its subject they make a participle a wish: "we want it fixed on Monday"."""
PRESENT = _words("is are be gets being")
"""Between these and the time nothing before them tells the past."""

# Neither
HABITUAL = _words("""
    every each always usually normally typically daily weekly monthly nightly hourly whenever
    runs opens closes shows appears disappears loads reloads displays expires expire hangs hang
    freezes freeze crashes crash fails fail stalls times occurs happens resets stops jumps
    responds longer missing empty blank wrong incorrect slow slower slowest shown listed twice
    doubled duplicated cut affected
""")
"""Tell a habit, or what is wrong with the software."""
INSTRUCTIONS = _words("""
    click clicking choose choosing select selecting tick ticking type typing enter entering
    filter filters filtering sort sorting labelled labeled named titled set setting
""")
"""Tell what to do on the screen, and what things on it are called."""
RECORD_NOUNS = _words("""
    range ranges period periods record records entry entries data row rows total totals figures
    numbers appointment appointments invoice invoices statement statements dated column columns
    value values visit visits note notes transaction transactions payment payments attendance
    balance balances report reports file files shift shifts date dates timestamp
    timestamps session sessions enrollment enrollments enrolment enrolments events tasks budget
    budgets dashboard button option tab menu field fields label link checkbox item
""")
"""What a client's data consists of."""
RECORD_PREPOSITIONS = _words("of the from with is to for in on between since and")
"""May stand between these and their time: "records from Monday"."""
REQUESTS = _words("""
    reply respond send answer provide return confirm upload attach tell let get call contact
    write fill complete submit forward share give
""")
"""What a client is asked for."""
DURATION_VERBS = _words("take takes need needs require requires want")
"""Verbs that patterns of lengths begin with."""
HEDGES = _words("""
    about around approx approximately roughly probably maybe perhaps likely hopefully only just
    at most max tops or less more so i guess think say estimated latest the in on a within yes
    ok please sure possibly unfortunately sadly sorry afraid it is 's am be then there earliest
    minimum of and to by from next last noon midnight
""")
"""May stand with a time that is a whole answer: "Probably two days"."""

# Patterns

FRAGMENTS = {
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
"""What `<name>` stands for in a pattern."""
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
"""How the names of months begin."""
LIST_JOINT = re.compile(r"[\s,/&+-]{0,3}(?:(?:and|or|to|until|till|through|on)?[\s,/&-]{0,2})")
"""Stands between two times of a list."""
TIME_WORD = compiled(
    "<any weekday>|<month>|<clock>|<day number>|<count>|<unit>|<numeric date>", FRAGMENTS
)
"""Belongs to a time itself."""
