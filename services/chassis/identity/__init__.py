"""Who a body is on the exchange: its keys, the suites they belong to, and the signed directory of bodies."""
