"""The inspection office (县委巡察办): rounds, targets, request letters, teams and briefings."""
