"""The pictures of the README, and what writes them."""
