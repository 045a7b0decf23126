class LocalError(Exception):
    """Something a person has to change; the message is one sentence and says what."""
