"""Mails as they come in, made by hand: what the standard library would not write is the point."""

from collections.abc import Mapping

CRLF = "\r\n"


def a_mail(
    body: str | bytes = "Nothing happens when I press Save.",
    *,
    headers: Mapping[str, str | None] | None = None,
) -> bytes:
    """A mail of Ada's; a header that is None is left out."""
    wanted: dict[str, str | None] = {
        "From": "Ada Byron <ada@river.example>",
        "To": "support@vendor.example",
        "Subject": "Saving does nothing",
        "Message-ID": "<1@river.example>",
        **(headers or {}),
    }
    head = CRLF.join(f"{name}: {value}" for name, value in wanted.items() if value is not None)
    content = body if isinstance(body, bytes) else body.encode()
    return head.encode() + b"\r\n\r\n" + content


def of_parts(*parts: str, kind: str = "mixed", boundary: str = "b1") -> tuple[str, str]:
    """Content type and body of a mail in parts, each with its own headers."""
    lines = [f"--{boundary}{CRLF}{part}" for part in parts]
    return f'multipart/{kind}; boundary="{boundary}"', CRLF.join([*lines, f"--{boundary}--", ""])


def part(body: str, kind: str = "text/plain; charset=utf-8", **headers: str) -> str:
    """One part."""
    rest = "".join(f"{name.replace('_', '-')}: {value}{CRLF}" for name, value in headers.items())
    return f"Content-Type: {kind}{CRLF}{rest}{CRLF}{body}"
