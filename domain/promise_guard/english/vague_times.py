"""Lists the vague times, events, estimates and releases by which English promises something."""

from domain.promise_guard.match import Rule, Rules, Time

VAGUE_TIMES = (
    Time(
        "before long",
        "says that something will be done before long",
        Rules(Rule.UNLESS_CONTACT),
        r"""
        (?:very |pretty |quite |real |really )?(?:soon(?!-to-)|shortly)|momentarily|imminently
        imminent
        before (?:too )?long|in no time|in short order|within a (?:short|reasonable) time
        in (?:just )?a (?:few |little )?(?:bit|moment|jiffy|while|little while)
        in (?:just )?a (?:few |little )?(?:short while|minute|second|sec)
        in the (?:very )?(?:near|immediate|short|not too distant) (?:future|term)
        (?:at )?any (?:day|minute|moment|time|hour|second) now|any (?:minute|moment|hour)(?! time)
        one of these days|around the corner
        """,
        needs="soon short moment immin long time term future jiffy bit while min sec day corner",
    ),
    Time(
        "nearly done",
        "says that something will be done before long",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:nearly|almost|all but|practically|close to|about to be|as good as|near to) <put right>
        about to (?:finish|solve|fix|be done)|(?:not|n't) (?:\w{1,8} ){0,6}much longer
        close to an? (?:<our work>)|a short while (?:until|before|longer)
        (?:on the (?:verge|brink) of|just short of|not far from) (?:\w{1,10} ){0,3}<put right again>
        (?:won't|will not|shouldn't)(?: be| take)? (?:too |very |so )?long(?: now)?
        (?:isn't|not|not going to)(?: be| take)? (?:too |very |so )?long(?: now)?
        (?:won't|will not|not)(?: have to)? (?:be|take|wait|need)(?: too| very)? long(?:er)?
        (?:won't|will not|not)(?: have to)? (?:be|take|wait|need)(?: much| for) long(?:er)?
        (?:not|isn't|won't be) (?:much longer|far (?:off|away))
        (?:give (?:us|it|me)|bear with us|hold on|hang on)(?: for)? <bit>
        (?:hang in there|wait|only|just)(?: for)? <bit>
        (?:in|takes?|within) (?:next to )?no time(?: at all)?|before you know it
        sooner than you \w{1,9}
        in the blink of an eye|in a (?:blink|flash|heartbeat|trice|snap|wink)|at the double
        sooner rather than later|(?:rapidly|quickly|fast) from (?:here|now)(?: on)?|within moments
        (?:the )?(?:home|final) (?:stretch|straight)|finishing touches|(?:is|are) in sight|last lap
        an? (?:quick|speedy|swift|rapid|prompt|fast) (?:recovery|return|fix|resolution|end)
        light at the end of the tunnel|(?:the )?wait is (?:nearly |almost )?over|within reach
        (?:only |just )?a (?:matter|question) of time|on (?:the|our) doorstep|at the ready
        """,
    ),
    Time(
        "event",
        "names an event before which something will be done",
        Rules(Rule.IF_PUT_RIGHT),
        r"""
        <before>(?: the start of)? (?:your|the|our|this|next) (?:\w{1,10} ){0,3}<event>
        (?:<before>|when|once) (?:you|your \w{1,12}) (?:\w{1,6} )?<return>
        (?:as soon as|after|by the time) (?:you|your \w{1,12}) (?:\w{1,6} )?<return>
        (?:by the time|next time|before|until) you (?:next )?\w{1,9}
        before (?:your |the |our )?(?:\w{1,10} ){0,2}(?:starts?|begins?|opens?|reopens?)(?: again)?
        (?:after|over) (?:the|your) (?:\w{1,10} ){0,2}(?:weekend|lunch|break|holidays?|night)
        """,
    ),
    Time(
        "until it works",
        "names an event before which something will be done",
        Rules(Rule.ALWAYS),
        r"""
        (?:not|n't|nobody|no one) (?:\w{1,8} )?<leaves> (?:until|till|before|unless)
        (?<=n't )<leaves> (?:until|till|before|unless)
        """,
        needs="home bed sleep leave call rest",
    ),
    Time(
        "month, as a subject",
        "names a month",
        Rules(Rule.UNLESS_PAST),
        "(?:<month name>|<weekday>) (?:will )?(?:sees?|brings?|marks?|ends|delivers?)",
        needs="day jan feb mar apr may jun jul aug sep oct nov dec",
    ),
    Time(
        "estimate",
        "announces an estimated time",
        Rules(Rule.ALWAYS),
        "<eta>",
    ),
    Time(
        "next release",
        "says by which release something will be done",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:in|with|by|for|before|until|part of|during|into|on|after|via|through|to) <next release>
        (?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:contain|include)s?
        (?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:fixe?|have)s?
        (?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:bring|correct|resolve)s?
        (?:the |our )?(?:next|upcoming) <release> (?:(?:will|should) )?(?:solve|put)s?
        (?:the |our )?next <releases> (?:of (?:\w{1,12} ){1,5})?(?:will|should) (?:include|contain)
        (?:the |our )?next <releases> (?:of (?:\w{1,12} ){1,5})?(?:will|should) (?:bring)
        """,
        needs="next coming following forth",
    ),
    Time(
        "release of a season",
        "says by which release something will be done",
        Rules(Rule.IF_FUTURE_OR_IMPLIED, Rule.UNLESS_PAST),
        "(?:<season>|<month name>|q[1-4]|<weekday>)(?: 20\\d\\d)? <release>",
        needs="release update upgrade patch fix version build deploy roll pack main sprint drop",
    ),
)
