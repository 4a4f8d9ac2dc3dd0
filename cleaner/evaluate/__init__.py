"""Gold pages → scores, peers side by side: how good the cleaner is on pages that the reader labelled."""
