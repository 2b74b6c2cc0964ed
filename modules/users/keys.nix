# The operators' public SSH keys: each logs in as the admin user and as every agent.
# `init --admin-key` and `operator add` write them here.
[
]
