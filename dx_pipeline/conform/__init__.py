"""From printed text to typed observations and chosen figures; nothing is dropped without a reason."""
