"""The HTTP service: `cleaner serve`."""
