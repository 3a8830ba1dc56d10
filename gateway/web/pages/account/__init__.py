"""My account: who I am here, where I am signed in, what acts in my name."""
