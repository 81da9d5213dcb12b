"""Behaviour: what happens in rooms, projects and analyses, whoever hosts it and wherever it is kept."""
