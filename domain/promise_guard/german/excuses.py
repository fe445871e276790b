"""Lists the sentences of German that excuse a time, and those that announce an update."""

from domain.promise_guard.match import Excuse

LENGTHS = frozenset({"length", "within", "takes days", "after", "matter of", "next period"})
"""The kinds of times that say how long something lasts."""

EXCUSES = {
    "refusal": Excuse(
        pattern=r"""
        <not> (?:<word> ){0,3}<foresee><gap>@
        @<gap><not> (?:<word> ){0,2}<foresee>|<not><gap>@ ?<foresee>
        <not><gap>@[^@,.]{0,80}<commit>
        (?<!als )ob<gap>@<gap>(?:wissen wir|konnen wir|ist|bleibt|steht)
        <foresee> (?:wir |ich )?(?:<word> ){0,2}<not><gap>@
        (?<!als )(?:ob|wann)<gap> @
        (?:bringt|nutzt|hilft|lohnt) (?:<word> ){0,2}(?:nichts|nicht|wenig|kaum)<gap>@
        (?:unwahrscheinlich|fraglich|zweifelhaft|ungewiss)<gap>@
        (?:falsch|unserios|leichtsinnig|voreilig|verfruht|zu fruh)<gap>@
        (?:rechnen|zahlen|verlassen|hoffen) sie<gap>@<gap><not>|<not><gap>rechnen<gap>@
        """,
        unless=r"""
        (?:aber|sondern|vor|bis)<gap> @<gap>,? (?:wird|ist|kommt)
        <not> (?:<word> ){0,2}(?:grund|anlass|zweifel\w{0,2}|bedenken|hindernis)
        """,
    ),
    "quotation": Excuse(
        pattern=r"""
        in ihrer (?:nachricht|e ?mail|mail|anfrage)<gap>@
        sie (?:haben |hatten )?(?:<word> ){0,4}<said><gap>@
        (?:sie|ihre?|herr) (?:<word> ){1,2}(?:sagte|schrieb|teilte)n?(?: uns| mir| ihnen)<gap>@
        (?:frau|kunde|kundin) (?:<word> ){1,2}(?:sagte|schrieb|teilte)n?(?: uns| mir| ihnen)<gap>@
        (?:sie|ihre?|herr) (?:<word> ){1,2}(?:fragte)n?(?: uns| mir| ihnen)<gap>@
        (?:sie|ihre?|herr) (?:<word> ){1,2}(?:berichtete|erzahlte)n?(?: uns| mir| ihnen)<gap>@
        (?:frau|kunde|kundin) (?:<word> ){1,2}(?:fragte)n?(?: uns| mir| ihnen)<gap>@
        (?:frau|kunde|kundin) (?:<word> ){1,2}(?:berichtete|erzahlte)n?(?: uns| mir| ihnen)<gap>@
        ihre? (?:<word> ){1,2}<wrote>,? (?:uns |mir )?(?:dass|ob|wann|wie)<gap>@
        sie (?:sagen|schreiben|erwahnen|berichten|fragen|meinen)<gap>@|@<gap>\?
        @ \w{3,14}ten sie (?:uns|mir)
        wie sie (?:sagen|schreiben|erwahnen|schrieben|sagten|mitteilen|mitteilten)<gap>@
        @<gap>" ?,? ?(?:fragten|schrieben|sagten)
        (?:verstehe|weiss|klar),? dass (?:ihr|ihre|ihren|ihrem|sie)<gap> @
        (?:verstehen|wissen|notiert|bekannt),? dass (?:ihr|ihre|ihren|ihrem|sie)<gap> @
        """,
        unless="<we promise><gap>@|@<gap>wir (?:beheben|losen|liefern)",
    ),
    "deadline of the client": Excuse(
        pattern=r"""
        ihre? (?:<word> ){1,3}(?:ist|sind|findet|beginnt|steht|muss|lauft) ?(?:<word> ){0,2}@
        (?:da|weil|dass) ihre? (?:<word> ){1,3}@<gap>(?:fallig|ist|beginnt|stattfindet|muss)
        ihre?n? (?:\w{0,9}frist|\w{0,9}termin|<event>) (?:<word> ){0,5}@
        sie (?:<word> ){0,4}@ (?:<word> ){0,2}(?:brauchen|benotigen|wunschen|mochten)
        """,
        unless=r"""
        <we promise>|wieder|vollstandig|fertig|bereit|verfugbar|korrigiert|behoben
        ihr(?:e|en)? (?:zugang|export|fehler|problem|anliegen|fall)
        ihr(?:e|en)? (?:system|konto|konten|daten|dateie?n?|listen?|server|rechnung(?:en)?|belege)
        """,
    ),
    "request": Excuse(
        pattern=r"""
        bitte<gap><asked><gap>@|bitte<gap>@<gap><asked>|bitte<gap>@
        (?:konnten|konnen|wurden|koennten|wuerden) sie<gap>@<gap>(?:versuchen|\w{3,20}en\?)
        (?:konnten|wurden|koennten|wuerden) sie<gap>@
        (?:wenn|falls|sollte|sofern|tritt)<gap>(?:auftritt|passiert)<gap>@
        (?:wenn|falls|sollte|sofern|tritt)<gap>(?:vorkommt|erscheint|auftreten)<gap>@
        (?:wenn|falls|sollte|sofern|tritt)<gap>@<gap>(?:auftritt|passiert)
        (?:wenn|falls|sollte|sofern|tritt)<gap>@<gap>(?:vorkommt|erscheint|auftreten)
        (?:wenn|falls|sollte|sofern|tritt)<gap>@<gap>(?:bitte|melden sie|notieren|schreiben sie)
        ihr[en]{0,2} <client> (?:<word> )?<ought><gap>@
        wir haetten gern\w?<gap>@|wir (?:mochten|wuerden)<gap>bitten<gap>@
        (?:um|zum|sich) (?:<word> ){0,4}(?:nachzustellen|nachstellen|reproduzieren)<gap>@
        <start>(?!<await>)\w{3,14}en sie (?:bitte |sich )?(?!uns|mir)<gap>@
        (?:ist|sind) (?:<word> ){0,3}@ zu (?!<await>|<mend>)\w{3,14}en
        (?:wenn|falls|sofern) sie @ (?:<word> ){0,2}(?:antworten|schreiben|senden|schicken|melden)
        wir bitten sie<gap>@|(?:wenn|falls|sofern) wir<gap>@
        """,
        unless=r"""
        geduld|warten|gedulden|rechnen sie|(?:wird|lauft|funktioniert|geht) (?:es|wieder)
        geben sie uns|dass (?:der|die|das|es|wir)<gap>@
        dann (?:ist|sind|wird|werden|lauft|geht|sollten?|klappt)
        """,
    ),
    "reason or condition of the client": Excuse(
        pattern=r"""
        <start>(?:(?:und|aber) )?<since> (?:sie|ihre?[mnrs]?) [^@,]{0,80}@[^@,]{0,80},
        <start><verb> (?:sie|es|das|die|der|ein\w{0,2}|ihre?\w?|sich) [^@,?]{0,80}@[^@,?]{0,80},
        """,
        unless=r"""
        <we promise>|wird|werden|soll\w{0,3}|wieder|behoben|fertig|bereit|geduld|rechnen|warten
        (?<=,) \w{2,12}t (?:die|der|das|alle?s?|ihre?) \w{2,20}(?:[.!]|$)
        (?:kann|konnen|haben) (?:sie|es|man|ihre?\w?)
        (?:ist|sind|lauft|geht|stimmt) (?:es|alle?s?|die|der|das)
        """,
    ),
    "courtesy": Excuse(
        "(?:danken?|dank|entschuldig\\w{1,4}|bedauern|leid|verzeihung)<gap>@",
        "<surely>|wir losen|wieder|behoben|fertig|losung|behebung|korrektur|sichern|versprechen",
    ),
    "habit": Excuse(
        pattern=r"""
        (?:jede[mnrs]?|taglich|nachtlich|wochentlich|monatlich|stundlich)\w{0,2} <gap>@
        (?:immer|regelmassig)\w{0,2} <gap>@
        """,
        unless="wieder|behoben|losung|korrektur",
    ),
    "state": Excuse(
        pattern="(?:derzeit|aktuell|momentan|jetzt|zurzeit|gegenwartig) ?[(,]? ?@",
        unless="<surely>",
        only=frozenset({"time of day", "today"}),
    ),
    "what may be": Excuse(
        pattern=r"""
        <start><some or other> [^@,]{0,60} ?(?:kann|konnen|mag|mogen) <gap>@
        (?:kann|konnen) (?:der|die|das|ein\w{0,2}) (?!\w{0,20}(?:behebung|reparatur))\w{4,30} @
        """,
        unless="<we promise>|wieder|behoben|korrektur|losung|dann",
        only=LENGTHS,
    ),
    "reading": Excuse(
        "@<gap>zu (?:viel|wenig|hoch|niedrig|gross|klein)",
        unless="<surely>|wieder|behoben|losung|korrektur",
    ),
    "by itself": Excuse(
        "(?:sich|automatisch|sperre)<gap>@|@ (?:<word> )?automatisch|verschickt|versendet",
        only=frozenset({"after", "event"}),
    ),
    "setting": Excuse(
        pattern=r"""
        (?:lauft|laufen) [^@,]{0,90}@
        (?:endet|enden|verfallt|erlischt|ablauft|abgemeldet|gesperrt)<gap>@
        @ (?:geloscht|archiviert|gesperrt|abgemeldet|geschlossen|entfernt|uberschrieben|aufbewahrt)
        (?:wahlen|klicken|geben|stellen|tragen|setzen|verschieben|legen|offnen) sie(?! uns)<gap>@
        (?:sperre|konto|sitzung|link|kennwort|passwort|konten)(?:<gap>)(?:wird|werden|ist|sind) @
        """,
        unless="wieder|bis|fehler|losung|korrektur|aufgehoben|und (?:wird|ist)|frei|danach|dann",
    ),
    "one of many": Excuse(
        pattern=r"""
        <start>wer [^@,]{0,60}@[^@,]{0,60},
        \w{3,20}, (?:in |von |bei |mit |vor |nach )?<relative> [^@,]{0,70}@[^@,]{0,70},
        """,
        unless=r"""
        <we promise>|soll\w{0,3}|wieder|behoben|version|release|updates?|fix|patch|korrektur|losung
        fassung|lieferung|behebung|wartung\w{0,8}|wir
        """,
    ),
    "record": Excuse(
        "(?:enthalt|enthalten|umfasst|umfassen)<gap>@",
        unless="<surely>|version|release|updates?|korrektur|losung|fassung",
    ),
    "fault": Excuse(
        pattern=r"""
        @ langer als|dauern? langer als @|(?:<fault>|dauer[tn]) (?:<word> ){0,2}langer als @
        <fault><gap>@|@ ?<gap><fault>|@ <act>|<act> (?:erst )?@
        """,
        unless=r"""
        <surely>|rechnen|erwarten|behebung|losung|noch|verbleibende?|restliche?|schatzungsweise
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
        @ (?:<word> ){0,2}<tell> wir
        @<gap>(?:erhalten|bekommen|horen|lesen) sie<gap>(?:von (?:uns|mir)|<update>)
        @<gap>(?:wir|ich) (?:<word> ){0,4}(?:(?:erneut|wieder)(?! \w)|<update>)
        (?:melden|informieren|berichten|schreiben) (?:wir|ich|sie)<gap>@
        sie (?:horen|erhalten|bekommen|lesen)<gap>@<gap>(?:von (?:uns|mir)|<update>)
        sie (?:horen|erhalten|bekommen|lesen)<gap>(?:von (?:uns|mir)|<update>)<gap>@
        <update> (?:folgt|folgen|kommt|kommen|gibt es)<gap>@
        @<gap>(?:folgt|folgen|kommt|kommen|gibt es)<gap><update>
        @ (?:<word> ){0,2}(?:melden|informieren|berichten) wir
        und <tell> (?:<word> ){0,2}@
        ^mehr(?: dazu| infos| hier)? @
        """,
        unless=r"""
        (?:behoben|gelost|losung|behebung|korrektur|fix|repariert|beheben|losen|korrigiert)<gap> ?@
        @<gap>(?:behoben|gelost|losung|behebung|korrektur|fix|repariert|beheben)
        (?:installieren|einspielen|ausliefern|spielen|heraus|raus)
        """,
    )
]
