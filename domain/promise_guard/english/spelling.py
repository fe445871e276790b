"""The words of time in English that are understood in spite of a typing error."""

from domain.promise_guard.spelling import Spelling


def _words(listed: str) -> list[str]:
    return listed.split()


SPELLING = Spelling(
    words=frozenset(
        _words("""
        monday tuesday wednesday thursday friday saturday sunday tomorrow tonight today within
        minutes minute hours hour days weeks week months month years shortly next weekend
        january february april august september october november december morning afternoon
        evening midnight fortnight estimated estimate
    """)
    ),
    others=frozenset(
        _words("""
        year fours tours pours ours weeds weeps seeks reeks leeks geeks peeks mouth bears tears
        gears fears dears hears nears pears rears sears wears yearn yearns aprils eight light right
        mondays tuesdays wednesdays thursdays fridays saturdays sundays sundae sundry without
        withing minuted minuet yours mouths weekends mornings afternoons evenings mourning
        moaning warning shorty augusta toddy estimates estimator
    """)
    ),
    variants={
        **dict.fromkeys(["wensday", "wednsday", "wendsday", "wensdays"], "wednesday"),
        **dict.fromkeys(["tusday", "teusday"], "tuesday"),
        "febuary": "february",
        "satday": "saturday",
        "thusday": "thursday",
    },
)
