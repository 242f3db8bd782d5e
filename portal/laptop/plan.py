"""What the supervisor is asked to do, read from the environment and ``.env`` and checked before anything starts. Starts nothing itself."""

from __future__ import annotations

import errno
import importlib
import os
import socket
from dataclasses import dataclass
from pathlib import Path

import psycopg

from portal.env import WrongVariable, env_bool, env_int, env_str, read_env_file
from portal.laptop.place import ROOT, secret_key_file, var_folder
from portal.laptop.services import redis_answers

_NOT_YET = {"DATABASE_URL": "postgresql:///zegel", "REDIS_URL": "redis://127.0.0.1:6379/0"}


@dataclass(frozen=True, slots=True)
class Plan:
    """Where to listen, where to keep data, what to start; ``environ`` is what every process gets."""

    host: str
    port: int
    var: Path
    practice: bool
    workers: int
    own_database: bool
    own_redis: bool
    environ: dict[str, str]

    @property
    def address(self) -> str:
        """The address to open."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(
            self.host, f"[{self.host}]" if ":" in self.host else self.host
        )
        return f"http://{host}:{self.port}"


def read_plan() -> Plan:
    """The plan, with every variable checked. Raises WrongVariable with a sentence."""
    environ = {**read_env_file(ROOT / ".env"), **os.environ}
    var = var_folder(environ)
    plan = Plan(
        host=env_str(environ, "HOST", "127.0.0.1"),
        port=env_int(environ, "PORT", default=8000, at_least=1, at_most=65535),
        var=var,
        practice=env_bool(environ, "PRACTICE_DOMAINS", default=True),
        workers=env_int(environ, "WORKER_CONCURRENCY", default=2, at_least=1, at_most=64),
        own_database=not env_str(environ, "DATABASE_URL"),
        own_redis=not env_str(environ, "REDIS_URL"),
        environ=environ,
    )
    _complete(plan)
    _check_settings(environ)
    _check_port(plan)
    _check_servers(plan)
    return plan


def _complete(plan: Plan) -> None:
    """Fill in what a laptop need not be asked."""
    environ = plan.environ
    environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    environ.setdefault("SITE_URL", plan.address)
    environ.setdefault("STATIC_ROOT", str(plan.var / "static"))
    if not env_str(environ, "SECRET_KEY"):
        environ["SECRET_KEY_FILE"] = str(secret_key_file(plan.var))


def _check_settings(environ: dict[str, str]) -> None:
    """Read the settings once, so that a wrong variable is one sentence and not a traceback in six logs."""
    os.environ.update(environ)
    for name, stand_in in _NOT_YET.items():
        if not env_str(environ, name):
            os.environ[name] = stand_in
    importlib.import_module("portal.settings")


def _check_port(plan: Plan) -> None:
    try:
        found = socket.getaddrinfo(plan.host, plan.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError:
        raise WrongVariable(f"HOST is {plan.host!r}, which is no address of this machine.") from None
    family, kind, protocol, _name, address = found[0]
    with socket.socket(family, kind, protocol) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
        except PermissionError:
            raise WrongVariable(
                f"Port {plan.port} needs more rights than you have. Choose one above 1023: `PORT=8000 make run`."
            ) from None
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise WrongVariable(
                    f"Port {plan.port} on {plan.host} is taken. Choose another one: `PORT={plan.port % 65535 + 1} make run`."
                ) from None
            raise WrongVariable(f"HOST is {plan.host!r}, which is no address of this machine.") from None


def _check_servers(plan: Plan) -> None:
    """Servers of the user's own must answer before anything else starts."""
    if not plan.own_database:
        try:
            psycopg.connect(env_str(plan.environ, "DATABASE_URL"), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            reason = str(error).strip().splitlines()[-1]
            raise WrongVariable(f"The PostgreSQL server of DATABASE_URL cannot be used: {reason}") from None
    if not plan.own_redis and not redis_answers(env_str(plan.environ, "REDIS_URL")):
        raise WrongVariable("The Redis server of REDIS_URL does not answer, or refuses the password.")
