"""A small identity provider on loopback that keeps to OpenID Connect Core 1.0 (code flow) and RFC 7636, and refuses who does not."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

CLIENT, SECRET = "zegel", "a secret of the client"


@dataclass
class Provider:
    """Who would sign in, what the tokens say beside that (for tests of tokens that are wrong), and what was asked of it."""

    url: str
    claims: dict[str, Any]
    token_claims: dict[str, Any] = field(default_factory=dict)
    consents: bool = True
    asked: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    bearers: set[str] = field(default_factory=set)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def settings(self) -> dict[str, Any]:
        """``SOCIALACCOUNT_PROVIDERS`` as the portal makes it of its environment."""
        app = {"provider_id": "oidc", "name": "Gemeente-inlog", "client_id": CLIENT, "secret": SECRET}
        return {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": [{**app, "settings": {"server_url": self.url}}]}}

    def discovery(self) -> dict[str, Any]:
        """OpenID Connect Discovery 1.0 section 3."""
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return {
            "issuer": self.url,
            **{f"{name}_endpoint": f"{self.url}/{path}" for name, path in ends.items()},
            "jwks_uri": f"{self.url}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next; Core section 3.1.2."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == CLIENT
        assert "openid" in asked["scope"].split()
        assert asked["code_challenge_method"] == "S256"
        answer = {"state": asked["state"]}
        if self.consents:
            answer["code"] = secrets.token_urlsafe(16)
            self.codes[answer["code"]] = asked
        else:
            answer["error"] = "access_denied"
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, asked: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Tokens for a code that is used for the first time, by who asked for it; None for everybody else. Core section 3.1.3."""
        basic = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        posted = (asked.get("client_id"), asked.get("client_secret")) == (CLIENT, SECRET)
        given = self.codes.pop(asked.get("code", ""), None)
        verifier = hashlib.sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).rstrip(b"=").decode()
        if given is None or not (posted or authorization == basic) or given["code_challenge"] != challenge:
            return None
        if asked["grant_type"] != "authorization_code" or asked["redirect_uri"] != given["redirect_uri"]:
            return None
        bearer = secrets.token_urlsafe(16)
        self.bearers.add(bearer)
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 60, **self.claims, **self.token_claims}
        signed = jwt.encode(claims, self.key, "RS256", headers={"kid": "one"})
        return {"access_token": bearer, "token_type": "Bearer", "expires_in": 60, "id_token": signed}

    def jwks(self) -> dict[str, Any]:
        """The public key."""
        key = RSAAlgorithm.to_jwk(self.key.public_key(), as_dict=True)
        return {"keys": [{**key, "kid": "one", "use": "sig", "alg": "RS256"}]}


class _Handler(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        self.provider.asked.append(parts.path)
        match parts.path:
            case "/.well-known/openid-configuration":
                self._say(200, self.provider.discovery())
            case "/jwks":
                self._say(200, self.provider.jwks())
            case "/authorize":
                self.send_response(302)
                self.send_header("Location", self.provider.authorize(dict(parse_qsl(parts.query))))
                self.end_headers()
            case "/userinfo":
                known = self.headers.get("Authorization", "").removeprefix("Bearer ") in self.provider.bearers
                self._say(200 if known else 401, self.provider.claims if known else {})
            case _:
                self._say(404, {})

    def do_POST(self) -> None:
        self.provider.asked.append(self.path)
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        tokens = self.provider.token(dict(parse_qsl(body)), self.headers.get("Authorization", ""))
        self._say(200 if tokens else 400, tokens or {"error": "invalid_grant"})

    def _say(self, status: int, document: dict[str, Any]) -> None:
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def running(**claims: Any) -> Iterator[Provider]:
    """A provider that knows one person, until the end of the block."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.provider = Provider(f"http://127.0.0.1:{server.server_port}", claims)  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield handler.provider  # type: ignore[attr-defined]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
