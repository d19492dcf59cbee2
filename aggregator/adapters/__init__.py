"""One module for each library, format or protocol that the house speaks to."""
