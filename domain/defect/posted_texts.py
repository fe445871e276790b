"""What the status page is told where nobody wrote a text for it (D6).

It is posted in English, to a provider of status pages too. Our own page says it in the language of
its reader, and knows it by these very words: `posted` in `portal/pages/translations/`.
"""

AFFECTED = "Some users are affected by an issue"
"""The name of an incident whose defect has no summary for clients."""
INVESTIGATED = "We are investigating this issue."
WORKED_ON = "We are working on this issue."
GOES_ON = "We continue to work on this issue."
LESS_SEVERE = "The impact of this issue is lower now. We continue to work on it."
MERGED = "We continue to work on this issue together with a related one."
RESOLVED = "This issue is resolved."
