"""The texts of alerts. They quote no message and name no user: a locked screen shows them."""

from collections.abc import Mapping

from chalicelib.usecases.records.mail import MailLanguage, PushKind

EN, ES, AR = MailLanguage.ENGLISH, MailLanguage.SPANISH, MailLanguage.ARABIC
DIRECTIONS: Mapping[MailLanguage, str] = {EN: "ltr", ES: "ltr", AR: "rtl"}
TITLES: Mapping[PushKind, Mapping[MailLanguage, str]] = {
    PushKind.OFFERED: {
        EN: "A conversation is offered to you",
        ES: "Se te ofrece una conversación",
        AR: "محادثة معروضة عليك",
    },
    PushKind.ASSIGNED: {
        EN: "A conversation was assigned to you",
        ES: "Se te ha asignado una conversación",
        AR: "أُسندت إليك محادثة",
    },
    PushKind.MENTIONED: {
        EN: "A colleague mentioned you in a note",
        ES: "Un compañero te ha mencionado en una nota",
        AR: "ذكرك أحد الزملاء في ملاحظة",
    },
    PushKind.MESSAGE: {
        EN: "New message from a customer",
        ES: "Mensaje nuevo de un cliente",
        AR: "رسالة جديدة من عميل",
    },
    PushKind.WAITING: {
        EN: "A customer is waiting for an agent",
        ES: "Un cliente espera a un agente",
        AR: "عميل بانتظار موظف",
    },
}
