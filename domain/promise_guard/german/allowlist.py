"""Lists what looks like a promise of time in German and is none. Add an exception here."""

ALLOWLIST = {
    "round the clock": r"""
        rund um die uhr|(?:tag und nacht)
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
    "a length that says nothing of now": r"""
        (?:nach |von |seit )?<length> (?:ohne|inaktivitat|untatigkeit)
        <length> (?:(?:zu )?<shifted>|<beside it>|(?:am|pro) (?:tag|woche))
        (?:dauer[tn]|brauch(?:t|en)|benotig(?:t|en)|lauf(?:en|t)?) <now>langer als <length>
        (?:alt|jung|neu)er als <length>|lieg(?:t|en) (?:<word> ){0,2}<length> zuruck
        """,
    "a deadline for the client": r"""
        (?:haben|hatten) sie (?:noch )?(?:zeit )?bis(?: zum| zur)? (?:<weekday>|<date>|<month>)
        sie haben (?:noch )?(?:zeit )?bis(?: zum| zur)? (?:<weekday>|<date>|<month>)
        """,
    "a thing of its day": r"""
        <bears a date> vo[mn] (?:vor |nach )?<dated>
        """,
    "a number asked for": "wie viele (?:<unit>)",
    "soon in comparison": "(?:so bald|sobald|so schnell|bald) (?:wie|als|moglich)",
    "an approach": "bald(?:ig)?st?moglich",
    "until it is over": (
        "bis (?:der|die|das) (?:fehler|storung|problem|ursache) (?:behoben|gelost|gefunden) ist"
    ),
    "no estimate": "kein(?:e[nr]?)? (?:<word> ){0,3}(?:<estimated> )?<estimate>|keine eta",
}
