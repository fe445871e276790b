"""Lists the vague times, events, estimates and releases by which English promises something."""

from domain.promise_guard.match import Rule, Rules, Time

VAGUE_TIMES = (
    Time(
        "before long",
        "says that something will be done before long",
        Rules(Rule.UNLESS_CONTACT),
        r"""
        (?:very |pretty |quite |real |really )?(?:(?<!as )soon(?!-to-)|shortly)|momentarily
        imminently
        imminent
        before (?:too )?long|in no time|in short order|within a (?:short|reasonable) time
        in (?:just )?a (?:few |little )?(?:bit|moment|jiffy|while|little while)
        in (?:just )?a (?:few |little )?(?:short while|minute|second|sec)
        in the (?:very )?(?:near|immediate|short|foreseeable|not too distant) (?:future|term)
        (?:at )?any (?:day|minute|moment|time|hour|second) now|any (?:minute|moment|hour)(?! time)
        one of these days|around the corner
        in the (?:next )?(?:little|short) (?:while|bit)|in the next (?:few )?moments
        in the (?:\w{2,9} ){1,3}future(?<!distant future)|in the not (?:so|too|very) distant future
        soonish|around the (?:bend|corner)|on the horizon|in the offing|(?:close |near )?at hand
        ere long|forthwith|pronto
        in a trice|in two shakes|quick smart|without further delay|any time soon
        (?:reach|arrive|follow|come|be)\w{0,3}(?: <word>){0,3} presently
        """,
        needs="""
            bend hori offing hand ere forth pronto trice two delay presently soon short moment
            immin long time term future jiffy bit while min sec day corner
        """,
    ),
    Time(
        "nearly done",
        "says that something will be done before long",
        Rules(Rule.UNLESS_CLEARLY_PAST),
        r"""
        (?:nearly|almost|all but) <put right>
        (?:practically|close to|(?:just )?about(?: to be)?|as good as) <put right>
        near to <put right>
        about to (?:finish|solve|fix|be done|release|ship|deploy|install|apply|publish|roll|restore)
        about to (?:repair|replace|restart|switch|bring|complete|resolve|correct|hand|deliver)
        (?:not|\w{2,6}n't) (?:\w{1,8} ){0,6}much longer
        (?:close|near|nearer|closer) to (?:an?|the) (?:<our work>)
        a short while (?:until|before|longer)
        (?:on the (?:verge|brink) of|just short of|not far from) (?:\w{1,10} ){0,3}<put right again>
        (?:won't|will not|shouldn't)(?: be| take)? (?:too |very |so )?long(?: now)?
        (?:won't) take(?: us| me| them) (?:too |very |so |all that )?long(?: now)?
        (?:will not|shouldn't) take(?: us| me| them) (?:too |very |so |all that )?long(?: now)?
        (?:nearing|close to|near|approaching) (?:completion|the end|the finish)|<last> <leg>
        (?:wrapping|finishing) (?:it |this |things )?up|within striking distance|nearly upon us
        not long now|the finish line|almost upon us|won't be kept waiting|days are (?:numbered|over)
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
        needs="""
            nearly almost all practic about good near long short verge brink just far give bear
            hang wait time know soon blink flash heart trice snap wink double quick rapid
            little bit fast moment stretch straight touch sight last final speed swift prompt
            tunnel reach while doorstep ready close wrap finish strik upon kept days matter
            question
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
        needs="""
            before until till ahead time prior once when after over come return arriv open
            start begin end audit meet pay shift log visit appoint term holiday vacation
            inspect exam train class launch event clos presentation deadline lunch season sign
            live conference workshop trip enrol registr election inventory stock sale fair
            migration rollout
        """,
    ),
    Time(
        "event of any kind",
        "names an event before which something will be done",
        Rules(Rule.IF_WILL_BE_RIGHT),
        r"""
        (?:when|once|as soon as|until|till|after|upon|come) <their> (?!<matter>)\w{2,14}
        (?:for|at|by|on|with|to) <their> (?!<matter>)\w{2,14}
        (?:by the time) (?!that|this|it|and|or|then|they|being|we|any|full|\w{1,12}ing\b)\w{1,14}
        (?:before) (?!that|this|it|and|or|then|they|being|we|any|full|\w{1,12}ing\b)\w{1,14}
        (?:when|once|as soon as|after) <people>
        (?:upon|on|after|before|by|until|with|at|from) the <turn> of
        (?:straight|right) away|without delay
        """,
        needs="""
            time before after away delay your our the my return arrival opening beginning close
            start end term school class lessons elections doors shops
        """,
    ),
    Time(
        "time of any kind",
        "names a time by which something will be done",
        Rules(Rule.IF_WILL_BE),
        r"""
        <at or by> (?:(?!<no adjective>)\w{2,12} ){1,2}<time noun>|<at or by> <meal>
        """,
        needs="""
            day week month hour morning noon evening night dawn dusk sun breakfast lunch dinner
            season term semester shift quarter year end start close open
        """,
    ),
    Time(
        "event of some kind",
        "names an event before which something will be done",
        Rules(Rule.IF_WILL_BE),
        r"""
        (?:in (?:good )?time for|ahead of) (?:<a>)?(?!\w{1,12}ing\b)\w{2,14}
        (?:prior to|between now and|well before) (?:<a>)?(?!\w{1,12}ing\b)\w{2,14}
        """,
        needs="time ahead prior between before",
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
        needs="""
            _et _e. _e_ ttr estimate est. project anticip tentativ approx provision expected likely
            target planned
        """,
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
