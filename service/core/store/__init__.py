"""What is kept: tables, sessions, and the queries by noun."""
