"""`python -m bench.baselines.asgi_echo`: reads a body and sends it back. No framework, nothing is looked at."""

from starlette.types import Receive, Scope, Send

from bench.baselines.server import serve_baseline


async def echo(_scope: Scope, receive: Receive, send: Send) -> None:
    """The body, whatever it is."""
    body, is_more = b"", True
    while is_more:
        message = await receive()
        body += message.get("body", b"")
        is_more = message.get("more_body", False)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


if __name__ == "__main__":
    serve_baseline(echo)
