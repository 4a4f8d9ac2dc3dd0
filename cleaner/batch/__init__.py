"""Many documents: sources, workers, sinks, and a ledger from which a run that broke off goes on."""
