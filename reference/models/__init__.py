"""The networks of the lectures: one readable file for each family, and a catalogue of all."""
