"""Lists the sentences of English in which a time is no promise, and those that announce an update.

Add an exception that the whole sentence makes here; `match.py` says how it is written.
"""

from domain.promise_guard.match import Excuse

LENGTHS = frozenset(
    {"length", "within", "takes days", "after", "seconds", "matter of", "in units", "next day"}
)
"""The kinds of times that say how long something lasts."""

ROUTINE = frozenset({"time of day", "bare hour", "day of the month", "weekday", "length"})
"""The kinds of times at which something happens again and again."""

EXCUSES = {
    # What we do not promise
    "refusal": Excuse(
        pattern=r"""
        <not> (?:<filler> ){0,3}<foresee><gap>@
        @<gap> <not> (?:<filler> ){0,3}<foresee>
        (?:impossible|too early|too soon|hard|difficult|unable|premature) to <foresee><gap>@
        (?:not clear|not certain|not sure|unclear)<gap> (?:when|whether|if|how)<gap> @
        (?:unknown|unsure|uncertain|open|doubtful)<gap> (?:when|whether|if|how)<gap> @
        (?:not|n't|never) (?:count|rely|bank|expect|hope|wait|assume|plan|look)<gap> @
        (?:won't|will not|cannot|unable|not|can't) be able to<gap>@
        (?:unlikely|doubtful|improbable)<gap>@|no (?:point|use|sense|need) (?:in|of|to)<gap>@
        (?:wrong|foolish|dishonest|careless|irresponsible|unwise|misleading) to <foresee><gap>@
        (?:no|neither|nor) (?:date|day|deadline|estimate|schedule|time ?frame)<gap>@|neither @
        @<gap>(?:beyond|more than) (?:me|us|i|we)
        no (?:\w{1,12} )?@ (?:can|could|will|is|has)
        (?:nobody|cannot|can't|can not|unable to) (?:<filler> )?@ (?:how|when|whether|if|that)
        """,
        unless=r"(?:but|before|until|earlier than|later than|sooner than|instead)<gap> @",
    ),
    # What is the client's own
    "question": Excuse(
        pattern=r"""
        (?:ask|asks|asked|asking|wonder|wondering|wondered|know|question) (?:us )?<whether><gap> @
        (?:know|tell us|check|see|confirm) <whether><gap> @
        (?:will|is|are|do|does|can|could|would|when|did|has|have|if) <gap>@<gap>\?
        """,
        unless=r"@<gap> (?:we will|we'll)|(?:how|what) about|shall we|let us say|@<gap>[.;!] ",
    ),
    "quotation": Excuse(
        pattern=r"""
        <you told us> (?:<filler> ){0,2}<told>s?<gap>@
        @<gap>" ?,? ?<you told us> (?:<filler> ){0,2}<told>
        @<gap>,? you (?:say|said|write|wrote|tell|told|mention)
        you (?:would|'d)(?: also| much| rather)? (?:prefer|like|love|appreciate|rather|want)<gap> @
        your (?:\w{1,12} )?<client> (?:expect|want|need|ask|prefer|hope|wish|requir)\w{0,3}<gap>@
        (?:read|see) in your \w{2,12}<gap>@
        (?:read|see|seen|learned|gather|aware|noted|noticed|understood) (?:that|of) your?<gap>@
        (?:told|asked|wrote|informed|mentioned|reminded) (?:to )?(?:us|me|support)<gap>@
        (?:noted|understand|know|aware|heard) (?:that |of )?(?:you|your|the deadline)<gap> ?@
        """,
        unless=r"""
        <we promise><gap>@|@<gap><we promise>|so (?:count|expect|we|it|you)|count on|us to expect
        """,
    ),
    "deadline of the client": Excuse(
        pattern=r"""
        your (?:\w{1,14} ){0,2}<own affair><gap> ?@
        your (?:\w{1,14} ){1,3}(?:is|are) due ?@
        your (?:\w{1,14} ){1,3}(?:has|have|needs?) to be (?:filed|submitted|sent|handed)<gap>@
        you (?:need|want|require|wish) (?:it|this|that|the|them|your|to)<gap> @
        """,
        unless=r"""
            <we promise><gap>@|@<gap><we promise>|patient|then|your (?:\w{1,14} ){0,2}<our work>
        """,
    ),
    "reason or condition of the client": Excuse(
        pattern=r"""
        <start>(?:(?:and|but) )?<since> (?:you|your (?:<filler> ){1,3})[^@,]{0,80}@[^@,]{0,60},
        <start>(?:(?:and|but) )?(?:if|in case|unless|should|whenever) [^@,]{1,100}@[^@,]{0,60},
        <start>(?:(?:and|but) )?<since> [^@,]{1,60} (?:you|your) [^@,]{0,80}@[^@,]{0,60}, <instruct>
        """,
        unless=r"""
        <surely>|<we promise>|<put right again>|again|done|works?|working|complete|able|gets?
        (?:you|they|it) (?:can|has|have)|(?:comes|follows|goes|ships|lands|is) (?:out|up|on|in|live)
        (?:<our work>)[^@]{0,60}@|, (?:the|a|our) <our work>
        """,
    ),
    "condition": Excuse(
        pattern=r"""
        (?:if|in case|(?:^|, )should|when|whenever|unless) (?:<filler> ){1,4}<recurs><gap>@
        (?:if|in case|(?:^|, )should|whenever)<gap>@<gap>(?:please|let us|tell us)
        (?:if|in case|(?:^|, )should|whenever)<gap>@<gap>(?:call us|write|send|note)
        """,
        unless="<surely> (?:be|have|get|see)|<we promise>|(?:you|we|they) can",
    ),
    "request": Excuse(
        pattern=r"""
        (?:could|can) you (?:please |kindly )?(?!expect|look|count|see|use|have|be|live)<gap>@
        (?:would|will) you (?:please |kindly )?(?!expect|look|count|see|use|have|be|live)<gap>@
        (?:please|kindly)(?: also)? (?!(?:<await>)\b)\w{2,14}<gap>@
        your (?:<client>) (?:should|must|can|may|has to|needs to) (?:<instruct>)<gap>@
        (?:has|have|must|need|needs) (?:to )?be (?:<asked for>)<gap>@
        (?:please|kindly) try again<gap>@<gap> (?:tell|let us know|write|call)|let us know<gap>@
        we (?:kindly |would )?(?:ask|request|urge|encourage) you to <gap>@
        we (?:must |would kindly |have to )?(?:ask|request|urge|encourage) you to <gap>@
        """,
        unless=r"""
        (?:we|it|they) (?:will|'ll|should)|<our work> (?:will|is)|bear with|allow us
        wait|patien\w{2}
        when (?:\w{1,12} ){1,4}(?:will|shall|should)
        """,
    ),
    "habit": Excuse(
        pattern=r"""
        (?:every|each|daily|nightly|weekly|monthly|hourly|always|usually|regular(?:ly)?) <gap>@
        """,
        unless="<surely>|again|<our work>",
    ),
    "routine": Excuse(
        pattern=r"""
        <routine>(?: <filler>){0,6} (?:are|get|run|start|end|begin|cover) (?:<filler> ){0,2}@
        """,
        unless="<surely>|again|back|<our work>|correct|complete|right|empty|re\\w{3,9}ed|fixed",
        only=ROUTINE,
    ),
    "hours of opening": Excuse(
        "(?:line|office|desk|hotline|counter|support|offices|lines) (?:is|are) <filler> @"
    ),
    "by itself": Excuse(
        "automatically @|@ automatically",
        unless="<our work>|fix",
        only=frozenset({"after"}) | LENGTHS,
    ),
    "one of many": Excuse(
        pattern=r"""
        <records> (?:that|which|whose) [^@,]{0,70}@
        (?:the|an?|your) \w{2,15} (?:that |which )?you (?:have |had )?<did> [^@,]{0,40}@
        """,
        unless=r"<surely>|<we promise>|<our work>|<put right again>|again|correct|complete|then",
    ),
    "enclosure": Excuse(
        "(?:attached|enclosed|below),?<gap> (?:find|see)<gap>@", unless="<we promise>"
    ),
    "validity": Excuse(
        pattern=r"""
            (?:locks?|accounts?|sessions?|tokens?|links?) (?:is|are) \w{3,12}ed @
            works (?:once,? and |only )?@
            (?:valid|good|lasts|stays?|remains?|open|kept|stored|usable) (?:only )?@
        """,
        unless="<surely>",
        only=LENGTHS,
    ),
    "instruction": Excuse(
        pattern=r"""
        <start>(?:then )?(?:<instruct>)\b(?! back)<gap>@
        (?:to|steps to|can be) (?:reproduce|recreate|repeat|see)d?\b[^@.]{0,60}:<gap>@
        you (?:can|may|could) (?:\w{1,9}ly )?<instruct><gap>@
        """,
        unless=r"""
        <surely>|(?:we|it|they|fix)(?:'ll| will)|again|then (?:it|we|the|you|your)
        <our work> (?:comes|follows|is|arrives)
        """,
    ),
    "state": Excuse(
        pattern="(?:currently|presently|now|at present|at the moment|right now) ?[(,]? ?@|@ now",
        unless="<surely>|from now|until",
        only=frozenset({"time of day", "today"}),
    ),
    "courtesy": Excuse(
        pattern=r"""
            (?:thanks?|thank you|sorry|apolog\w{2,6}) (?:again |so much )?(?:for|about)<gap>@
        """,
        unless="<surely>|ends|is over|works|back to normal",
    ),
    "what may be": Excuse(
        pattern=r"""
        <start><some or other> [^@,]{0,60} (?:can|may|might|could|sometimes|usually) <gap>@
        """,
        unless=r"<we promise>|<our work><gap>@|<put right again>|again|then",
        only=LENGTHS,
    ),
    "upkeep": Excuse(
        pattern=r"""
        (?:is|are|gets?) (?:\w{1,9}ly )?(?:<kept up>)<gap>@
        """,
        unless=r"<surely>|<our work>|correct\w{0,3}|missing|replacements?|refunds?|again|back",
    ),
    "what was hoped": Excuse(
        pattern=r"""
        had (?:hoped|planned|wanted|intended|meant|expected|aimed|promised)<gap>@
        (?:wanted|hoped|planned|intended|meant|supposed|expected) to <gap>@<gap>, but
        """,
        unless="@<gap>(?:now|will|instead|still)",
    ),
    # What happened, and what is wrong for how long
    "event": Excuse(
        pattern="(?:investigat(?:e|ed|ing)|looking into|look into|looked into|analy[sz]ing)<gap>@",
        unless="<surely>",
    ),
    "what is looked into": Excuse(
        r"(?:look(?:ing|ed)? into|investigat\w{1,3}) (?:\w{1,12} ){0,4}(?:that|which|why) <gap>@"
    ),
    "stretch of an incident": Excuse(
        pattern="(?:incident|outage|degradation|impact|errors)<gap>@ (?:to|and|until) [0-9]",
        unless="<surely>",
    ),
    "fault": Excuse(
        pattern=r"""
        <fault><gap>@
        @ ?<gap><fault>
        (?:can|could|may|might|will|does|do|still|to)? ?(?:take|takes|taking|need|needs) @ to <act>
        (?:can|could|may|might|takes?|needs?)<gap> @ (?:to|for)<gap> <act>
        (?:longer|more|later) than @
        @ (?:when|whenever|if|each time|every time) (?:they|it|you|the|an?|users?) \w{2,15}
        @ to <act>|not \w{3,12}ing @
        """,
        unless=r"<surely>|ends?|over|then|<our work> (?:<filler> ){0,2}(?:takes?|is|has|needs?)",
        only=LENGTHS,
        clause=True,
    ),
}

ANNOUNCEMENTS = [
    Excuse(
        pattern=r"""
        <next> <update><gap>@
        <update>s?:? ?(?:is |are )?(?:to be |will be |being )?(?:to )?<comes><gap>@
        @<gap><next> <update>
        (?:update|inform|notify|brief|tell) (?:you|everyone|this page|again|our clients)<gap>@
        let (?:you|everyone) know<gap>@
        (?:will|we'll|i'll|shall|plan to|expect to|going to) (?:\w{1,10} ){0,2}<report><gap>@
        <report> (?:<filler> ){0,3}<update><gap>@
        <keep> (?:you |everyone )?(?:posted|updated|informed)<gap>@
        (?:will|'ll) (?:call|phone|ring) you (?:again|back) @
        you(?:'ll| will) (?:get|receive) (?:<filler> )?(?:status|progress|another|word)<gap>@
        ^more(?: on this| news| to come| details)? @
        hear (?:back )?from (?:us|me|our team)<gap>@
        (?:be|come|get|report) back (?:\w{1,10} ){0,3}with (?:\w{1,10} ){0,3}(?:<update>|more)<gap>@
        (?:expect|look for) (?:\w{1,10} ){0,3}<update><gap>@
        @,? (?:we|i|you)(?:'ll| will)? (?:<filler> ){0,2}(?:<report>|hear|update)
        """,
        unless=r"""
        (?:fix|fixed|resolve|solve|repair|patch|hotfix|restore|correct)(?:ed|s)?<same clause> ?@
        @<gap> (?:fix|patch|repair|hotfix|correction|restored)
        <update> (?:that|which)? ?(?:fixes|repairs|solves|brings|contains|resolves|corrects)
        (?:software|system|security|program|app|firmware|database) update
        backlog|clear(?:s|ed)?|recover(?:s|ed|y)?
        (?:install|deploy|release|ship|apply|roll out)(?:s|ed|ing)? (?:\w{1,10} ){0,2}update
        <update>,? (?:of|with|for|containing|including)<gap>(?:program|software|app|fix|correction)
        update (?:will|to) (?:be )?(?:install|deploy|release|ship|appl|rolled|fix)\w{0,5}
        """,
    )
]
