"""The petitions bureau (县信访局)."""
