"""The people's congress organ (县人大机关)."""
