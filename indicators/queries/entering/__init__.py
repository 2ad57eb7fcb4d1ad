"""What whoever enters figures has to know: what is due, usual, doubted, locked."""
