"""The CPPCC organ (县政协机关)."""
