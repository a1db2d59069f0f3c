"""Codes of authenticator apps: TOTP (RFC 6238) with SHA-1, six digits and steps of 30 seconds,
which every app knows."""

STEP_MS = 30 * 1000
ISSUER = "Baton"
"""The name that apps show beside the account."""


class TotpAuthenticator:
    """pyotp is imported with the first code, segno with the first picture: no other call pays."""

    def new_secret(self) -> str:
        import pyotp

        return pyotp.random_base32()

    def url(self, secret: str, account: str) -> str:
        import pyotp

        return pyotp.TOTP(secret).provisioning_uri(name=account, issuer_name=ISSUER)

    def qr_code(self, text: str) -> list[str]:
        import segno

        rows = segno.make_qr(text, error="m").matrix
        return ["".join(map(str, row)) for row in rows]

    def step_of(self, secret: str, code: str, now: int) -> int | None:
        import pyotp

        totp, present = pyotp.TOTP(secret), now // STEP_MS
        for step in (present, present - 1, present + 1):
            if pyotp.utils.strings_equal(code, totp.generate_otp(step)):
                return step
        return None
