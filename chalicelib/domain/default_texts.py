"""The texts that a user sees if neither the queue nor the bot has its own."""

from collections.abc import Mapping

ENGLISH = {
    "requested": "We are looking for somebody to help you. One moment, please.",
    "closed": "Our team is not available right now. We have saved your request and will answer"
    " when we are back.",
    "claimed": "You are now talking to {agent}.",
    "released": "You are back in the queue. Somebody will be with you as soon as possible.",
    "transferred": "You are now talking to {agent}.",
    "resolved": "Your conversation with our team has ended. You are talking to the bot again.",
    "rejected": "Sorry, our team cannot help with this here. You are talking to the bot again.",
    "expired": "Sorry, nobody was available in time. You are talking to the bot again. You can ask"
    " for a person again at any time.",
    "cancelled": "Your request for a person has been cancelled. You are talking to the bot again.",
    "user_left": "You have left the conversation with our team. You are talking to the bot again.",
    "message_left": "Our team is not available right now. We have saved your message for them.",
    "bot_down": "Your conversation with our team has ended.",
}
SPANISH = {
    "requested": "Estamos buscando a alguien que pueda ayudarte. Un momento, por favor.",
    "closed": "Nuestro equipo no está disponible en este momento. Hemos guardado tu solicitud y te"
    " responderemos en cuanto volvamos.",
    "claimed": "Ahora estás hablando con {agent}.",
    "released": "Vuelves a estar en la cola. Te atenderemos lo antes posible.",
    "transferred": "Ahora estás hablando con {agent}.",
    "resolved": "La conversación con nuestro equipo ha terminado. Ahora vuelves a hablar con el"
    " bot.",
    "rejected": "Lo sentimos, nuestro equipo no puede ayudarte con esto por aquí. Ahora vuelves a"
    " hablar con el bot.",
    "expired": "Lo sentimos, nadie ha podido atenderte a tiempo. Ahora vuelves a hablar con el bot."
    " Cuando quieras, puedes volver a pedir hablar con una persona.",
    "cancelled": "Tu solicitud de hablar con una persona se ha cancelado. Ahora vuelves a hablar"
    " con el bot.",
    "user_left": "Has salido de la conversación con nuestro equipo. Ahora vuelves a hablar con el"
    " bot.",
    "message_left": "Nuestro equipo no está disponible en este momento. Hemos guardado tu mensaje y"
    " se lo haremos llegar.",
    "bot_down": "La conversación con nuestro equipo ha terminado.",
}
ARABIC = {
    "requested": "نبحث عن شخص يمكنه مساعدتك. لحظة من فضلك.",
    "closed": "فريقنا غير متاح حاليًا. لقد حفظنا طلبك وسنرد عليك فور عودتنا.",
    "claimed": "محادثتك الآن مع {agent}.",
    "released": "لقد عدت إلى قائمة الانتظار. سيرد عليك أحد أفراد فريقنا في أقرب وقت ممكن.",
    "transferred": "محادثتك الآن مع {agent}.",
    "resolved": "انتهت المحادثة مع فريقنا. يمكنك الآن متابعة المحادثة مع البوت.",
    "rejected": "عذرًا، لا يستطيع فريقنا مساعدتك في هذا الأمر هنا. يمكنك الآن متابعة المحادثة مع"
    " البوت.",
    "expired": "عذرًا، لم يتمكن أحد من الرد عليك في الوقت المناسب. يمكنك الآن متابعة المحادثة مع"
    " البوت، أو طلب التحدث إلى شخص مرة أخرى في أي وقت.",
    "cancelled": "تم إلغاء طلبك التحدث إلى أحد أفراد فريقنا. يمكنك الآن متابعة المحادثة مع البوت.",
    "user_left": "لقد غادرت المحادثة مع فريقنا. يمكنك الآن متابعة المحادثة مع البوت.",
    "message_left": "فريقنا غير متاح حاليًا. لقد حفظنا رسالتك وسنوصلها إلى الفريق.",
    "bot_down": "انتهت المحادثة مع فريقنا.",
}
DEFAULT_TEXTS: Mapping[str, Mapping[str, str | None]] = {
    "en": ENGLISH,
    "es": SPANISH,
    "ar": ARABIC,
}
"""By locale and by the names in `texts.Text`."""
