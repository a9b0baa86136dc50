"""Pages and workbook of a release: they show what the public tables hold and compute nothing of their own.

Belongs here: pages, their drawings in SVG, the workbook. Doesn't: figures and verdicts (`marts`), words and numbers
(`language`), pictures for print (`charts`).
"""
