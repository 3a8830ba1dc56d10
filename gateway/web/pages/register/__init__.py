"""What leaves or ends only by two persons: disclosures, destruction, copies handed out, exports, holds."""
