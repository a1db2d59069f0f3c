"""The first steps with a bot: `init`, `dev`, and `doctor` if something does not work."""
