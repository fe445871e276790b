"""Lists what looks like a promise of time in German and is none. Add an exception here."""

ALLOWLIST = {
    "round the clock": r"""
        <length> (?:am|pro) (?:tag|woche)|rund um die uhr|(?:tag und nacht)
        """,
    "a habit": r"""
        (?:alle|jede[mnrs]?|pro|je) (?:<amount> )?(?:<unit>|<part of day>)(?: um <clock>)?
        (?:jede[mnrs]?) (?:<weekday>|<month>)|am ersten jedes monats
        (?:jede|jeden) \w{1,9} um <clock>
        """,
    "any day of the week": "auch (?:am|an) (?:<weekday>en|wochenenden?|<holiday>)",
    "weekly": "(?:<weekday>)s (?:um |gegen |ab |von )?<clock>",
    "opening hours": r"""
        von <clock> bis <clock>|(?:von )?\d{1,2} bis \d{1,2} uhr|(?:<weekday>) bis (?:<weekday>)
        (?:zwischen )<clock> und <clock> (?:erreichbar|besetzt|geoffnet)
        """,
    "a time that is over": r"""
        vor (?:<amount> |eine[mnr] )(?:<unit>)(?! vor| nach)
        seit (?:<word> ){0,2}(?:<unit>|<weekday>|<date>)
        (?:in den |der |den |die )?(?:letzten?|vergangenen) (?:<amount> )?(?:<unit>|<weekday>)
        (?:in den |der |den |die )?(?:vorigen) (?:<amount> )?(?:<unit>|<weekday>)
        stand heute|von heute|bis heute(?! \d| abend| mittag| nachmittag)|heutige[nrs]?
        (?:guten|schonen) (?:morgen|tag|abend)
        """,
    "courtesy": r"""
        (?:wunsch\w{1,3}|schon\w{1,2})<wished>{0,4} (?:<weekday>|wochenende|<holiday>)
        (?:froh\w{1,2}|erholsam\w{1,2})<wished>{0,4} (?:<weekday>|wochenende|<holiday>)
        """,
    "a shift in time": r"""
        <length> (?:zu )?(?:verzogerung|verzug|verspatung|ruckstand|spat)
        <length> (?:zu )?(?:fruh|versetzt|alt|lang|verspatet)
    """,
    "a length of data or idleness": r"""
        <length> (?:ohne|inaktivitat|eingabe|untatigkeit|vor|nach) ?(?:dem|der|einem|einer|jedem)?
        """,
    "a comparison": r"""
        (?:dauer[tn]|brauch(?:t|en)) (?:jetzt |zurzeit |derzeit )?langer als <length>
        (?:benotig(?:t|en)|lauf(?:en)?|lauft) (?:jetzt |zurzeit |derzeit )?langer als <length>
    """,
    "a length before something": "<length> (?:vor|nach) (?:de[mr]|jede[mr]|eine[mr]) \\w{3,20}",
    "a number asked for": "wie viele (?:<unit>)",
    "validity": "<length> (?:gultig|aufbewahrt|gespeichert|haltbar)",
    "soon in comparison": "(?:so bald|sobald|so schnell|bald) (?:wie|als|moglich)",
    "an approach": "bald(?:ig)?st?moglich",
    "no estimate": "kein(?:e[nr]?)? (?:<word> ){0,3}(?:<estimated> )?<estimate>|keine eta",
}
