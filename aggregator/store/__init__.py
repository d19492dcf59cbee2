"""The rows: SQLAlchemy lives here and nowhere else; values in, values out."""
