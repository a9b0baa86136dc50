"""The public tables: `<table>.toml` is the contract, `<table>.sql` or `<table>.py` builds it."""
