"""`baton check --inbound`: drives a bot as its users and as Baton would."""
