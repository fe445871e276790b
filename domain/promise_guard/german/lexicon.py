"""The words of German that say something about a time; the English lexicon explains each."""

import re

from domain.promise_guard.german.fragments import FRAGMENTS
from domain.promise_guard.match import compiled


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


def _forms(listed: str) -> re.Pattern[str]:
    return re.compile("|".join(listed.split()))


# Structure
TELLTALES = _words("""
    der die das und ist nicht wir sie ein eine einen einem einer mit von zu auf im bis wird
    werden wurde wurden sind haben hat fur den dem des es ab um bei nach aus noch uns ihre ihr ich
    kein keine oder aber auch wieder nachste nachsten sich dass wie zum zur kann konnen seit vor
    war waren bitte ihnen sollte soll hatte alle als gegen uhr behoben losung innerhalb spatestens
    morgen heute kommt montag dienstag mittwoch donnerstag freitag samstag sonntag behebung kw
    wuerde stunden tagen wochen minuten korrektur fertig dauer vsl vorauss ca beim bald kurze
""")
LOOKS = re.compile(
    "[a-z]{3,30}(?:ung|ungen|heit|keit|weise|zeit|zeiten|schaft|termin|fehler|ieren|lich|liche[mnrs]?)"
)
ABBREVIATIONS = _words(
    "na kom m z.b bzw ca vsl vorauss std min usw etc nr inkl ggf evtl mo di mi do fr sa d.h"
)
SUBORDINATORS = _words("""
    dass welche welcher welches wenn weil da wahrend obwohl sobald falls nachdem bevor damit sodass
""")
COORDINATORS = _words("und aber oder sondern")
OR = _words("oder")
THEREFORE = _words("daher deshalb also")
WITHIN = _words("in innerhalb binnen")
FOR_WHEN = _words("fur bis")
ARTICLES = frozenset[str]()
"""No noun follows a time that qualifies it: they make one word."""
DETERMINERS = _words("""
    der die das den dem des ein eine einen einem einer ihr ihre ihren ihrem jeder
    unser unsere unseren diese dieser dieses diesen kein keine
""")
PREPOSITIONS = _words("von mit bei aus in an auf fur")
SUBJECTS = frozenset[str]()
NOT_A_NOUN = _words("""
    wir ich es sie er ihr der die das ein eine an am im in um bei nach vor und oder ist sind war
    waren wird werden wurde wurden soll sollte haben hat hatte kann konnen aber wieder mit zu zum
    zur fur von aus auf ab bis gegen noch alles nichts bitte lauft geht kommt funktioniert steht
    behoben gelost repariert ein sollten fertig erledigt spielen beheben losen liefern
""")

# Future
FUTURE = _forms(r"""
    wird werden werde soll(?:en|te|ten)? kommt erfolg(?:t|en) plan(?:en|t|ung|massig)
    geplant(?:e[rsn]?)? (?:wue|due)r(?:d|ft)en? (?:koe|mue)(?:nn|ss)ten?
    \w{0,4}schatzung prognose prognostizieren schatzen annehmen erscheint vermuten vorgesehen
    voraussichtlich(?:e[rnsm]?)? vsl vorauss erwarte[tn]? rechne[nt]? hoffe(?:n|ntlich)
    beabsichtig(?:en|t) angedacht will wollen mochte mochten peilen angepeilt
    ziel(?:en|termin)? versprechen versprochen
    zugesagt vermutlich wahrscheinlich termin folg(?:t|en) bringt
    dauer[tn] andauern eta erscheint angesetzt
    terminiert angekundigt verschoben einspielen avisiert freigehalten reserviert eingeplant
    gebucht vorgemerkt eingetaktet verbleibend(?:e[rnsm]?)? restlich(?:e[rnsm]?)? schatzungsweise
    anvisiert bestellt beauftragt
""")
AS_PLANNED = _words("wie als")
SURE_FUTURE = _forms(r"""
    wird werden soll(?:en)? kommt planen erwarten rechnen hoffen voraussichtlich morgen ubermorgen
    bald demnachst vsl geplant hoffentlich beabsichtigen wollen vorgesehen
""")
OUR_WORK = _forms(r"""
    \w{0,14}(?:behebung|losung|reparatur|korrektur(?:en)?|lieferung|berichtigung|bereinigung)
    \w{0,14}(?:fertigstellung|freischaltung|freigabe|umschaltung|umstellung|einspielung|austausch)
    \w{0,14}(?:aktivierung|beseitigung|instandsetzung|abarbeitung|inbetriebnahme|herstellung)
    fix(?:en|t)? hotfix patch updates?
    releases? deployment rollout auslieferung wiederherstellung wiederinbetriebnahme neustart
    wartung\w{0,8} beho?be?n gelost? erledigt fertig wieder beseitigt korrigiert repariert bereit
    verfugbar online vorbei fertigstellung abschluss lieferung einspielung vollstandig arbeiten
    rucksicherung neuaufbau losen dauer delivery target tests?
    (?:berichtig|korrigier|bereinig|reparier)te[mnrs]?
""")
WE = _words("""
    wir ich team techniker entwickler entwicklung kollegen lieferant anbieter hersteller partner
    spezialist spezialisten fachleute leute dienstleister
""")
RESOLUTION = _forms(r"""
    beho?be?n gelost losung behebung korrektur korrigiert repariert reparatur fertig erledigt
    beseitigt wieder fix patch hotfix verfugbar ausgeliefert wiederhergestellt vorbei weg lauft
    funktioniert geht online geschafft abgeschlossen installiert? installieren einspielen geklart
    freigeschaltet entsperrt umgestellt bereinigt
""")
PUT_RIGHT = _words("""
    wieder behoben gelost lauft funktioniert geht weg vorbei erledigt fertig korrigiert repariert
    richtig stimmt stimmen vollstandig verfugbar erreichbar online ordnung griff beseitigt gut
    beheben beseitigen reparieren korrigieren berichtigen losen bereit zuruck zugang funktionierende
    funktionierenden funktionierender berichtigte berichtigten berichtigter korrigierte korrigierten
    geschafft welt geschichte berichtigt bereinigt ausgestanden normal fehlerfrei fehlerfreie
    einwandfrei reibungslos ruhe entfallt verschwindet verschwinden verschwunden arbeiten arbeitet
    drucken frei vergangenheit betrieb funktionieren laufen losung gewohnt gewohnte gewohnten wie
    ublich normalbetrieb beruhigt beruhigen
""")
PUT_RIGHT |= {
    adjective + ending
    for adjective in _words("""
        richtig korrekt vollstandig fehlerfrei einwandfrei stabil repariert uberarbeitet
        aktualisiert bereinigt funktionsfahig nutzbar benutzbar
    """)
    for ending in ("", *_words("e en er es em"))
}
DELIVERY = _words("""
    mehr los schluss ende zugriff ersetzt ersetzen normalisiert normalisieren bekommen bekommt
    erhalten erhalt tauscht tauschen wechselt wechseln ubernimmt ubernehmen nimmt
    nehmen holt holen endet enden raumt raumen gilt gelten greift greifen startet starten beginnt
    beginnen bringen bringt schickt schicken sendet senden stellt stellen setzt setzen spielt
    spielen installiert installieren baut bauen bereinigt bereinigen entfernt entfernen loscht
    ubergibt liefert liefern sehen sieht besteht bestehen treffen trifft erreichen erreicht bis
    steht stehen gibt geben enthalt enthalten machen macht zieht ziehen schalten schaltet
    geht gehen tritt treten
""")
LEADS_AHEAD = _words("bis ab spatestens")
NEGATIONS = _words("nicht kein keine")
ABLE = _words("""
    erhalten bekommen konnen kann lauft laufen ist sind haben geht funktioniert stimmt stimmen
    entfallt verschwindet
    verschwinden arbeitet druckt drucken nehmen bringen
""")
RELEASE_NOUNS = _forms(r"""
    releases? updates? patch hotfix wartung\w{0,8} version auslieferung deployment rollout termin
""")
CONTACT = _words("""
    melden informieren meldung nachricht bescheid schreiben horen kontakt berichten ruckmeldung
    update informationen status
""")
CONTACT_WITH_BACK = frozenset[str]()
SET_BY_US_AFTER = frozenset[str]()

# Past
PAST = _words("""
    war waren wurde wurden hatte hatten worden gewesen gab ging kam kamen trat traten begann seit
    gestern vorgestern letzte letzten letzter letztes letztem vergangene vergangenen vergangener
    vorige vorigen voriger zuletzt damals zuvor vorhin dauerte dauerten schlug schlugen liess
    fiel fielen standen lief liefen meldete meldeten startete starteten funktionierte
    funktionierten fehlte fehlten erhielt erhielten fand fanden blieb blieben lag lagen hiess
    sah sahen gelangte gelangten erreichte erreichten zeigte zeigten hielt hielten nahm nahmen
    gaben gingen brach brachen sank stieg stiegen traf trafen rief riefen schrieb schrieben sagte
    verursachte verursachten fuhrte fuhrten setzte setzten stellte stellten arbeitete brauchte
    brauchten reagierte reagierten sturzte sturzten wartete warteten verschwand ergab losten loste
    betraf betrafen erfolgte erfolgten ereignete ereigneten normalisierte stabilisierte erholte
    erholten entdeckte entdeckten wuchs ersetzte
    anderte anderten kehrte kehrten gelang scheiterte scheiterten
    konnte konnten brachte brachten verlor begannen endete endeten bestand
""")
PAST |= {
    prefix + form
    for prefix in _words("vor an ab auf aus ein mit nach zu be er ver weiter zuruck um unter")
    for form in _words("""
        schlug schlugen schrieb schrieben rief riefen kam kamen ging gingen gab gaben nahm nahmen
        fand fanden stand standen fiel fielen brachte brachten sagte sagten schickte schickten
        stellte stellten setzte setzten legte legten fragte fragten teilte teilten suchte suchten
        spielte spielten lief liefen trat traten traf trafen zog zogen hielt hielten liess liessen
        sah sahen wies wiesen
    """)
}
PAST |= {
    prefix + stem + ending
    for prefix in ("", *_words("ab an auf aus ein fest her hin mit nach vor weiter zu zuruck um"))
    for stem in _words("""
        such mach setz stell leg zeig merk pruf los fuhr spiel hor sag frag kauf wahl druck schick
        tausch losch kehr dreh folg fehl hol klapp lehn lenk nutz pack plan raum reich schaff steuer
        stor sturz teil trenn wirk zahl stopp stock hak ander dauer ruhr hoff kopp mein sperr tipp
        glaub lern leb spur stimm weck wechsel sammel kundig kapp brems tauch schau wunsch
        melde starte arbeite warte antworte lande ende rede richte teste schalte rette achte
        rechne leite leuchte offne ordne deute kan nan bran dach wuss muss durf woll
    """)
    for ending in ("te", "ten")
}
"""Weak verbs, and modal ones; forms of verbs with other prefixes may be adjectives too."""
PAST |= {
    prefix + form
    for prefix in ("", *_words("ab an auf aus ein mit nach vor zu be er ver zer ent um"))
    for form in _words("""
        schlossen schien schienen half halfen sprach sprachen sprang sprangen trug trugen warf
        warfen zog zogen lud luden rissen schob schoben bot boten floss flossen hing hingen wich
        wichen stiess stiessen wuchs wuchsen
    """)
}
_HAVE_GONE = {
    prefix + form
    for prefix in ("", *_words("ab an auf aus ein voll vor weg weiter zu zuruck stehen"))
    for form in _words("gelaufen gefallen getreten gestiegen gesturzt geblieben gesunken gewachsen")
}
"""What is over wherever it stands, since it is said with "ist": "ist vollgelaufen"."""
WAS = PAST - _words("""
    seit gestern vorgestern letzte letzten letzter letztes letztem vergangene vergangenen
    vergangener vorige vorigen voriger zuletzt damals zuvor vorhin
""")
REPORTED = _words("gesagt versprochen geplant zugesagt vorgesehen angekundigt plan termin frist")
ADJUNCTS = re.compile("mit|nach|vor|wahrend|seit|als|bis")
LAST = _words("letzte letzten letzter letztes letztem")
PAST_OF_OUR_WORK = _words("seit gestern letzte letzten letzter vergangene vergangenen")
PAST_EVENTS = _words("""
    aufgetreten passiert geschehen gemeldet entstanden ausgefallen eingetreten zuruckgekehrt
    fehlgeschlagen eingegangen gefunden festgestellt bemerkt gekommen
""")
PAST_EVENTS |= _HAVE_GONE
PAST_AFTER_COULD = frozenset[str]()
PARTICIPLE = re.compile(
    "(?!funktioniert|erneut|bereit(?!ge)|bericht(?!et)|gesamt|gebiet|gerat|verlauf|beginnt|besteht|erscheint|bekommt)"
    "(?:[a-z]{0,8}ge[a-z]{2,14}(?:t|en)|(?:be|ver|er|ent|zer)[a-z]{3,14}t|[a-z]{3,14}iert)"
)
IRREGULAR_PARTICIPLES = _words(
    "begonnen verloren bekommen unternommen beschadigt behoben beschrieben entschieden vergessen"
    " unterbrochen erhalten"
)
PERFECT = frozenset[str]()
HELPED = _words("hat haben habe hast habt hatte hatten worden")
OPEN_BEFORE_PARTICIPLE = _words("""
    ist sind sei wird werden soll sollen sollte sollten kann konnen muss mussen will wollen mochte
    mochten durfen
""")
OPEN_BEFORE_SUBJECT = frozenset[str]()
ONCE = _words("sobald")
PRESENT = _words("ist sind wird werden")

# Neither
HABITUAL = _words("""
    jede jeden jedes jeder jedem immer stets taglich wochentlich monatlich nachtlich stundlich
    montags dienstags mittwochs donnerstags freitags samstags sonntags werktags morgens abends
    nachts ublicherweise normalerweise gewohnlich fehlt fehlen zeigt endet endete sturzt hangt
    verschwindet falsch doppelt langsam langsamer geschlossen gultig besetzt aufbewahrt
    verschickt ablauft
""")
INSTRUCTIONS = _words("""
    wahlen klicken tippen eingeben geben setzen stellen filtern sortieren namens genannt
    enddatum startdatum filter feld kalender
""")
RECORD_NOUNS = _words("""
    zeitraum eintrag eintrage daten datum datensatz datensatze rechnung rechnungen bericht berichte
    termine besuche notizen zeile zeilen spalte werte wert liste sicherung anderung
""")
RECORD_PREPOSITIONS = _words("vom von der des aus mit ist im zwischen seit und dem")
REQUESTS = _words("schicken senden bestatigen antworten melden nennen hochladen")
DURATION_VERBS = _words("dauert dauern brauchen benotigen braucht benotigt")
HEDGES = _words("""
    etwa ca circa rund vielleicht wohl wahrscheinlich hoffentlich nur am um in bis zum der die das
    den dem also sprich heisst namlich fur zweite ersten spatestens fruhestens ja leider bitte
    ab gegen uhr oder und mittag noch
""")

# Distances
AFTER_TOMORROW = _words("ubermorgen")
TODAY = _words("heute abend nachmittag vormittag mittag nacht mitternacht")
TOMORROW = _words("morgen")
UNSURE_DAYS = _words("werktag werktage werktagen arbeitstag arbeitstage arbeitstagen")
NUMBERS: dict[str, float] = {
    "ein": 1,
    "eine": 1,
    "einem": 1,
    "einer": 1,
    "eines": 1,
    "einen": 1,
    "zwei": 2,
    "drei": 3,
    "vier": 4,
    "funf": 5,
    "sechs": 6,
    "sieben": 7,
    "acht": 8,
    "neun": 9,
    "zehn": 10,
    "elf": 11,
    "zwolf": 12,
    "zwanzig": 20,
    "dreissig": 30,
    "vierzig": 40,
    "funfzig": 50,
    "neunzig": 90,
    "halbe": 0.5,
    "halben": 0.5,
    "halber": 0.5,
    "paar": 5,
    "wenigen": 5,
    "wenige": 5,
    "einigen": 9,
    "einige": 9,
    "mehreren": 9,
    "mehrere": 9,
    "anderthalb": 1.5,
    "dutzend": 12,
}
UNITS: dict[str, float] = {
    **dict.fromkeys(["sekunde", "sekunden", "sek", "moment", "momente"], 0.01),
    **dict.fromkeys(["minute", "minuten", "min"], 1 / 60),
    **dict.fromkeys(["stunde", "stunden", "std", "h"], 1),
    **dict.fromkeys(["tag", "tage", "tagen", "werktag", "werktage", "werktagen"], 24),
    **dict.fromkeys(["woche", "wochen", "wochenende", "sprint"], 336),
    **dict.fromkeys(
        [
            "monat",
            "monate",
            "monaten",
            "monats",
            "quartal",
            "quartals",
            "jahr",
            "jahre",
            "jahren",
            "jahres",
        ],
        9000,
    ),
}
WEEKDAYS = {
    "montag": 0,
    "dienstag": 1,
    "mittwoch": 2,
    "donnerstag": 3,
    "freitag": 4,
    "samstag": 5,
    "sonntag": 6,
    "sonnabend": 5,
}
VERB_REACH = 8

# Patterns
LIST_JOINT = re.compile(r"[\s,/&+-]{0,3}(?:(?:und|oder|bis|am)?[\s,/&-]{0,2})")
TIME_WORD = compiled("<weekday>|<month>|<clock>|<count>|<unit>|<numeric date>|<date>", FRAGMENTS)
