"""Concurrency: prefetching threads and process pools that keep the order of results."""
