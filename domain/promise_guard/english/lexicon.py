"""Decides which words tell something about a time near them: the tense, who acts, what is meant.

`reading.py` says how near they must be and which of them goes first.
"""

import re

from domain.promise_guard.patterns import compiled


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _forms(listed: str) -> re.Pattern[str]:
    """Return a pattern for words that are listed by their forms, such as `plan(?:s|ned)?`."""
    return re.compile("|".join(listed.split()))


STOPS = frozenset(".!?;\n")
"""End a sentence."""
PAUSES = frozenset(",:()-|\t")
"""End a clause."""
SUBORDINATORS = _words("""
    that which who whose where when whenever if because while although though unless whereas why
""")
"""Begin a clause that says nothing about the time outside it."""
COORDINATORS = _words("and but so or")
"""Join clauses of the same rank, or only two words."""
DETERMINERS = _words("""
    the a an your our this these those any no its their my his her each every
""")
"""Begin what a verb acts on: "deployed a fix"."""
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
OURS = _forms(r"""
    (?:hot|bug)?fix(?:es|ing)? patch(?:es|ing)? resolution resolves? resolving solution solves?
    (?:re)?deploy(?:s|ing|ment|ments)? releas(?:e|es|ing) roll(?:s|ing)? rollout roll-out
    go-live go ships? shipping updates? upgrade maintenance correction repairs? turnaround
    timelines? timeframe completion deliver(?:s|y|ies|ing)? roadmap frame gets? receives? live
    ready available done finish(?:es|ing)? launch(?:es|ing)? ends ending testing tests qa goal
    objective looking tackle restor(?:e|es|ing) online
""")
"""What we do about a defect, and what comes of it."""
US = _words("we i i'm team engineering engineers developers development they")
"""Those who do it."""
OVER = _words("""
    was wasn't were weren't had hadn't did didn't been saw began went came yesterday ago last
    past previous previously preceding prior earlier since recently couldn't formerly initially
    originally
""")
"""Say that something was."""
SINCE = _words("since last yesterday ago previous previously preceding prior earlier formerly")
"""Say so even of a release or fix that is named after them."""
HAPPENED = _words("""
    introduced caused triggered broke appeared occurred happened reported noticed
""")
"""Nobody promises these, so they tell the past in any form."""
IRREGULAR = _words("""
    found made sent lost took gave told wrote said became kept left met broke ran fell held rose
    stood led felt thought brought built spent caught grew got knew threw done seen gone shown
    given taken written broken known shut stuck spoke agreed freed
""")
"""Verbs of the past that do not end in -ed."""
UNDECIDED_AFTER = _words("""
    be is are 's 're 'm get gets getting being see want wants need needs once when until till
    if
""")
"""After these a participle may speak of the future: "is fixed on Monday"."""
HAVE = _words("have has 've having")
"""With a participle these tell the past."""
PRESENT = _words("is are be gets being")
"""Between these and the time nothing before them tells the past."""
BEING = _words("be is are all 's")
"""Before "set" these make a promise of what is otherwise an instruction."""
SUBJECTS = _words("i we you they he she who which that it")
"""Right after these a participle is a verb: "you reported"."""
REGULAR = _words("""
    every each always usually normally typically daily weekly monthly nightly hourly whenever
    runs opens closes shows appears disappears loads reloads displays expires expire hangs hang
    freezes freeze crashes crash fails fail stalls times occurs happens resets stops jumps
    responds longer missing empty blank wrong incorrect slow slower slowest shown listed twice
    doubled duplicated cut affected
""")
"""Tell a habit, or what is wrong with the software."""
CONTROLS = _words("""
    click clicking choose choosing select selecting tick ticking type typing enter entering
    filter filters filtering sort sorting labelled labeled named titled set setting
""")
"""Instructions, and what things on the screen are called."""
RECORDS = _words("""
    range ranges period periods record records entry entries data row rows total totals figures
    numbers appointment appointments invoice invoices statement statements dated column columns
    value values visit visits note notes transaction transactions payment payments attendance
    balance balances report reports file files shift shifts date dates timestamp
    timestamps session sessions enrollment enrollments enrolment enrolments events tasks budget
    budgets dashboard button option tab menu field fields label link checkbox item
""")
"""What a client's data consists of."""
LINKS = _words("of the from with is to for in on between since and")
"""May stand between data and their time: "records from Monday"."""
REQUESTS = _words("""
    reply respond send answer provide return confirm upload attach tell let get call contact
    write fill complete submit forward share give
""")
"""What a client is asked for."""
CONTACT = _words("""
    touch contact contacts update updates updated reply respond write hear call follow know news
    inform notify notified reach
""")
"""Say that somebody will be in touch."""
COME = _words("get come circle report write call gets")
"""Say so with "back"."""
TAKES = _words("take takes need needs require requires want")
"""Verbs that patterns of lengths begin with."""
ABLE = _words("not reproduce see find confirm verify trace log get")
"""What "could" speaks of in the past: "could not reproduce"."""
RESOLUTION = _forms(r"""
    (?:hot|bug)?fix(?:ed|es|ing)? resol(?:ve|ved|ves|ving|ution) releas(?:e|ed|es|ing) solution
    (?:re)?deploy[a-z]{0,5} ship(?:s|ped|ping)? patch(?:ed|es)? available ready live done
    repair(?:ed|s)? restored? answer(?:ed)? completed? restarted rebooted finished
    work(?:s|ing)? solved eta
""")
"""Say that something is put right."""
ARTICLES = _words("the a an your their its her his my each every any our")
"""Before a time these make it name a thing: "the Friday report"."""
RELEASE_NOUN = _forms(r"""
    releases? updates? upgrade patch deploy[a-z]{0,5} maintenance (?:hot)?fix build version
    rollout drop window sprint downtime deadline target go-live delivery launch
""")
"""Things whose time is promised all the same: "the Friday release"."""
NOT_A_NOUN = _words("""
    we i it you they he she the a an at of after before and or in on is are was were will would
    should but so that this then for to by with when if as from our your all can may at has have
    had did does do everything nothing please
""")
"""Cannot be such a thing."""
HEDGES = _words("""
    about around approx approximately roughly probably maybe perhaps likely hopefully only just
    at most max tops or less more so i guess think say estimated latest the in on a within yes
    ok please sure possibly unfortunately sadly sorry afraid it is 's am be then there earliest
    minimum of and to by from next last noon midnight
""")
"""May stand with a time that is a whole answer: "Probably two days." """
ABBREVIATIONS = _words("e.g i.e approx ca no vs etc mr ms mrs dr inc a.m p.m nr")
"""A full stop after these ends no sentence."""
TIME_WORD = compiled("<any weekday>|<month>|<clock>|<day number>|<count>|<unit>|<numeric date>")
"""Belongs to a time itself."""
