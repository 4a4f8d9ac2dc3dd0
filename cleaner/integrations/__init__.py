"""Other frameworks, one small file each; each imports its framework inside itself."""
