"""Teams: one per unit, formed for one round, authorized each time (一轮一组建、一次一授权)."""
