"""Hypothesis without its deadline: how long a decision takes on a busy machine proves nothing."""

from hypothesis import settings

DEFAULT = settings.get_profile(settings.get_current_profile_name())

settings.register_profile("no deadline", DEFAULT, deadline=None)
settings.load_profile("no deadline")
