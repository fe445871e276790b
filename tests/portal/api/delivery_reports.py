"""Reports of mail systems about letters of ours, made by hand."""

from activities.ports import Letter
from tests.portal.api.mails import a_mail, of_parts, part

CRLF = "\r\n"


def bounce(
    letter: Letter,
    *,
    status: str | None = "5.1.1",
    action: str = "failed",
    to: str | None = None,
    returned: str = "text/rfc822-headers",
    **headers: str,
) -> bytes:
    """A delivery report (RFC 3464) about a letter, with its headers."""
    of_recipient = [
        f"Final-Recipient: rfc822; {to or letter.to}",
        f"Action: {action}",
        *([f"Status: {status}"] if status else []),
    ]
    said = CRLF.join(["Reporting-MTA: dns; mx.river.example", "", *of_recipient, ""])
    head = f"Message-ID: {letter.message_id}{CRLF}Subject: {letter.subject}{CRLF}"
    kind, body = of_parts(
        part("It did not arrive."),
        part(said, "message/delivery-status"),
        part(head, returned),
        kind="report; report-type=delivery-status",
    )
    return a_mail(
        body,
        headers={
            "From": "MAILER-DAEMON@mx.river.example",
            "Subject": "Undelivered Mail Returned to Sender",
            "Message-ID": f"<{abs(hash((letter.message_id, status, action)))}@mx.river.example>",
            "Content-Type": kind,
            "Return-Path": "<>",
        }
        | headers,
    )


def complaint(letter: Letter, kind: str = "abuse") -> bytes:
    """A complaint (RFC 5965) about a letter, its recipient blacked out."""
    said = f"Feedback-Type: {kind}{CRLF}User-Agent: loop/1{CRLF}Version: 1{CRLF}"
    head = f"Message-ID: {letter.message_id}{CRLF}To: <redacted@river.example>{CRLF}{CRLF}x"
    content, body = of_parts(
        part("This is a complaint."),
        part(said, "message/feedback-report"),
        part(head, "message/rfc822"),
        kind="report; report-type=feedback-report",
    )
    headers = {"From": "feedback@river.example", "Content-Type": content}
    return a_mail(body, headers=headers | {"Message-ID": f"<fbl-{kind}@river.example>"})


def old_bounce(letter: Letter) -> bytes:
    """What qmail sends, which knows no standard: words, and the letter as it was."""
    words = [
        "Hi. This is the qmail-send program at mx.river.example.",
        "I'm afraid I wasn't able to deliver your message to the following addresses.",
        "This is a permanent error; I've given up. Sorry it didn't work out.",
        "",
        f"<{letter.to}>:",
        "Sorry, no mailbox here by that name. (#5.1.1)",
        "",
        "--- Below this line is a copy of the message.",
        "",
        "Return-Path: <support@vendor.example>",
        f"Message-ID: {letter.message_id}",
        f"Subject: {letter.subject}",
        "",
    ]
    headers = {"From": "MAILER-DAEMON@mx.river.example", "Subject": "failure notice"}
    return a_mail(CRLF.join(words), headers=headers | {"Message-ID": "<q1@mx.river.example>"})
