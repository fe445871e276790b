"""Lists the sentences of English in which a time is no promise, and those that announce an update.

Add an exception that the whole sentence makes here; `match.py` says how it is written.
"""

from domain.promise_guard.match import Excuse

LENGTHS = frozenset(
    {"length", "within", "takes days", "after", "seconds", "matter of", "in units", "next day"}
)
"""The kinds of times that say how long something lasts."""

EXCUSES = {
    # What we do not promise
    "refusal": Excuse(
        pattern=r"""
        <not> (?:<filler> ){0,3}<foresee><gap>@
        @<gap> <not> (?:<filler> ){0,3}<foresee>
        (?:impossible|too early|too soon|hard|difficult|unable|premature) to <foresee><gap>@
        (?:unclear|unknown|unsure|uncertain|open|doubtful)<gap> (?:when|whether|if|how)<gap> @
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
        """,
        unless=r"@<gap> (?:we will|we'll)",
    ),
    "quotation": Excuse(
        pattern=r"""
        <you told us> (?:<filler> ){0,2}<told><gap>@
        @<gap>" ?,? ?<you told us> (?:<filler> ){0,2}<told>
        (?:noted|understand|know|aware|heard) (?:that |of )?(?:you|your)<gap> @
        """,
        unless="<we promise><gap>@|@<gap><we promise>",
    ),
    "deadline of the client": Excuse(
        pattern=r"""
        your (?:\w{1,14} ){0,2}<own affair><gap> ?@
        your (?:\w{1,14} ){1,3}(?:is|are) due ?@
        your (?:\w{1,14} ){1,3}(?:has|have|needs?) to be (?:filed|submitted|sent|handed)<gap>@
        you (?:need|want|require|wish) (?:it|this|that|the|them|your|to)<gap> @
        """,
        unless="<we promise><gap>@|@<gap><we promise>|your (?:\\w{1,14} ){0,2}<our work>",
    ),
    "request": Excuse(
        pattern=r"""
        (?:could|can|would|will) you (?:please |kindly )?(?!expect|look|count|see|use|have|be)<gap>@
        (?:please|kindly)(?: also)? <ask><gap>@|let us know<gap>@
        we (?:kindly )?(?:ask|request|urge|encourage) you to <gap>@
        """,
        unless="(?:we|it|they) (?:will|'ll|should)|<our work> (?:will|is)|bear with|allow us|wait",
    ),
    # What happened, and what is wrong for how long
    "event": Excuse(
        pattern="(?:investigat(?:e|ed|ing)|looking into|look into|looked into|analy[sz]ing)<gap>@",
        unless="<surely>",
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
        @ to <act>|not \w{3,12}ing @
        """,
        unless=r"<surely>|<our work> (?:<filler> ){0,2}(?:takes?|is|has|needs?)",
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
        hear (?:back )?from us<gap>@
        be back with (?:\w{1,10} ){0,3}<update><gap>@
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
        update (?:will|to) (?:be )?(?:install|deploy|release|ship|appl|rolled|fix)\w{0,5}
        """,
    )
]
