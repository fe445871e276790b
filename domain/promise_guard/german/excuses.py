"""Lists the sentences of German that excuse a time, and those that announce an update."""

from domain.promise_guard.match import Excuse

LENGTHS = frozenset({"length", "within", "takes days", "after", "matter of", "next period"})
"""The kinds of times that say how long something lasts."""

EXCUSES = {
    "refusal": Excuse(
        pattern=r"""
        <not> (?:<word> ){0,3}<foresee><gap>@
        @<gap><not> (?:<word> ){0,2}<foresee>|<not><gap>@ ?<foresee>
        ob<gap>@<gap>(?:wissen wir|konnen wir|ist|bleibt|steht)
        <foresee> (?:wir |ich )?(?:<word> ){0,2}<not><gap>@
        (?:ob|wann)<gap> @
        """,
        unless="(?:aber|sondern|vor|bis)<gap> @<gap>,? (?:wird|ist|kommt)",
    ),
    "quotation": Excuse(
        pattern=r"""
        in ihrer (?:nachricht|e ?mail|mail|anfrage)<gap>@
        sie (?:haben |hatten )?(?:<word> ){0,4}<said><gap>@
        @<gap>" ?,? ?(?:fragten|schrieben|sagten)
        (?:verstehen|wissen|notiert|bekannt),? dass (?:ihr|ihre|ihren|ihrem|sie)<gap> @
        """,
        unless="<we promise><gap>@|@<gap>wir (?:beheben|losen|liefern)",
    ),
    "deadline of the client": Excuse(
        pattern=r"""
        ihre? (?:<word> ){1,3}(?:ist|sind|findet|beginnt|steht|muss|lauft) ?(?:<word> ){0,2}@
        (?:da|weil|dass) ihre? (?:<word> ){1,3}@<gap>(?:fallig|ist|beginnt|stattfindet|muss)
        sie (?:<word> ){0,4}@ (?:<word> ){0,2}(?:brauchen|benotigen|wunschen|mochten)
        """,
        unless="<we promise>|ihr(?:e|en)? (?:zugang|export|fehler|problem|anliegen|fall|system)",
    ),
    "request": Excuse(
        pattern=r"""
        bitte<gap><asked><gap>@|bitte<gap>@<gap><asked>|bitte<gap>@
        (?:konnten|konnen|wurden) sie<gap>@<gap>(?:versuchen|\w{3,20}en\?)
        (?:konnten|wurden) sie<gap>@
        wir bitten sie<gap>@|(?:wenn|falls|sofern) wir<gap>@
        """,
        unless=r"""
        geduld|warten|gedulden|rechnen sie|(?:wird|lauft|funktioniert|geht) (?:es|wieder)
        geben sie uns
        """,
    ),
    "setting": Excuse(
        pattern=r"""
        (?:lauft|laufen|endet|enden|verfallt|erlischt|ablauft|abgemeldet|gesperrt)<gap>@
        @ (?:geloscht|archiviert|gesperrt|abgemeldet|geschlossen|entfernt|uberschrieben|aufbewahrt)
        (?:wahlen|klicken|geben|stellen|tragen|setzen) sie<gap>@
        """,
        unless="wieder|bis|fehler|losung|korrektur",
    ),
    "fault": Excuse(
        pattern=r"""
        @ langer als|<fault><gap>@|@ ?<gap><fault>|@ <act>|<act> (?:erst )?@
        """,
        unless=r"""
        wird|werden|soll|rechnen|erwarten|voraussichtlich|behebung|losung|noch
        """,
        only=LENGTHS,
        clause=True,
    ),
}

ANNOUNCEMENTS = [
    Excuse(
        pattern=r"""
        <further> (?:nachste |weitere )?<update>(?:en)?(?:<gap>)@
        (?:wir|ich) (?:<word> ){0,3}<tell><gap>@
        @ (?:<word> ){0,2}<tell> wir|@ (?:erhalten|bekommen|horen|lesen) sie<gap><update>
        @<gap>(?:wir|ich) (?:<word> ){0,4}(?:erneut|wieder|<update>)
        (?:melden|informieren|berichten|schreiben) (?:wir|ich|sie)<gap>@
        sie (?:horen|erhalten|bekommen|lesen)<gap>@<gap>(?:von uns|<update>)
        sie (?:horen|erhalten|bekommen|lesen)<gap>(?:von uns|<update>)<gap>@
        <update> (?:folgt|folgen|kommt|kommen|gibt es)<gap>@
        @<gap>(?:folgt|folgen|kommt|kommen|gibt es)<gap><update>
        @ (?:<word> ){0,2}(?:melden|informieren|berichten) wir
        """,
        unless=r"""
        (?:behoben|gelost|losung|behebung|korrektur|fix|repariert|beheben|losen|korrigiert)<gap> ?@
        @<gap>(?:behoben|gelost|losung|behebung|korrektur|fix|repariert|beheben)
        (?:installieren|einspielen|ausliefern|spielen)
        """,
    )
]
