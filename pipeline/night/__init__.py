"""The night: plan what is missing, process it shard by shard, record what was done. Knows no Prefect."""
