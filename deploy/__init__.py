"""How Failbetter runs: `deploy.local` on one machine without Docker; containers beside it."""
