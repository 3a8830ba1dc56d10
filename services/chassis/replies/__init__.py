"""What every body does with requests beyond its own ledgers: opinions to write, and a last look at replies."""
