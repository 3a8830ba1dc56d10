"""The publicity department (县委宣传部)."""
