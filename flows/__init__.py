"""The night as a Prefect flow: the only room that imports Prefect.

`flows.start` is the way in: it sets Prefect's environment before anything imports Prefect.
"""
