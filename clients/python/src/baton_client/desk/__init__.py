"""What a program in which agents work, for example in Slack or in a CRM, does for them."""
