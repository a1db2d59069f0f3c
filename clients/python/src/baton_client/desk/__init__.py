"""Calls for people, made by a program in which agents work, such as Slack or a CRM."""
