"""Says roughly what a browser is, so that people know their own when they see where they signed in.

Only that is kept of what it says of itself, which tells far more than anybody needs.
"""

_NAMES = {
    # Each also says the names of those it wants to be taken for, which come later here.
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


def rough_browser(user_agent: str) -> str | None:
    """`Firefox, Windows`; None where neither is known."""
    found = [
        next((name for mark, name in known.items() if mark in user_agent), None)
        for known in (_NAMES, _SYSTEMS)
    ]
    return ", ".join(name for name in found if name) or None
