"""The county's working calendar: official tables, due dates, and how each date was computed."""
