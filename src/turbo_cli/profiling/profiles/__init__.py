"""Profiles for people: shown, drawn, compared, checked. What is assumed or estimated never looks measured."""
