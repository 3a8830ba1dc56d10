"""Pages for browsers: routes and what they show, templates, and the files that come with them."""
