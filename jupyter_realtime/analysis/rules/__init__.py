"""Why a rule says what it says, in a few sentences."""
