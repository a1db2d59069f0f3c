"""The action with which a Rasa bot asks for a person. Rasa's action server runs it."""

from rasa_sdk import Action


class ActionHandOver(Action):
    """Put `action_hand_over` into a rule, a story or a flow. bridge.py does what it asks for."""

    def name(self):
        return "action_hand_over"

    def run(self, dispatcher, tracker, domain):
        slots = {name: value for name, value in tracker.current_slot_values().items() if value}
        request = {
            "reason": (tracker.latest_message.get("text") or "")[:500] or None,
            "say": "One moment, I ask a colleague.",
            "context": slots or None,
        }
        dispatcher.utter_message(json_message={"handover": request})
        return []
