"""Reads payloads as Temporal's tools send them, and says of each what it holds or what it lacks."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from google.protobuf import json_format
from temporalio.api.common.v1 import Payload, Payloads

from portal.api.problems import Problem
from runtime.codec import ENCODING, KEY_ID, AlteredPayload, KeyRingCodec, UnknownKey

_LOGGED_ID = re.compile(r"[A-Za-z0-9._-]{1,32}")


@dataclass(frozen=True, slots=True)
class Opened:
    """Payloads as far as they could be decrypted, in their order, and what of their keys."""

    payloads: Sequence[Payload]
    keys: Sequence[str]
    """Ids of the keys that opened some."""
    lacking: Sequence[str]
    """Ids of keys that the ring lacks."""
    altered: int
    """How many are not what was encrypted."""


async def opened(codec: KeyRingCodec, payloads: Sequence[Payload]) -> Opened:
    """Decrypt each by itself: one that cannot be read takes none of the others with it."""
    clear: list[Payload] = []
    keys: set[str] = set()
    lacking: set[str] = set()
    altered = 0
    for payload in payloads:
        try:
            clear += await codec.decode([payload])
        except UnknownKey as error:
            lacking.add(_key_id(payload))
            clear.append(_in_its_place(error))
        except AlteredPayload as error:
            altered += 1
            clear.append(_in_its_place(error))
        else:
            if payload.metadata.get("encoding") == ENCODING:
                keys.add(_key_id(payload))
    return Opened(clear, sorted(keys), sorted(lacking), altered)


def read(body: bytes, most: int) -> Sequence[Payload]:
    """The payloads of a request.

    Raises:
        Problem: 400 where it is none, 413 where they are more than `most`.
    """
    try:
        # Tools add fields of their own to what they had from Temporal.
        found = json_format.Parse(body, Payloads(), ignore_unknown_fields=True).payloads
    except (json_format.ParseError, UnicodeDecodeError):
        detail = 'must be {"payloads": [{"metadata": {…}, "data": "…"}]}, values in base64'
        raise Problem(400, "malformed", detail) from None
    if len(found) > most:
        raise Problem(413, "too-large", f"at most {most} payloads", field="payloads")
    return found


def written(payloads: Sequence[Payload]) -> str:
    """The same for an answer."""
    return json_format.MessageToJson(Payloads(payloads=payloads), indent=None)


def _in_its_place(error: UnknownKey | AlteredPayload) -> Payload:
    """An object, so that it is no valid input of anything, were it sent back as one.

    Its words are under `message`, where tools look for those of a failure.
    """
    said = json.dumps({"unreadable": True, "message": str(error)})
    return Payload(metadata={"encoding": b"json/plain"}, data=said.encode())


def _key_id(payload: Payload) -> str:
    """As it may be logged: the sender of a payload can write anything there."""
    said = payload.metadata.get(KEY_ID, b"").decode(errors="replace")
    return said if _LOGGED_ID.fullmatch(said) else "(no id of a key)"
