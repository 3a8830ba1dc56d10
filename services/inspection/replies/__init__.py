"""What came back: replies section by section, complete or returned with reasons, accepted when whole."""
