"""The words of time in German that are understood in spite of a typing error."""

from domain.promise_guard.spelling import Spelling


def _words(listed: str) -> list[str]:
    return listed.split()


_WITH_UMLAUTS = _words("""
        naechste naechsten naechster naechstes naechstem spaetestens uebermorgen demnaechst
        waehrend fruehestens frueh fuer fuenf zwoelf kuerze loesung geloest koennen moechten
        benoetigen maerz uebernaechste uebernaechsten uebernaechster jaenner verfuegbar zurueck
        fruehjahr laeuft naechster saemtliche groesse schaetzung geschaetzte ungefaehr
        haelfte
""")

SPELLING = Spelling(
    words=frozenset(
        _words("""
        montag dienstag mittwoch donnerstag freitag samstag sonntag sonnabend morgen heute
        ubermorgen innerhalb binnen minuten minute stunden stunde tage tagen woche wochen monat
        monate monaten nachste nachsten nachster spatestens demnachst januar februar april juni
        juli august september oktober november dezember kommende kommenden wochenende
        voraussichtlich vormittag nachmittag mitternacht kurze
    """)
    ),
    others=frozenset(
        _words("""
        sagen lagen wagen magen tragen nagen ragen jagen tages wache kurz
        montags dienstags mittwochs donnerstags freitags samstags sonntags sonnabends morgens
        sorgen borgen standen stande stundet bunden munden gunden wunden runden ausserhalb
        wochenenden nachsten nachstem nachstes kommender kommendes kommendem vormittags
        nachmittags juno tags achte machte nachte rachte achsten kurzen kurzer monats montage
        beute leute haute minuten oberhalb einhalb monaten
    """)
    ),
    variants={
        word: word.replace("ae", "a").replace("oe", "o").replace("ue", "u")
        for word in _WITH_UMLAUTS
    },
)
