"""Every environment variable of an installation."""

from pydantic import SecretStr

from runtime.settings import PREFIX, Settings
from tools.docs.schema_words import fields_of
from tools.docs.tables import code, table


def settings() -> str:
    """A row for each, with its type and default; marked where it is secret."""
    schema = Settings.model_json_schema()
    rows = []
    for field in fields_of(schema):
        name, default = PREFIX + field.name.upper(), Settings.model_fields[field.name].default
        secret = "password" in str(schema["properties"][field.name])
        if isinstance(default, SecretStr):
            default = code(default.get_secret_value())
        else:
            default = field.default
        rows.append((code(name), field.type, default, "yes" if secret else "", field.meaning))
    return table(("variable", "type", "default", "secret", "meaning"), rows)
