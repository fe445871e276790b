"""What operators see of an entity: card, explanation, search attributes."""
