"""Lists what names a time in German, with the rules that judge it, and the words that lead to one.

Add a phrase here; `match.py` says how it is written and what the rules excuse.
"""

from domain.promise_guard.match import LeadIns, Rule, Rules, Time

LEAD_INS = LeadIns(
    deadline=r"""
        bis(?: spatestens| zum| zu| einschliesslich| etwa)?|spatestens|nicht vor|fruhestens|<next>
        verschoben auf
        """,
    met_deadline="bis",
    preposition=r"""
        furs|ins|ubers|mit|am|an|im|in|um|ab|gegen|vor|nach|zum|zu|zur|anfang|mitte|ende|erst|noch|schon|zwischen
        etwa
        ca\.?|circa|on|by|auf|diesen|dieser|dieses|vom|von|rund|vorauss\.?|vsl\.?|voraussichtlich
        """,
    purpose="fur",
    article="den |dem |der |die |das |eine[mnr] |beginn |beginn des |ende |anfang |mitte ",
    within_times="in|innerhalb|binnen|nach|wahrend",
)

_UNITS = "#u nacht tag stund minute woche monat quartal jahr sprint min std"

TIMES = (
    # Days and parts of them
    Time(
        "tomorrow",
        "names a day by which something will be done",
        Rules(Rule.ALWAYS, Rule.ALWAYS),
        r"""
        (?<!guten )(?<!am )(?<!jeden )(?<!diesen )(?<!nachsten )morgen(?: <part of day>)?
        ubermorgen(?: <part of day>)?|heute (?:nacht|abend)
        (?:uber)?morgige[mnrs]?(?: <part of day>)?
        """,
        needs="morg heute",
    ),
    Time(
        "today",
        "names today",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        heute(?: <part of day>)?
        <in the course> des (?:heutigen |morgigen )?(?:tages|vormittags|nachmittags|abends)
        <in the course> der nacht
        bis in (?:den|die) (?:spaten |fruhen )?<part of day>
        """,
        needs="heute lauf bis",
    ),
    Time(
        "still today",
        "names today",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        "(?:noch |spater )heute(?: <part of day>)?|heute (?:<part of day> )?noch",
        needs="heute",
    ),
    Time(
        "weekday",
        "names a day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        "<weekday>(?: (?:fruh|morgen|vormittag|mittag|nachmittag|abend|nacht))?",
        needs="tag mittwoch sonnabend",
    ),
    Time(
        "short weekday",
        "names a day",
        Rules(Rule.UNLESS_PAST),
        r"""
        (?:bis|am|ab|vor|kommenden|spatestens|vorauss\.?|vsl\.?) <short weekday>(?! \d)
        <sure short weekday>,? (?:<part of day>|\d{1,2}(?:[:.]\d\d)? ?uhr|eod|eob)
        (?:<delivered>):? <sure short weekday>(?! \d)
        """,
    ),
    Time(
        "part of the day",
        "names a part of the day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        """
        (?:am|bis zum|ab dem|zum) (?:<part of day>) des <d>\\.(?!\\d)
        (?:am|gegen|zum) (?:spaten |fruhen )?<part of day>|(?:uber|in der) nacht
        (?:den|die) ganzen? (?:<part of day>|tag)
        (?:noch )?am (?:selben|gleichen|nachsten|folgenden|darauffolgenden) (?:tage?|<part of day>)
        tags darauf|am tag (?:darauf|danach)
        (?:am|gegen|zum|ab dem|vom) (?:<word>en )?(?:vormittag|mittag|nachmittag|abend)
        (?:bis |zu|zum|vor dem|nach dem|beim) (?:fruhstuck|mittagessen|abendessen|kaffee)
        """,
        needs="morgen mittag abend nacht ganze fruhst essen kaffee tag",
    ),
    Time(
        "weekend",
        "names a day",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        "wochenende",
        needs="wochenende",
    ),
    Time(
        "holiday",
        "names a day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        "<holiday>",
        needs="""
            oster ferien urlaub geschaft pause nikolaus advent konig fasching fronl allerh
            ramadan weihnacht ostern pfingst silvester jahr feiertag heiligabend karneval
            himmel
        """,
    ),
    Time(
        "time of day",
        "names a time of day",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        r"(?<![:.\d])<clock>(?![\w%]|[:.]\d)(?: (?:am |an )?(?:<weekday>|heute|morgen))?",
        needs="# uhr halb viertel kurz mittag mitternacht",
    ),
    Time(
        "end of business, short",
        "names the end of a day",
        Rules(Rule.UNLESS_CLEARLY_PAST, Rule.UNLESS_CLEARLY_PAST),
        "(?:vor|bis|zum|nach) (?:dienst|geschafts|buro|arbeits)schluss|(?:bis|vor) feierabend",
        needs="schluss feierabend",
    ),
    # Dates
    Time(
        "numeric date",
        "names a date",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        r"(?<![\w/.])<numeric date>",
        needs="#",
    ),
    Time(
        "written date",
        "names a date",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        "(?:<weekday>,? (?:den |dem )?)?<date>",
        needs="#",
    ),
    Time(
        "day of the month",
        "names a day of the month",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        (?:am|zum|ab dem|bis zum) <nth>(?=[.,!]|$| \w{2,14} (?:wir|sie|ich|der|die|das|es|ist))
        (?:der|am|zum|den|ab dem|bis zum|vor dem|nach dem) <d>\.<no number>
        """,
        needs="# ten",
    ),
    Time(
        "month",
        "names a month",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST, Rule.IF_FUTURE_OR_IMPLIED),
        r"""
        (?:anfang |mitte |ende )?(?:<month>)<part of a month>?(?: 20\d\d)?
        (?:anfang|mitte|ende) <short month>
        """,
        needs="jan jann feb marz apr mai jun jul aug sep okt nov dez",
    ),
    Time(
        "season",
        "names a season",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        r"<season>(?: 20\d\d)?",
        needs="fruh sommer herbst winter",
    ),
    Time(
        "quarter",
        "names a quarter",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        r"(?:(?:erste|zweite|dritte|vierte|letzte)[nsrm]?|[1-4]\.) (?:quartal|halbjahr)|q[1-4]",
        needs="quartal halbjahr q1 q2 q3 q4",
    ),
    Time(
        "year",
        "names a year",
        Rules(Rule.NEVER, Rule.UNLESS_PAST),
        r"(?:jahre? )?20[2-9]\d(?![\w.])|neuen jahr",
        needs="20 jahr",
    ),
    Time(
        "numbered week",
        "names a week",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        r"(?:kw|kalenderwoche) ?[1-5]?\d|[1-5]?\d\. (?:kw|kalenderwoche)",
        needs="kw kalenderwoche",
    ),
    # Weeks, months and so on, seen from now
    Time(
        "this period",
        "names a time that is not over",
        Rules(Rule.UNLESS_PAST, Rule.UNLESS_PAST),
        r"""
        (?:noch )?(?:in |im |innerhalb )?<this> <period>
        <in the course> (?:der|des|dieser|dieses) (?:<next> )?(?:<period>|<month>s?)
        (?:in|bis)(?: zu)? (?:der |zur )?(?:ersten|zweiten) (?:wochen|monats)halfte
        (?:in|bis)(?: zu)? (?:der |zur )?(?:ersten|zweiten) (?:jahres|tages|<month>)halfte
        (?:bis |zum |zu |gegen )?(?:anfang|mitte|ende|beginn) (?:<of the>) <period>
        (?:wochen|monats|quartals|jahres)(?:mitte|ende|anfang|beginn|wechsel)
        den rest (?:der|des) <period>
        """,
        needs="halfte woche diese lauf anfang mitte ende rest beginn wechsel",
    ),
    Time(
        "next period",
        "names a time to come",
        Rules(Rule.UNLESS_CLEARLY_PAST, Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:anfang |mitte |ende |in der |im |in den )?<next> (?:<period>|<unit>|<month>)
        (?:anfang |mitte |ende |in der |im |in den )?<next> (?:augenblicken?|momenten?|zeit)
        <next> (?:<amount> )<unit>|<next> <weekday>
        (?:woche|monat) (?:danach|darauf)|in der <next> zeit
        """,
        needs="na. kom. nachst kommend folgend danach darauf",
    ),
    # Lengths of time
    Time(
        "within",
        "promises something within a length of time",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:in|innerhalb(?: von)?|binnen|innert|in weniger als) <length>
        (?:in|innerhalb(?: von)?|binnen) eine[rms]? (?:guten |knappen )?<unit>
        (?:in|innerhalb|binnen)(?: von)? (?:tages|wochen|monats|jahres|stunden)frist
        bitten (?:sie )?um <length>
        geben sie mir (?:bitte )?(?:noch )?<length>
        geben sie uns (?:bitte )?(?:noch )?<length>
        """,
        needs=_UNITS,
    ),
    Time(
        "still takes",
        "says how long something will take",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        "noch <length>(?: (?:<word> )?(?:dauern|andauern|brauchen|benotigen)| in anspruch)?",
        needs=_UNITS,
    ),
    Time(
        "to be awaited",
        "says how long something will take",
        Rules(Rule.ALWAYS),
        "(?:stellen|richten) sie sich (?:bitte |besser )?auf (?:<weekday>|<date>|<clock>|<length>)",
        needs="stellen richten",
    ),
    Time(
        "takes days",
        "says how long something will take",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:dauert|dauern|brauch(?:e|t|en)|benotig(?:e|t|en)|lauft|laufen) (?:<filler> ){0,5}<length>
        weitere <length>|<length> (?:<word> )?(?:dauern|andauern|brauchen|benotigen)
        <length> in anspruch|<length> (?:<word> ){0,5}gedulden
        """,
        needs=_UNITS,
    ),
    Time(
        "after",
        "promises something after a length of time",
        Rules(Rule.IF_FUTURE),
        "(?:nach|fur|wahrend) <length>",
        needs=_UNITS,
    ),
    Time(
        "matter of",
        "says how long something will take",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:frage|sache|angelegenheit) (?:von|der|weniger) <length>
        (?:frage|sache|angelegenheit) (?:von|der|weniger) (?:wenigen? )?(?:<unit>|zeit)
        """,
        needs="frage sache",
    ),
    Time(
        "length",
        "says how long something will take",
        Rules(Rule.IF_FUTURE_OR_IMPLIED),
        "<amount> ?<unit>",
        needs=_UNITS,
    ),
    # Vague times, estimates, events, releases
    Time(
        "before long",
        "says that something will be done before long",
        Rules(Rule.UNLESS_CONTACT),
        r"""
        in (?:aller )?kurze|(?:schon |sehr |recht )?bald|in balde|demnachst|alsbald|zeitnah
        (?:uber kurz oder lang|zum greifen nah\w{0,2}|ruckzuck)
        (?:flugs|sogleich|vor der tur|am horizont)
        in (?:den letzten zugen|reichweite|trockenen tuchern)|auf den letzten metern|im anmarsch
        (?:letzte[nr]?) (?:handgriffe?|schliff|schritte?|arbeiten|phase)|(?:in der )?endphase
        nur noch (?:eine )?formsache|jeden (?:moment|augenblick)
        haben (?:es|das|wir es|wir das) gleich
        in (?:absehbarer zeit|kurzester zeit|naher zukunft|wenigen augenblicken)
        (?:steht |stehen )?(?:kurz|unmittelbar) bevor|im handumdrehen|in windeseile|im nu
        gleich(?= (?:durch|fertig|soweit|behoben|geht|lauft|ist|sind|wieder))
        gleich(?= (?:funktioniert|kann|konnen|klappt|steht))
        """,
    ),
    Time(
        "nearly done",
        "says that something will be done before long",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:fast|beinahe|nahezu|so gut wie|praktisch) (?:fertig|geschafft|soweit)
        (?:fast|beinahe|nahezu|so gut wie|praktisch) (?:so weit|behoben|gelost)
        (?:fast|beinahe|nahezu|so gut wie) (?:am ziel|erledigt|abgeschlossen)
        (?:fast|beinahe|nahezu|so gut wie) (?:durch|wiederhergestellt)
        um (?:wenige )?<unit> handeln|lange (?:\w{1,12} ){1,4}nicht(?: mehr)?
        nicht mehr (?:lange|weit)|dauer[tn] (?:sicher |bestimmt )?nicht lange?
        nicht (?:sehr |allzu )?lange (?:dauern|warten)
        kurz vor (?:der|dem) (?:abschluss|losung|fertigstellung|behebung|ziel)|in sicht
        in greifbarer nahe
        nur noch (?:eine[nrs]? |ein |wenige |kurze )?(?:augenblick|moment|momente)
        nur noch (?:eine[nrs]? |ein |wenige |kurze )?(?:bisschen|zeit|weile)
        (?:noch )?(?:ein wenig|ein bisschen|etwas|einen moment) geduld|auf der zielgeraden
        lasst nicht (?:mehr )?(?:lange )?auf sich warten|eher fruher als spater|im endspurt
        """,
        needs="handeln fast beinahe nahe so praktisch nicht kurz sicht geduld ziel fruher endspurt",
    ),
    Time(
        "event",
        "names an event before which something will be done",
        Rules(Rule.IF_PUT_RIGHT),
        r"""
        (?:vor|bis|zu|zum|zur|bei|beim|nach)(?: zum| zur)? (?:<your> )?<event>
        (?:bis|zum|zu|vor) (?:dem |zum )?(?:beginn|ende) (?:<your> )?(?:neuen )?(?:<event>|<period>)
        (?:bis|zum|zu|vor) (?:dem |zum )?(?:start) (?:<your> )?(?:neuen )?(?:<event>|<period>)
        (?:vor|bei|zu|nach) <your> (?:nachsten |kommenden |neuen )<event>
        (?:bis|wenn|bevor|sobald) sie (?:<word> ){0,5}(?:zuruck|zuruckkommen|zuruckkehren|kommen)
        (?:bis|bevor) sie (?:<word> ){0,4}(?:beginnen|anfangen|starten|offnen|anmelden|eintreffen)
        """,
    ),
    Time(
        "event of any kind",
        "names an event before which something will be done",
        Rules(Rule.IF_WILL_BE_RIGHT),
        r"""
        (?:noch vor|vor|bis)(?: zu)? (?:<your> )\w{3,20}|bis zu[mr] \w{3,20}
        zu ihre[mr] (?!<matter>)\w{3,20}
        (?:wenn|bis|bevor|sobald|ehe) (?:ihre[mnrs]?|ihr) \w{2,24}
        (?:bei|ab|mit|nach|zu)(?:m|r| der| dem) <next> \w{3,24}
        (?:wenn|sobald) (?:unser\w{0,2}|die|der|das) <people>
        (?:bevor|ehe) \w{2,16}|bis (?:die|der|das|sie|ihre?) \w{2,16}
        """,
        needs="bei zu vor bis wenn sobald ehe ab mit nach",
    ),
    Time(
        "time of any kind",
        "names a time by which something will be done",
        Rules(Rule.IF_WILL_BE),
        "<at or by> (?:(?!letzt|vorig|vergang|jede|erste|alle)\\w{2,14} ){0,2}<time noun>",
        needs="""
            tag woche monat stunde abend morgen nacht mittag jahr quartal ultimo schluss beginn
            anfang mitte half ferien frist schicht pause
        """,
    ),
    Time(
        "event in good time",
        "names an event before which something will be done",
        Rules(Rule.UNLESS_PAST),
        r"(?:rechtzeitig|punktlich) (?:zu[mr]?|vor|fur) (?:<your> )?\w{3,20}",
        needs="rechtzeitig punktlich",
    ),
    Time(
        "until it works",
        "names an event before which something will be done",
        Rules(Rule.ALWAYS),
        r"""
        erst (?:feierabend|nach hause|ins bett|schlafen)|nicht (?:nach hause|ins bett|schlafen|eher)
        (?:nicht|keine|keinen) (?:ruhe|feierabend|pause)
        """,
        needs="feierabend hause bett schlafen eher ruhe pause",
    ),
    Time(
        "estimate",
        "announces an estimated time",
        Rules(Rule.ALWAYS),
        "<estimated> (?:\\w{1,16} )?<estimate>|fertigstellungstermin|behebungsdauer|zeitprognose",
        needs="voraussicht geschatz erwart ungefahr vermut angestrebt geplant termin dauer prog",
    ),
    Time(
        "next release",
        "says by which release something will be done",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:im|mit (?:dem|der)|teil (?:des|der)|in der|zum|bis zum) <next> <release>
        (?:nach|ab) (?:dem|der) <next> <release>
        <next> <release> (?:behebt|lost|korrigiert|enthalt|bringt|beseitigt|repariert|berichtigt)
        (?:<season>|<month>|oster|weihnachts)-?(?:release|update|version|patch|lauf)
        (?:<season>|<month>|oster|weihnachts)-?(?:abrechnung|lieferung|ausgabe)
        """,
        needs="""
            nachst kommend folgend release update version patch lauf abrechnung lieferung ausgabe
        """,
    ),
)
