"""What happened in some 600 recorded lives happens today: every effect, instant and status."""

from tools.behaviour import digest, expected, play, tapes


def test_recorded_lives() -> None:
    """`python -m tools.behaviour compare HEAD~1` shows what is different, and where first."""
    lives = {tape["id"]: digest(play(tape)) for tape in tapes()}
    assert len(lives) > 600
    different = [life for life, found in lives.items() if found != expected()[life]]
    assert different == []
