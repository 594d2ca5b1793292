"""The night as a Prefect flow: the only room that imports Prefect."""
