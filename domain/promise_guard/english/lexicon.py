"""The words of English that say something about a time near them.

`context.py` says how near a word must be and which of them goes first.
"""

import re

from domain.promise_guard.english.fragments import FRAGMENTS
from domain.promise_guard.match import compiled


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _forms(listed: str) -> re.Pattern[str]:
    """Return a pattern for words that are listed by their forms, such as `plan(?:s|ned)?`."""
    return re.compile("|".join(listed.split()))


# Structure
TELLTALES = _words("""
    the is are and of to we you it this that be will have has been by with our for not at on or
    your as from can they were which would should i a an again until before within
""")
"""Tell that a sentence is English."""
LOOKS = re.compile("(?!)")
"""By these forms a sentence without any telltale is known."""
ABBREVIATIONS = _words("e.g i.e approx ca no vs etc mr ms mrs dr inc a.m p.m nr")
"""A full stop after these ends no sentence."""
SUBORDINATORS = _words("""
    that which who whose where when whenever if because while although though unless whereas why
""")
"""Begin a clause that says nothing about the time outside it."""
COORDINATORS = _words("and but so or")
"""Join clauses of the same rank, or only two words."""
OR = _words("or")
"""Those of them after which the same is said in other words."""
THEREFORE = _words("so")
"""Begin a clause that says what comes of the one before it."""
WITHIN = _words("in within")
"""Before a length these speak of what comes, not of data: "on the list in two days"."""
FOR_WHEN = _words("for by")
"""After what is said or planned these tell for when: "has announced the end for 6 pm"."""
ARTICLES = _words("the a an your their its her his my each every any our")
"""Before a time these make it qualify a noun: "the Friday report"."""
DETERMINERS = _words("""
    the a an your our this these those any no its their my his her each every
""")
"""Begin the object of a verb: "deployed a fix"."""
PREPOSITIONS = _words("of for from with by in on at about")
"""Right after these a participle is an adjective: "recovery of affected sites"."""
SUBJECTS = _words("i we you they he she who which that it these those this both most some all")
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
    guess(?:es)? rolls ships launches follows quotes? reckons? foresees? pencil[a-z]{1,3} prognosis
    sla resum(?:e|es|ing) reappears? ought reserved earmarked allotted arranged
""")
"""Say that something will be."""
AS_PLANNED = _words("as than")
"""Before a word of plans these tell nothing of the future: "as intended"."""
SURE_FUTURE = _forms(r"""
    will 'll won't shall gonna going plan expects? expecting plan(?:s|ning) hope(?:s|fully)? hoping
    aim(?:s|ing)? target(?:s|ing|ting) anticipat(?:e|es|ing) intend(?:s|ing)? promise
    tomorrow tonight
    upcoming coming eta tentatively
""")
"""Say so even in a sentence that tells something of the past as well."""
OUR_WORK = _forms(r"""
    (?:hot|bug)?fix(?:es|ing)? patch(?:es|ing)? resolution resolves? resolving solution solves?
    (?:re)?deploy(?:s|ing|ment|ments)? releas(?:e|es|ing) roll(?:s|ing)? rollout roll-out
    go-live go ships? shipping updates? upgrade maintenance correction repairs? turnaround
    timelines? timeframe completion deliver(?:s|y|ies|ing)? roadmap frame gets? receives? live
    ready available done corrects? repairs solves
    finish(?:es|ing)? launch(?:es|ing)? ends ending testing tests qa goal
    objective looking tackle restor(?:e|es|ing) online rollback rebuild(?:ing)? recovery restoration
    re-?index(?:ing)? migration failover reboot replacement swap recalculation remedy cure
    remediation completion activation installation publication reinstatement clean-?up cutover
    switch-?over handover delivery shipment dispatch
""")
"""What we do about a defect, and what comes of it."""
WE = _words("""
    we i i'm team engineering engineers developers development they vendor supplier technician
    technicians carrier provider specialist specialists crew
""")
"""Those who do it."""
RESOLUTION = _forms(r"""
    (?:hot|bug)?fix(?:ed|es|ing)? resol(?:ve|ved|ves|ving|ution) releas(?:e|ed|es|ing) solution
    (?:re)?deploy[a-z]{0,5} ship(?:s|ped|ping)? patch(?:ed|es)? available ready live done
    repair(?:ed|s)? restored? answer(?:ed)? completed? restarted rebooted finished
    work(?:s|ing)? solved eta
""")
"""Say that something is put right."""
PUT_RIGHT = _words("""
    again back works working fixed resolved solved repaired restored gone over done ready complete
    right correct healthy normal usual available live mended sorted cured corrected
    remedied healed whole up reachable history straight rid cleared usable normally
    normality intact accurate complete operational functional work print match matches
    return returns unaffected trouble behind order fine well relief end ends fix cure cures
""")
"""Say so of what will be, even where no verb does."""
DELIVERY = _words("""
    have gets getting receives receive replaces replaced replace swaps switches switch installs
    install applies apply hands publishes publish provides provide supplies uploads pushes push
    merges merged merge activates enables sees see longer starts begins prepares brings puts
    builds sends send has takes enters restarts reboots reopens it'll we'll you'll they'll
""")
"""Say that a sentence may be of what somebody does about it, or of what the client gets."""
LEADS_AHEAD = _words("by as starting effective beginning until till")
"""Begin times that lie ahead where nothing tells otherwise: "as of March"."""
NEGATIONS = _words("not no never isn't aren't yet longer")
"""Before one of those it says the opposite."""
ABLE = _words("can able")
"""Say with one of those that something will be."""
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
WAS = _words("was wasn't were weren't had hadn't did didn't been saw began went came")
"""Verbs that cannot be anything else."""
REPORTED = _words("""
    said says promised planned hoped agreed committed scheduled expected estimated aimed set told
    plan announced pencilled penciled earmarked reserved budgeted allotted allocated foreseen
    slated
""")
"""In the clause of a time these tell a plan rather than what happened."""
LAST = _words("last")
"""Words of the past that may also say what is left: "the last step"."""
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
ADJUNCTS = re.compile("with|after|before|during|since|as|when|while|until|[a-z]{2,20}ing")
"""Begin a clause that belongs to the one before it."""
PERFECT = _words("have has 've having")
"""With a participle these tell the past."""
HELPED = frozenset[str]()
"""In a language whose participles look like other verbs: the verbs that stand with one."""
OPEN_BEFORE_PARTICIPLE = _words("""
    be is are 's 're 'm get gets getting being see want wants need needs once when until till
    if
""")
"""After these a participle may speak of the future: "is fixed on Monday"."""
OPEN_BEFORE_SUBJECT = _words(
    "have having get getting see want need gets sees wants needs like prefer"
)
"""Before its subject they make a participle a wish: "we want it fixed on Monday"."""
ONCE = _words("once soon")
"""In a clause that these begin, nothing is over yet: "once it has been tested"."""
PRESENT = _words("is are be gets being")
"""Between these and the time nothing before them tells the past."""

# Neither
HABITUAL = _words("""
    every each always usually normally typically daily weekly monthly nightly hourly whenever
    runs opens closes shows appears disappears loads reloads displays expires expire hangs hang
    freezes freeze crashes crash fails fail stalls times occurs happens resets stops jumps
    responds longer missing empty blank wrong incorrect slow slower slowest shown listed twice
    doubled duplicated cut affected closed
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
    budgets list lists roster rosters sheet sheets overview timesheet dashboard button option tab
    menu field fields label link checkbox item
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
    minimum of but not and to by from next last noon midnight
""")
"""May stand with a time that is a whole answer: "Probably two days"."""

# Patterns

PARTICIPLE = re.compile("[a-z]{2,30}[a-df-z]ed")
"""Regular forms of the past."""
AFTER_TOMORROW = _words("after overmorrow")
"""Tell that a day is two days ahead."""
UNSURE_DAYS = _words("business working")
"""Tell that days may have others between them."""
TODAY = _words("today tonight morning afternoon evening night noon midday midnight")
"""Tell that a time comes within a day."""
TOMORROW = _words("tomorrow tommorow tomorow tommorrow tmrw tmr 2morrow")
NUMBERS: dict[str, float] = {
    "a": 1,
    "an": 1,
    "the": 1,
    "one": 1,
    "two": 2,
    "couple": 3,
    "few": 5,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "twelve": 12,
    "dozen": 12,
    "half": 0.5,
    "several": 9,
    "some": 9,
    "fifteen": 15,
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "ninety": 90,
    "many": 99,
}
"""What words of number stand for, at most."""
UNITS: dict[str, float] = {
    **dict.fromkeys(["second", "seconds", "sec", "secs", "moment", "moments"], 0.01),
    **dict.fromkeys(["minute", "minutes", "min", "mins", "m"], 1 / 60),
    **dict.fromkeys(["hour", "hours", "hr", "hrs", "h"], 1),
    **dict.fromkeys(["day", "days", "workday", "workdays", "d"], 24),
    **dict.fromkeys(["week", "weeks", "wk", "wks", "w", "sprint", "fortnight", "weekend"], 336),
    **dict.fromkeys(["month", "months", "quarter", "year", "years", "season"], 9000),
}
"""Hours in a unit."""
WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
"""The days of the week by their first letters."""
VERB_REACH = 4
"""Words before a verb among which its auxiliary stands."""
LIST_JOINT = re.compile(r"[\s,/&+-]{0,3}(?:(?:and|or|to|until|till|through|on)?[\s,/&-]{0,2})")
"""Stands between two times of a list."""
TIME_WORD = compiled(
    "<any weekday>|<month>|<clock>|<day number>|<count>|<unit>|<numeric date>", FRAGMENTS
)
"""Belongs to a time itself."""
