"""What is said between services (`events`), and plumbing without a domain word that at least two of them use."""
