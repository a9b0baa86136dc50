"""Large sources: millions of printed rows to ranks, period by period, never a row at a time in Python.

A source says `layout = "large"` in its source.toml. Its distinct texts are resolved once, by the rules of `conform`,
and joined back; figures keep (file, row) as numbers; each period is built, checked and kept by itself, so that memory
does not grow with the number of periods and any worker can build any period.
Doesn't belong here: a rule for names, numbers or ranks (`conform`, `index`), the marts of the index.
"""
