"""The night as a Prefect flow: the only room that imports Prefect.

Start with `flows.start`, which sets Prefect's environment before anything imports Prefect.
"""
