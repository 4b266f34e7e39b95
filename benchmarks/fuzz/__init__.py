"""Feeds altered and made-up bytes to every parser of ours, guided by what they run (coverage): with atheris."""
