"""The fragments that patterns of German are made of; `match.py` says how they are written."""

FRAGMENTS = {
    # Numbers and lengths of time
    "ones": "ein(?:e[mnrs]?)?|zwei|drei|vier|funf|sechs|sieben|acht|neun|zehn|elf|zwolf",
    "tens": "zwanzig|dreissig|vierzig|funfzig|sechzig|siebzig|achtzig|neunzig",
    "count": r"""
        \d{1,4}(?:[.,]\d{1,2})?|(?:drei|vier|funf|sech|sieb|acht|neun)zehn|<ones>|<tens>
        (?:ein|zwei|drei|vier|funf|sechs|sieben|acht|neun)und(?:<tens>)|hundert
        anderthalb(?:e[nr]?)?|(?:ein|zwei|drei)einhalb
    """,
    "range": "<count>(?: ?(?:bis|oder|-|/|,) ?<count>)?",
    "vague": r"""
        ein paar|einige[nrs]?|mehrere[nr]?|wenige[nrs]?|(?:eine[mnrs]? )?halbe[mnrs]?|etliche[n]?
        (?:ein(?:em)? )?dutzend|viele[n]?|diverse[n]?|die(?= \w{1,12} ?(?:tagen?|stunden|wochen))
    """,
    "rough": r"""
        etwa|ca\.?|circa|rund|ungefahr|knapp|gut|gute|mindestens|hochstens|maximal|nur|noch|weitere
        (?:weniger|mehr|langer|nicht mehr) als|bis zu|spatestens|fast|uber|unter|den|nachsten
        kommenden|die|voraussichtlich|vsl\.?|vorauss\.?|wohl|vielleicht|~
    """,
    "amount": "(?:<rough> ?){0,3}(?:<range>|<vague>)<more>",
    "unit": r"""
        (?:werk|arbeits|kalender|geschafts)?tage?[ns]?|(?:viertel|dreiviertel)?stunden?|std\.?|h
        minuten?|min\.?|wochen?
        monate?[ns]?|quartale?[ns]?|jahre?[ns]?|nachten?|(?:minut|stund|tag|weil)chen|wochenenden?|sprints?
    """,
    "length": "(?:(?:<rough> ?){0,3}(?:<range>|<vague>)<more> ?|(?:<rough> ?){1,3})<unit>",
    "more": "(?: weitere[nr]?| volle[nr]?)?",
    "short unit": r"sekunden?|sek\.?|minuten?|min\.?|momente?|ms",
    # Days and dates
    "weekday": r"""
        (?:mon|diens|donners|frei|sams|sonn)tag(?:<part of day>)?|mittwoch(?:<part of day>)?
        sonnabend
    """,
    "part of day": "morgen|vormittag|mittag|nachmittag|abend|nacht|fruh",
    "short weekday": r"(?:mo|di|mi|do|fr|sa|so)\b\.?",
    "sure short weekday": r"(?:mo|di|mi|do|fr|sa)\b\.?|so\.",
    "delivered": r"""
        fix|hotfix|patch|release|rollout|deployment|go live|livegang|update|korrektur|reparatur
        \w{0,12}(?:behebung|losung|lieferung|herstellung|stellung|tausch|abschluss)
    """,
    "month": r"""
        januar|janner|februar|marz|april|mai|juni|juli|august|september|oktober|november|dezember
    """,
    "d": r"(?:0?[1-9]|[12]\d|3[01])",
    "date": r"<d>\. ?(?:<month>|<short month>\b\.?)(?: 20\d\d)?",
    "short month": "jan|feb|mar|apr|jun|jul|aug|sept?|okt|nov|dez",
    "nth": r"""
        ersten|zweiten|dritten|vierten|funften|sechsten|siebten|achten|neunten|zehnten|elften
        zwolften|\w{3,7}zehnten|\w{0,14}(?:zwan|drei)\w{1,2}igsten
    """,
    "numeric date": r"<d>\. ?(?:0?[1-9]|1[0-2])\.(?: ?20\d\d|\d\d)?(?!\d)",
    "no number": r"(?=$| (?!\w{0,30}(?:mal|versuch|zeile|spalte)))",
    "part of a month": "(?:wochen?|wochenenden?|halfte|mitte|anfang|ende|tagen?)",
    "hour": r"\d{1,2}|eins|<ones>",
    "clock": r"""
        (?:[0-2]?\d[:.h][0-5]\d|<hour>)(?: ?uhr(?: [0-5]\d)?|h)|[0-2]?\d:[0-5]\d
        (?:halb|viertel (?:vor|nach)|kurz (?:vor|nach)|dreiviertel) <hour>
        mittag|mitternacht
    """,
    "season": "fruhjahrs?|fruhlings?|sommers?|herbst(?:es|s)?|winters?",
    "holiday": r"""
        weihnachten|ostern|pfingsten|neujahr|silvester|zwischen den jahren|jahreswechsel
        feiertage?n?
        (?:oster|weihnachts|pfingst|herbst|sommer|winter)(?:ferien|urlaub|geschaft|pause)
        heiligabend|karneval|himmelfahrt|nikolaus|advent|dreikonig\w{0,5}|fasching|fronleichnam
        allerheiligen|ramadan|(?:nikolaus|neujahrs|silvester|feier|namens|renten|brucken)tage?s?
    """,
    "period": r"""
        tage?s?|woche|monats?|quartals?|jahre?s?|wochenendes?|halbjahre?s?|sommers?|herbst(?:es|s)?
        fruhjahrs?|winters?|stunde|vormittags?|nachmittags?|abends?|nacht|schuljahre?s?|semesters?
    """,
    "in the course": "im (?:weiteren )?(?:laufe?|verlaufe?)",
    "of the": r"der|des|dieser|dieses|d\.",
    "this": "diese[mnrs]?",
    "next": r"""
        na\b\.?|nachst\.|kom\.|(?:uber)?nachste[mnrs]?|kommende[mnrs]?|folgende[mnrs]?
        darauffolgende[mnrs]?
    """,
    "release": r"""
        release|updates?|version|wartung(?:sfenster)?|patch(?:es)?|sprints?|hotfix|auslieferung
        deployments?|rollout|build|lieferung|programmversion|softwarestand|iteration
    """,
    "filler": r"(?!alle|jede|nach|in|bis|ab|seit|gewohnl|ublicherw|normalerw|meist)\w{1,18}",
    "people": r"""
        \w{0,8}schicht|\w{0,6}leute|kolleg\w{1,3}|fach(?:mann|leute|kraft)|team|techniker\w{0,2}
        entwickler\w{0,2}|expert\w{1,3}
        spezialist\w{0,3}|lieferant|hersteller|ferien|urlaub|feiertage|fest|turen|laden|filialen
    """,
    "matter": r"""
        (?:\w{0,8}frage|anliegen|fall|ticket|\w{0,6}meldung)\w{0,2}
        (?:nachricht|problem|schreiben|mail|fehler)\w{0,2}
    """,
    "wished": r" [\w']{1,18}",
    "word": r"[\w']{1,18}",
    # Estimates and events
    "estimated": r"""
        (?:voraussichtliche|geschatzte|erwartete|ungefahre|vermutliche|angestrebte|geplante)[mnrs]?
    """,
    "estimate": r"""
        \w{0,18}(?:dauer|zeitpunkt|termin|zeit|fertigstellung)
        \w{0,18}(?:ende|behebung|losung|zeitrahmen|zieltermin)
    """,
    "at or by": r"""
        bis(?: zu[mr]?| in| an| auf| vor)?|ab|mit|am|an|zu[mr]?|vor|gegen|im?|binnen|innerhalb|uber
    """,
    "time noun": r"""
        (?!\w{2,9}tags\b)\w{0,14}(?:tag(?:en?|es|s)?|woche|wochen|monat(?:en?|s)?|stunden?|abends?|nachmittags?|jahr(?:es)?)
        (?:beginn|anfang|ende|start) (?:<your> )?(?:\w{2,12}e[nsr] )?\w{4,20}
        \w{2,14}(?:ultimo|schluss|beginn|anfang|mitte|halfte|ferien|frist|schicht|wechsel|morgens?)
    """,
    "event": r"""
        \w{0,14}schicht|prufung|audit|\w{0,8}abschluss|anmeldung|sitzung|besprechung|schulung|termin
        schuljahre?s?|semesters?|urlaub|ferien|lohnlauf|abrechnung|mittagspause|pause|inventur
        fest|saisonstart|dienstplan|unterricht|\w{0,8}beginn|veranstaltung|messe|feierabend|abgabe
        login|besuch|start|stichtag
        dienstbeginn|arbeitsbeginn|monatsende|quartalsende|jahresende|wahl|vorstandssitzung
    """,
    "your": "ihre[mnrs]?|ihr|dem|der|den|die|das|des|unsere[mnrs]?",
    # Parts of excuses
    "bears a date": r"""
        version|fassung|kopie|sicherung|abzug|auszug|beleg|stand|bild|hotfix|patch|release|update
        builds?|protokoll|mail|nachricht|schreiben|ticket|bestellung|rechnung|die|das|der|den
    """,
    "dated": "<weekday>|<month>|<date>|(?:jahr )?20\\d\\d|<numeric date>",
    "shifted": r"""
        verzogerung|verzug|verspatung|ruckstand|spat|fruh|versetzt|alt|lang|verspatet
    """,
    "beside it": r"""
        (?:ohne|inaktivitat|eingabe|untatigkeit) ?(?:dem|der|einem|einer|jedem)?
        (?:vor|nach)(?: (?:de[mr]|jede[mr]|eine[mr]) \w{3,20})?
        gultig|aufbewahrt|aufgehoben|gespeichert|vorgehalten|haltbar
    """,
    "now": "(?:(?:jetzt|zurzeit|derzeit) )?",
    "gap": r"(?:(?<!\w)|(?!\w))[^@]{0,200}(?:(?<!\w)|(?!\w))",
    "start": r"(?:^|(?<=[.:;,] ))",
    "not": "nicht|nichts|kein|keine|keinen|keinerlei|niemand|weder|noch nicht|nie|unmoglich|ohne",
    "commit": r"""
        zusagen|versprechen|nennen|garantieren|zusichern|abschatzen|vorhersagen|einschatzen
        beziffern|prognostizieren|absehen
    """,
    "foresee": r"""
        glauben|denken|annehmen|schaffen|gelingen|klappen|sagen|nennen|versprechen|wissen|geben
        zusagen|garantieren|schatzen|absehbar|abschatzen
        vorhersagen|absehen|bestimmen|einschatzen|beurteilen|angeben|rechnen|wissen|fest|bekannt
        moglich|erwarten|planbar|klar|sicher|zusichern|festlegen|beziffern|prognostizieren
    """,
    "said": r"""
        fragten|fragen|gefragt|schreiben|schrieben|geschrieben|sagten|gesagt|teilten|mitgeteilt
        erwahnten|erwahnt|baten|gebeten|wunschten|berichteten|berichtet|benotigen|brauchen|mochten
        meldeten|wollten|wissen
    """,
    "we promise": r"""
        wir (?:werden|beheben|losen|liefern|reparieren|korrigieren|haben (?:das|es|ihn|sie))
        (?:fehler|losung|korrektur|fix)(?: \w{1,14}){0,2} (?:wird|kommt|ist|erfolgt)
        (?:behebung|problem|storung)(?: \w{1,14}){0,2} (?:wird|kommt|ist|erfolgt)
        (?:es|das) (?:wird|soll|funktioniert|lauft|geht)
    """,
    "relative": "die|der|das|den|dem|denen|deren|dessen|was",
    "some or other": "eine?|manche|einige|viele|jede[rs]?|grosse|solche",
    "await": r"""
        (?:konn|werd|erhalt|bekomm|seh|hab|sollt|durf|muss|find|rechn|wart|geduld|les|hor|wiss)en
        (?:erwart|verlass|geb|nehm|stell|richt|freu|vergess|konnt|wurd|koennt|wuerd|arbeit)en
    """,
    "mend": "(?:beheb|los|schaff|erreich|erled|liefer|reparier|korrigier|beseitig|vollend)e?n",
    "wrote": "(?:erwahnt|schrieb|sag|bericht|mein|frag|wollt|bat|wunscht|meld|teilt)\\w{0,4}",
    "surely": r"""
        wird|werden|soll(?:en|te|ten)?|duerf\w{1,4}|will|wollen|mochten?|voraussichtlich|hoffentlich
        spatestens|koennten?
    """,
    "since": "da|weil|wenn|falls|sofern|obwohl|auch wenn|sollten?|solange",
    "verb": r"""
        (?!(?:seit|mit|damit|somit|jetzt|erst|nicht|selbst|zuletzt|laut|samt|statt)\b)\w{2,12}t
        sind|haben|brauchen|benotigen|bleiben|kommen|treten|laufen|liegen|stehen|fehlen|erscheinen
    """,
    "asked": r"""
        schicken|senden|bestatigen|starten|versuchen|prufen|testen|melden|antworten|laden|hochladen
        geben sie|teilen|nennen|offnen|schliessen|wiederholen|speichern|ausfullen|ubermitteln
        reichen|rufen|kontrollieren|beantworten|nutzen|verwenden|wenden|lesen|beachten|aktualisieren
    """,
    "client": r"\w{0,8}admin\w{0,12}|it|\w{0,10}abteilung|kolleg\w{2,5}",
    "ought": "sollten?|muss|mussen|kann|konnen|darf|durfen",
    "fault": r"""
        verzug|ruckstand|verspatung|verzoger\w{1,6}|wart(?:et|en)|wartezeiten?|hinkt|hinken
        hinterher|latenz|langsam\w{0,3}
        ausfall|ausfalle|unterbrechung(?:en)?|beeintrachtigung(?:en)?|zeituberschreitung|rucklaufig
        zurzeit|derzeit|aktuell|momentan|gegenwartig|im schnitt|durchschnittlich
        gestort|storung dauert|antwortzeit\w{0,2}|ladezeit\w{0,2}|warteschlange\w{0,1}|haken
    """,
    "act": r"""
        ankommen|eintreffen|(?:zum|beim|fur das|bis zum) \w{3,16}en|erscheinen|angezeigt
        sichtbar|zugestellt
    """,
    "update": r"""
        updates?|meldung(?:en)?|statusmeldung|status|zwischenstand|statusbericht|informationen
        infos?
        eintrag|mitteilung|beitrag|lebenszeichen|zwischenmeldung|stand|auskunft
        nachricht(?:en)?|neuigkeiten|statusupdate|\w{0,10}bericht(?!\w)|ruckmeldung|information
        statusinformation
    """,
    "further": r"""
        (?:nachste|weitere|erneute|neue|kommende)[mnrs]?|ein(?:e[mnrs]?)?|den|die|das
        taglich(?:e[mnrs]?)?
    """,
    "tell": r"""
        (?:ruf|meld|schreib|informier|bericht|sag)e|melden|informieren|berichten|schreiben|geben
        veroffentlichen|posten|teilen|aktualisieren
        unterrichten|benachrichtigen|horen|erhalten|bekommen|senden|schicken|lesen|halten
    """,
}
"""What `<name>` stands for in a pattern."""
