"""What maintainers run on the code: none of it is part of an installation."""
