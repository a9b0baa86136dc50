"""The files of a release and their descriptions: exports, dictionary, data package, catalogue records."""
