"""The codec server: shows Temporal's UI and command line what encrypted payloads say."""

from portal.codec.application import create_codec_server

__all__ = ["create_codec_server"]
