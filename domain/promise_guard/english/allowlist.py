"""Lists what looks like a promise of time and is none: a time within such a phrase is allowed.

Add an exception here. `match.py` says how patterns are written; `lexicon.py` holds the fragments
that `<name>` stands for.
"""

ALLOWLIST = {
    # Habits and hours
    "round the clock": "(?:on )?24 ?[/x] ?7(?: ?[/x] ?36[56])?",
    "a rate": "<amount> ?<unit> (?:an?|per|each|every|in every) <unit>",
    "a habit": r"""
        <how often>(?: <range>)? ?<recurring> (?:until|till) (?:it|this|the \w{1,10}) is \w{1,10}
        <how often>(?: other| single| few| couple of)?(?: <range>)? ?<recurring>
        (?:on )?<weekday>s (?:at|from|around|before|after|between) <clock>
        (?:on )?<weekday> (?:mornings|afternoons|evenings|nights)
        (?:on )?the (?:<day number>|<ordinal>|last) <day of>? ?(?:of|in) <each> <period>
        """,
    "opening hours": r"""
        (?:from )?<working week>(?:,|:)? ?(?:from |between )?<clock><to><clock>
        <staffed>(?: <word>){0,2} <working week>(?:,? (?:from |between )?<clock><to><clock>)?
        <staffed><open>{0,3}[:\x20]<from><to><clock>
        """,
    "days of opening": "(?:hours|days|weekdays)(?:,|:| from)? <working week>",
    # Times that are over
    "a time that is over": r"""
        some ?day
        """,
    "an earlier contact": r"""
        (?:per|following|since) <article>(?:\w{1,10} )?<contact>(?: <linked>){0,2} <recent>
        """,
    "courtesy": r"""
        (?:thanks?|thank you|sorry|apologi[sz]e|apologies|help you)<said>{0,7} <recent>
        (?:contacting|writing|calling|reaching out|getting in touch)<said>{0,7} <recent>
        (?:chatting|speaking|talking)<said>{0,7} <recent>
        (?:is|are|was) there anything else(?: <word>){0,6} today
        (?:as of|until|up to|to) today|(?:all|enough) for today|today's date
        as of (?:now|this (?:morning|afternoon|week))
        (?:happy|merry|(?:best wishes|all the best) for the) (?:<weekday>|weekend|<holiday>)
        (?:have an? \w{1,10}|enjoy (?:the|your)|good) (?:<weekday>|weekend|day|week|<part of day>)
        """,
    "a number asked for": "how many <unit>",
    "a report of the present": r"""
        as of [0-2]?\d:\d\d(?: ?[ap]m)?(?: <zone>)?,?(?: <no future>){1,6} (?:is|are|has|have)\b
        """,
    # What the software does, and what is shown on the screen
    "a length that says nothing of now": r"""
        (?:in |within |after |for |of )?<length> (?:<beside it>)
        (?:<not to wait for>) <length>
        """,
    "a length between two things recorded": r"""
        (?:with)?in <length> (?:of|after|before|from) (?:<article>|each )?<recorded>
        """,
    "a kind of thing": r"""
        <in a>?\d{1,3}-(?:second|minute|hour|day|week|month|year)(?:-old)? (?!<takes time>)\w{1,20}
        """,
    "a label on the screen": r"""
        (?:<control>|select|choose|click|pick|press|named|called|to)(?: on| the){0,2} <quoted>
        <quoted> <control>
        """,
    "a pause before trying again": r"""
        (?:try|trying|retry|retrying|retries|reload|refresh)<again>{0,3} (?:in|after|within) <pause>
        <not promised>(?:(?:log|sign) in|(?:open|click) it|save)<again>{0,3} <in after> <pause>
        wait(?:s|ed|ing)?(?: for)? (?:<pause>|an? (?:while|bit|hour))
        """,
    "what the software does after a while": r"""
        <not promised><does>(?: <itself>){0,3} <in under> (?:<pause>|<some hours>)
        """,
    "what it does faster now": "now \\w{3,12}s (?:<in under>|after) <pause>",
    "how the software writes times": r"""
        <writes>(?: (?:as|like|with|instead of|in)){0,2} ["']?(?:<date>|<clock>)["']?
        (?:week|calendar|picker|list|chart|view|year) <begins> (?:on|in|with|at) <first shown>
        (?:go|goes|jumps?|switch(?:es)?|scrolls?|skips?|advances?) to (?:the )?next <period>
        rounded (?:up |down )?to (?:the )?(?:next|nearest) <unit>
        <task>(?: (?:that|which) are)? due (?:today|tomorrow|(?:this|next) <period>)
        <task>(?: (?:that|which) are)? due (?:on |in |within )?(?:<weekday>|<date>|<length>)
        """,
    "a thing of its day": r"""
        <bears a date>s? (?:from|of|dated) (?:before |after )?<dated>(?! (?:on|onwards?)\b)
        <dates from> <dated>
        """,
    "a version": r"""
        (?:<versioned>|on|in|with|and|to|from|than)\.? ?#?<version>(?<!\.20\d\d)
        in \d{1,3}\.\d{1,3}(?![.-]?\d)(?! ?[a-z])
        """,
    # What is asked of the client, and what is not given
    "a deadline for the client": r"""
        you (?:will )?have <length> (?:to \w{1,15}|left)
        you (?:still )?have (?:time )?(?:until|till) (?:<weekday>|<date>|<month>)
        """,
    "soon in comparison": "(?:too|so|how|as) soon|(?:soon|shortly) (?:after|before|afterwards)",
    "no estimate": r"""
        (?:no|not|never|cannot|unable|without|nor|\w{2,6}n't)<not but>{0,6} <eta>
        (?:ask(?:s|ed|ing)?|requests?|question|wish) (?:<word> ){0,2}(?:for|about) <article>?<eta>
        <eta> (?:"|\w{1,12} )?<control>|<eta> (?:\w{1,12} )?(?:value|element|question)s?
        """,
}
