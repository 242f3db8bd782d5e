"""The plan of action: what a report found, as steps in the order in which they are done. Made from the stored document alone; measures and judges nothing."""
