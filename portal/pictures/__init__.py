"""Pictures drawn from results: pure functions from data to SVG, with classes and attributes only, so that they work under a strict policy, on paper and in the dark."""
