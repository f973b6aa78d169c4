"""What every test shares: hypothesis tries the same examples each time, however slow the machine."""

from hypothesis import settings

settings.register_profile("same", deadline=None, derandomize=True)
settings.load_profile("same")
