"""The finance bureau (县财政局)."""
