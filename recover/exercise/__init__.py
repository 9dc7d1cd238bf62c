"""Stories as exercises: scenes in which a learner decides, for the terminal and for a page on phones."""
