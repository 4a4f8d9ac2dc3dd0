"""Training: pages with gold → weights of the learned detector. A development extra, `article-cleaner[train]`."""
