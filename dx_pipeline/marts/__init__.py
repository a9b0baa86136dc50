"""The public tables: `<table>.toml` is the contract, `<table>.sql` or `<table>.py` builds it.

Belongs here: what turns figures and other tables into one public table; `_<name>.py` is shared by several. Doesn't: the
methods themselves (`index`), reading and choosing figures (`conform`), checks (`quality`).
"""
