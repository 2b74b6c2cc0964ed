# The operators' public SSH keys: each of them logs in as the admin user and as every agent.
[
]
