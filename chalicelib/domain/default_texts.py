"""What the user is told where nobody has said otherwise."""

from collections.abc import Mapping

ENGLISH = {
    "requested": "We are looking for somebody to help you. One moment, please.",
    "closed": "Nobody is here right now. Your request is kept and answered when we are back.",
    "claimed": "You are now talking to {agent}.",
    "released": "You are back in the queue. Somebody will be with you as soon as possible.",
    "transferred": "You are now talking to {agent}.",
    "resolved": "The conversation with our team has ended. The bot is back.",
    "rejected": "Our team cannot help with this here. The bot is back.",
    "expired": "Sorry, nobody was free in time. The bot is back; you can ask for a person again.",
    "cancelled": "Your request for a person has been cancelled. The bot is back.",
    "user_left": "You have left the conversation with our team. The bot is back.",
    "message_left": "Nobody is here right now. Your message has been kept for our team.",
    "bot_down": "The conversation with our team has ended.",
}
SPANISH = {
    "requested": "Estamos buscando a alguien que pueda ayudarte. Un momento, por favor.",
    "closed": "Ahora no hay nadie. Guardamos tu solicitud y la responderemos cuando volvamos.",
    "claimed": "Ahora hablas con {agent}.",
    "released": "Has vuelto a la cola. Alguien te atenderá lo antes posible.",
    "transferred": "Ahora hablas con {agent}.",
    "resolved": "La conversación con nuestro equipo ha terminado. El bot está de vuelta.",
    "rejected": "Nuestro equipo no puede ayudarte con esto aquí. El bot está de vuelta.",
    "expired": "Lo sentimos, nadie quedó libre a tiempo. El bot está de vuelta; puedes volver a"
    " pedir una persona.",
    "cancelled": "Tu solicitud ha sido cancelada. El bot está de vuelta.",
    "user_left": "Has dejado la conversación con nuestro equipo. El bot está de vuelta.",
    "message_left": "Ahora no hay nadie. Hemos guardado tu mensaje para nuestro equipo.",
    "bot_down": "La conversación con nuestro equipo ha terminado.",
}
ARABIC = {
    "requested": "نبحث عن شخص يمكنه مساعدتك. لحظة من فضلك.",
    "closed": "لا يوجد أحد الآن. حفظنا طلبك وسنرد عليه عند عودتنا.",
    "claimed": "أنت تتحدث الآن مع {agent}.",
    "released": "لقد عدت إلى قائمة الانتظار. سيكون أحدنا معك في أقرب وقت ممكن.",
    "transferred": "أنت تتحدث الآن مع {agent}.",
    "resolved": "انتهت المحادثة مع فريقنا. عاد البوت لخدمتك.",
    "rejected": "لا يستطيع فريقنا المساعدة في هذا الأمر هنا. عاد البوت لخدمتك.",
    "expired": "عذرًا، لم يتفرغ أحد في الوقت المناسب. عاد البوت لخدمتك، ويمكنك طلب شخص مرة أخرى.",
    "cancelled": "تم إلغاء طلبك. عاد البوت لخدمتك.",
    "user_left": "لقد غادرت المحادثة مع فريقنا. عاد البوت لخدمتك.",
    "message_left": "لا يوجد أحد الآن. حفظنا رسالتك لفريقنا.",
    "bot_down": "انتهت المحادثة مع فريقنا.",
}
DEFAULT_TEXTS: Mapping[str, Mapping[str, str | None]] = {
    "en": ENGLISH,
    "es": SPANISH,
    "ar": ARABIC,
}
"""By locale and name: see `texts`."""
