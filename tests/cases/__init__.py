"""The cases that tell whether one text is one article, through the whole line and in both databases."""
