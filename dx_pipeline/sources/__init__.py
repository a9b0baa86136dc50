"""Reading: published bytes -> rows exactly as printed, each with its locator. Nothing is interpreted here.

Belongs here: `source.toml`, verified bytes, readers by form, layouts. Doesn't: names, numbers and units (`conform`).
"""
