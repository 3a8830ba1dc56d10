"""What operators see and decide: alarms, channels, what stands still, what was not believed."""
