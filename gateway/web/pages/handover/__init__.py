"""Work that passes from one clerk to another in one recorded act."""
