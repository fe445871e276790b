"""The fragments that only excuses and announcements of English are made of."""

EXCUSE_FRAGMENTS = {
    "gap": r"(?:(?<!\w)|(?!\w))[^@]{0,200}(?:(?<!\w)|(?!\w))",
    "start": r"(?:^|(?<=[.:;,] ))",
    "same clause": r"(?:(?! and (?:we|will|i|our)| but |, )[^@]){0,120}",
    "not": r"""
        not|no|cannot|never|unable|nobody|neither|nor|without|\w{2,6}n't
    """,
    "filler": r"[\w']{1,14}",
    "foresee": r"""
        say|saying|promis(?:e|ing)|tell|know|give|giving|commit|estimate|predict|guarantee|confirm
        think|believe|assume|foresee|forecast|raise|hold out|anticipate|expect|guess|judge|state
        name|assess|possible
        determine
    """,
    "since": r"""
        as|since|because|if|while|given that|seeing that|in case|even if|although|though|where
        considering|knowing|whenever|should|unless
    """,
    "whether": "whether|if|when|how (?:long|soon|many)",
    "you told us": r"""
        (?:you|your (?:message|mail|e-?mail|note|letter|colleague|team|manager))(?: also| have|'ve)?
    """,
    "told": r"""
        ask|asked|wrote|write|say|said|told|tell|mention|mentioned|inform|informed|state|stated
        explain|explained|request|requested|needed|want|wanted|report|reported
        would like|let us know
    """,
    "we promise": r"""
        (?:we|i|our \w{1,12}|the \w{1,12}) (?:will|shall|should|plan|expect|aim|hope)
        (?:they|this|that|it) (?:will|shall|should|plan|expect|aim|hope)
        (?:we|i|they|it|this|that)'ll|<our work> (?:is|will|comes|follows|arrives)
    """,
    "our work": r"""
        (?:hot|bug)?fix|patch|repair|correction|resolution|solution|restore|restoration|rollout
        deployment|deploy|release|recovery|rebuild(?:ing)?|migration|maintenance|update|upgrade
        data|restoring|rollback
    """,
    "own affair": r"""
        audits?|deadlines?|meetings?|boards?|payrolls?|trainings?|launch|exams?|inspections?
        semester
        submissions?|closing|conference|presentations?|appointments?|holidays?|events?|filings?
        reviews?|visits?|classes|school|season|month end|year end|grants?|hearings?|interviews?
        workshops?|go live|opening|shifts?|wedding|trip
    """,
    "ask": r"""
        keep|leave|note|send|let|tell|reply|respond|answer|test|retest|(?:try|retry)(?! again)
        check(?! back)|run
        restart|reload
        log|sign|confirm|upload|return|provide|call|submit|complete|fill|forward|attach|write|get
        review|verify|open|repeat|export|save|switch|change|update your|close
    """,
    "fault": r"""
        delay(?:s|ed|ing)?|latenc(?:y|ies)|lag(?:s|ged|ging)?|wait(?:s|ing)?|queued?|queue times?
        slow(?:er|ness|ly)?|degraded|backlogged|durations?|time ?outs?|timed out|stuck
        currently|at the moment|right now|on average|at present|times? out
        longer than (?:usual|normal|expected)|hangs|hanging|unavailable|unreachable
        outages?|interruptions?|error rates?|disruptions?|unresponsive|stale|out of date|old
    """,
    "await": r"""
        expect|allow|wait|bear|note|rest|be|count|look forward|give|hang|hold|find|know|plan|accept
        rely|trust|reckon|stand|sit|stay|use|try again|retry|check back|come back|look again
    """,
    "client": r"""
        boss|manager|admin\w{0,12}|colleagues?|team|auditors?|director|customers?|clients?|users?|staff|chief
        accountants?|board|department|management|supervisor|head|principal|people
    """,
    "instruct": r"""
        pick|choose|select|set|leave|keep|enter|run|open|avoid|try|increase|change|restart|click
        type|postpone|extend|limit|filter|sort|define|adjust|raise|snooze|switch|check|reload
        create|add|make|move|drag|drop|copy|paste|mark|tick|press|save|print|export|import|delete
        remove|rename|insert|edit|reset|close|go to|scroll|note
    """,
    "kept up": r"""
        moved to|archived|deleted|purged|rotated|renewed|produced|generated|billed|charged|locked
        e-?mailed|sent|logged out|created|issued|printed|updated every|counted|closed
    """,
    "recurs": r"""
        happens?|occurs?|recurs?|reappears?|appears?|returns?|persists?|continues?|fails?|remains?
        comes? (?:back|up)|is still|does(?: not|n't)|breaks?|sees?|notices?|still|again
    """,
    "some or other": "an?|some|any|most|many|each|every|large|big|long|heavy|such",
    "asked for": r"""
        requested|submitted|filed|paid|returned|claimed|sent|signed|lodged|renewed|confirmed|reported
        cancelled|canceled|registered|handed in|appealed|collected|applied for|approved by you
    """,
    "did": r"""
        \w{2,12}ed|sent|wrote|made|set|gave|put|chose|took|bought|written|given|taken|chosen
    """,
    "records": r"""
        appointments|events|records|entries|rows|files|orders|invoices|payments|users|accounts
        messages|mails|e-?mails|notes|visits|jobs|tasks|bookings|customers|clients|people|tickets
        documents|drafts|sessions|passwords|items|calls|shifts|reports|those|anyone|everybody
    """,
    "routine": r"""
        reports|reminders|invoices|log files|logs|backups|statistics|statements|jobs|runs
        notifications|newsletters|e-?mails|certificates|passwords|archives|exports|tokens
        sessions|accounts|indexes|caches|offices|licen[cs]es
    """,
    "act": r"""
        (?:be )?appl(?:y|ied)|deliver(?:ed)?|load|appear|open|start|show(?: up)?|sync|arrive|display
        render|respond|reflect(?:ed)?|propagate|take effect|log in|sign in|save|print|reach|process
        (?:be )?(?:shown|visible|processed|indexed|delivered|updated|listed|sent)|build|run|return
        populate|connect|register|come through|import|export|refresh|update
    """,
    "surely": r"""
        will|shall|\w{2,4}'ll|ought|going to|expect(?:s|ed)?|should|plan(?:s|ned|ning)?
        aim(?:s|ing)?|anticipate[sd]?
        estimated?|hope|until
    """,
    "next": "(?:the |our |your |an? )?(?:next|another|further|new|more|additional|regular)",
    "update": r"""
        (?:status |progress |substantial |detailed |full |short )?(?:updates?|status|news|messages?)
        (?:status |progress )?(?:reports?|notes?|posts?|notices?|information|info|details)
        word|summary|bulletin|(?:next|new|further) (?:entry|note|post|communication)|communication
    """,
    "comes": r"""
        follows?|comes?|arrives?|expected|due|planned|scheduled|provided|posted|sent|shared|given
        published|available|issued|out|at|by|in|within
    """,
    "matter": r"(?:case|ticket|report|request|question|message|behalf)s?\b",
    "report": r"""
        posts?|provide|send|share|give|publish|issue|report|write|communicate|follow up|check in
        update|let you know|get back to you|come back to you|be in touch|reply|inform you
        notify you|announce
    """,
    "keep": "keep|keeping",
}
