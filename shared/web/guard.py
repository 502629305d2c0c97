"""What every answer tells the browser: take nothing from elsewhere, run nothing of others, be framed by nobody."""

from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; font-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

SCRIPTS: Final = "; script-src 'self'; connect-src 'self'"

HEADERS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
)


class Guard:
    """
    ASGI middleware: the headers of safety on every answer, and `no-store` on every one that says nothing else.

    Pages run no script at all, unless `has_scripts` says that they have some of their own.
    """

    def __init__(self, app: ASGIApp, *, has_scripts: bool = False) -> None:
        self.app = app
        policy = POLICY + (SCRIPTS if has_scripts else "")
        self._headers = ((b"content-security-policy", policy.encode()), *HEADERS)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message.get("headers", ())
                kept = () if any(name == b"cache-control" for name, _ in headers) else ((b"cache-control", b"no-store"),)
                message = {**message, "headers": [*headers, *self._headers, *kept]}
            await send(message)

        await self.app(scope, receive, guarded)
