"""Words that a packet prints beside those of people: by language, in their reading direction, with their capitals."""
