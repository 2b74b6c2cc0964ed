"us"
