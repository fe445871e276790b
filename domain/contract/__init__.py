"""What other programs see: commands, start payloads, effects, events; one pydantic model each.

Fields are added, never renamed or removed; new fields have defaults, so a payload recorded in a
history years ago still reads. Unknown fields are ignored.
"""
