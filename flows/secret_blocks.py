"""Secrets that stand in Prefect's secret blocks instead of the environment: a setting "block:<name>" names one."""

from typing import Any

from pydantic import SecretStr

from flows.exits import UsageError
from flows.settings import Settings, load_settings

_BLOCK = "block:"


def unlocked_settings() -> Settings:
    """The settings, with every secret that stands in a block fetched from there; UsageError where there is no such."""
    settings = load_settings()
    fetched: dict[str, Any] = {}
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            fetched[name] = _unlocked(value)
        elif isinstance(value, tuple) and value and isinstance(value[0], SecretStr):
            fetched[name] = tuple(_unlocked(each) for each in value)
    return settings.model_copy(update=fetched)


def _unlocked(secret: SecretStr) -> SecretStr:
    text = secret.get_secret_value()
    if not text.startswith(_BLOCK):
        return secret
    from prefect.blocks.system import Secret

    name = text.removeprefix(_BLOCK)
    try:
        block: Any = Secret.load(name)
    except ValueError as error:
        raise UsageError(
            f'There is no Prefect secret block "{name}"; create it or change the setting '
            '(flows/EXTRACTION.md, "Secrets").'
        ) from error
    return SecretStr(str(block.get()))
