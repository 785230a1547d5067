"""Tells a person that a source failed: one sentence that can be acted on, to the address in the settings."""

import logging

from flows.settings import Settings

_log = logging.getLogger(__name__)


def tell(settings: Settings, sentence: str) -> bool:
    """Sends a sentence to `alert_url` (mail, Telegram, webhook ...); False when there is no address or it failed.

    A message that cannot be delivered is logged and never ends a run.
    """
    if settings.alert_url is None:
        return False
    import apprise

    messenger = apprise.Apprise()
    if not messenger.add(settings.alert_url.get_secret_value()):
        _log.error("The setting alert_url is no address that apprise knows; nobody was told: %s", sentence)
        return False
    if not messenger.notify(title=f"ronda: {settings.election.regency}", body=sentence):
        _log.error("The alert could not be delivered; nobody was told: %s", sentence)
        return False
    return True
