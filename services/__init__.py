"""Three deployables, each one direction: intake is the edge, triage the pipeline, insights the output. They meet only in topics."""
