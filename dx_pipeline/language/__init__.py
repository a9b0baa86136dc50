"""How this project speaks: numbers, words and sentences in Vietnamese and English, each rule once.

Belongs here: writers of numbers for people, the catalogue of words, the building of sentences.
Doesn't: reading tables, drawing, HTML.
"""
