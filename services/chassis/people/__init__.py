"""The people of one body as its node knows them: who they are, what each may do and when, and who may sign."""
