"""The texts of mails: the subject and the paragraphs for each kind and language.

A link, if the kind has one, stands before the last paragraph. Fields in braces are the facts of the
request.
"""

from collections.abc import Mapping

from chalicelib.usecases.records.mail import MailKind, MailLanguage

EN, ES, AR = MailLanguage.ENGLISH, MailLanguage.SPANISH, MailLanguage.ARABIC
Text = tuple[str, tuple[str, ...]]

BUTTONS: Mapping[MailLanguage, str] = {
    EN: "Set a password",
    ES: "Fijar una contraseña",
    AR: "تعيين كلمة مرور",
}

NOT_YOU: Mapping[MailLanguage, str] = {
    EN: "If you did not do this, tell the owner of your Baton installation at once.",
    ES: "Si no fuiste tú, avisa enseguida al propietario de tu instalación de Baton.",
    AR: "إذا لم تكن أنت من فعل ذلك، فأبلغ مالك نظام Baton لديكم فورًا.",
}

TEXTS: Mapping[MailKind, Mapping[MailLanguage, Text]] = {
    MailKind.INVITED: {
        EN: (
            "Your invitation to Baton",
            (
                "{by} has invited you to answer the users of the chatbot {bot} in Baton.",
                "Set your password with this link. It works once, within seven days.",
                "If you did not expect this invitation, ignore this mail.",
            ),
        ),
        ES: (
            "Tu invitación a Baton",
            (
                "{by} te ha invitado a atender a los usuarios del chatbot {bot} en Baton.",
                "Fija tu contraseña con este enlace. Funciona una sola vez, durante siete días.",
                "Si no esperabas esta invitación, ignora este correo.",
            ),
        ),
        AR: (
            "دعوتك إلى Baton",
            (
                "دعاك {by} للرد على مستخدمي روبوت المحادثة {bot} في Baton.",
                "عيّن كلمة مرورك بهذا الرابط. يعمل مرة واحدة خلال سبعة أيام.",
                "إذا لم تكن تتوقع هذه الدعوة، فتجاهل هذه الرسالة.",
            ),
        ),
    },
    MailKind.RESET_REQUESTED: {
        EN: (
            "Set a new password for Baton",
            (
                "Somebody has asked for a link to set a new password for your Baton account.",
                "The link works once, within one hour.",
                "If it was not you, ignore this mail: your password stays as it is.",
            ),
        ),
        ES: (
            "Fija una contraseña nueva para Baton",
            (
                "Alguien ha pedido un enlace para fijar una contraseña nueva en tu cuenta de "
                "Baton.",
                "El enlace funciona una sola vez, durante una hora.",
                "Si no fuiste tú, ignora este correo: tu contraseña no cambia.",
            ),
        ),
        AR: (
            "تعيين كلمة مرور جديدة في Baton",
            (
                "طلب أحدهم رابطًا لتعيين كلمة مرور جديدة لحسابك في Baton.",
                "يعمل الرابط مرة واحدة خلال ساعة.",
                "إذا لم تكن أنت من طلبه، فتجاهل هذه الرسالة: كلمة مرورك لم تتغير.",
            ),
        ),
    },
    MailKind.RESET_STARTED: {
        EN: (
            "A password reset was started",
            (
                "The owner of your Baton installation has created a link that sets a new password "
                "for your account. They give it to you.",
                "If you did not ask for it, ask the owner about it.",
            ),
        ),
        ES: (
            "Se ha iniciado un cambio de contraseña",
            (
                "El propietario de tu instalación de Baton ha creado un enlace que fija una "
                "contraseña nueva en tu cuenta. Te lo dará en persona.",
                "Si no lo has pedido, pregunta al propietario.",
            ),
        ),
        AR: (
            "بدأت إعادة تعيين كلمة المرور",
            (
                "أنشأ مالك نظام Baton لديكم رابطًا يعيّن كلمة مرور جديدة لحسابك، وسيعطيك إياه.",
                "إذا لم تطلب ذلك، فاسأل المالك عنه.",
            ),
        ),
    },
    MailKind.PASSWORD_RESET: {
        EN: (
            "Your password was reset",
            (
                "A new password was set for your Baton account with a link. All sessions of your "
                "account have ended.",
                NOT_YOU[EN],
            ),
        ),
        ES: (
            "Se ha restablecido tu contraseña",
            (
                "Se ha fijado una contraseña nueva en tu cuenta de Baton con un enlace. Todas las "
                "sesiones de tu cuenta han terminado.",
                NOT_YOU[ES],
            ),
        ),
        AR: (
            "أعيد تعيين كلمة مرورك",
            (
                "عُيّنت كلمة مرور جديدة لحسابك في Baton برابط. انتهت كل جلسات حسابك.",
                NOT_YOU[AR],
            ),
        ),
    },
    MailKind.PASSWORD_CHANGED: {
        EN: (
            "Your password was changed",
            (
                "The password of your Baton account was changed. All other sessions have ended.",
                NOT_YOU[EN],
            ),
        ),
        ES: (
            "Se ha cambiado tu contraseña",
            (
                "Se ha cambiado la contraseña de tu cuenta de Baton. Las demás sesiones han "
                "terminado.",
                NOT_YOU[ES],
            ),
        ),
        AR: (
            "غُيّرت كلمة مرورك",
            ("غُيّرت كلمة مرور حسابك في Baton. انتهت كل الجلسات الأخرى.", NOT_YOU[AR]),
        ),
    },
    MailKind.FACTOR_REMOVED: {
        EN: (
            "Your second factor was removed",
            (
                "The second factor of your Baton account was removed. Your password is now enough "
                "to sign in.",
                NOT_YOU[EN],
            ),
        ),
        ES: (
            "Se ha quitado tu segundo factor",
            (
                "Se ha quitado el segundo factor de tu cuenta de Baton. Ahora basta la contraseña "
                "para entrar.",
                NOT_YOU[ES],
            ),
        ),
        AR: (
            "أزيل عاملك الثاني",
            (
                "أزيل العامل الثاني لحسابك في Baton. تكفي الآن كلمة المرور لتسجيل الدخول.",
                NOT_YOU[AR],
            ),
        ),
    },
}
