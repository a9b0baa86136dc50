"""Reading: published bytes -> rows exactly as printed, each with its locator. Nothing is interpreted here."""
