"""The office's master data: units under every name they had, who held which post when, and past rounds."""
