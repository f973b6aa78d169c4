"""From a charity's monitoring export to an evaluation people can trust."""
