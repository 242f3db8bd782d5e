"""``make run``: the whole portal on one machine with one command. Starts what is missing, says one address, ends everything that it started.

Exit status 0 when it was asked to stop, 1 when a process ended by itself, 2 when something in the environment is wrong.
"""

from __future__ import annotations

import http.client
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from urllib.parse import urlsplit

from portal.env import WrongVariable, read_env_file
from portal.laptop.children import Child, start, stop_all
from portal.laptop.place import ROOT, AlreadyRunning, forget_run_note, held, var_folder, write_run_note
from portal.laptop.plan import Plan, read_plan
from portal.laptop.services import Service, ServiceFailed, start_postgres, start_redis

READY_SECONDS = 60.0
LOOK_EVERY = 0.2


class AskedToStop(BaseException):
    """Ctrl-C, or a polite signal."""


class ChildEnded(Exception):
    """A process that should run for ever has ended, or never came up; the message is a sentence."""


def main() -> int:
    """Run until asked to stop."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _stop)
    supervisor = Supervisor()
    try:
        with held(var_folder({**read_env_file(ROOT / ".env"), **os.environ})):
            supervisor.run(read_plan())
    except AskedToStop:
        return 0
    except (WrongVariable, AlreadyRunning) as error:
        return _complain(error, 2)
    except ServiceFailed as error:
        return _complain(error, 2)
    except ChildEnded as error:
        return _complain(error, 1)
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    # Once is enough: what follows is an orderly end that a second Ctrl-C must not cut short.
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    raise AskedToStop


def _complain(error: Exception, status: int) -> int:
    print(error, file=sys.stderr, flush=True)
    return status


class Supervisor:
    """The processes of one run, in the order in which they started."""

    def __init__(self) -> None:
        self._children: list[Child] = []
        self._services: list[Service] = []

    def run(self, plan: Plan) -> None:
        """Start everything, say where it is, and watch. Returns never: it raises AskedToStop or ChildEnded."""
        with self._ending(plan):
            self._start_services(plan)
            practice = self._start_practice(plan) if plan.practice else None
            self._prepare(plan)
            if practice:
                self._await_practice(plan, practice)
            write_run_note(plan.var, _note(plan))
            self._await_web(plan, self._start_portal(plan))
            print(f"Zegel is ready at {plan.environ['SITE_URL']}/ (Ctrl-C stops it)", flush=True)
            while True:
                self._check_all()
                time.sleep(LOOK_EVERY)

    @contextmanager
    def _ending(self, plan: Plan) -> Iterator[None]:
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            forget_run_note(plan.var)
            stop_all(self._children)
            for service in self._services:
                service.stop()

    def _start_services(self, plan: Plan) -> None:
        logs = plan.var / "log"
        if plan.own_database:
            if not (plan.var / "postgres").exists():
                print("Making the database, the first time only ...", file=sys.stderr, flush=True)
            self._services.append(start_postgres(plan.var / "postgres", logs / "postgres.log"))
            plan.environ["DATABASE_URL"] = self._services[-1].url
        if plan.own_redis:
            self._services.append(start_redis(plan.var / "redis", logs / "redis.log"))
            plan.environ["REDIS_URL"] = self._services[-1].url

    def _start_practice(self, plan: Plan) -> Child | None:
        if importlib.util.find_spec("lab") is None:
            return None
        folder = plan.var / "lab"
        (folder / "lab.env").unlink(missing_ok=True)
        return self._start(plan, "practice internet", "lab.log", "-m", "lab", "--any-ports", "--dir", str(folder))

    def _await_practice(self, plan: Plan, child: Child) -> None:
        note = plan.var / "lab" / "lab.env"
        self._await(lambda: note.exists() and "ready:" in child.last_words(50), child)
        plan.environ.update(read_env_file(note))
        plan.environ["PRACTICE_DOMAINS_FILE"] = str(plan.var / "lab" / "domains.json")

    def _prepare(self, plan: Plan) -> None:
        child = self._start(plan, "preparation", "prepare.log", "-m", "portal.laptop.prepare")
        status = child.process.wait()
        self._children.remove(child)
        if status:
            raise ChildEnded(f"The database could not be brought up to date. {_log(child)}")

    def _start_portal(self, plan: Plan) -> Child:
        bind = f"[{plan.host}]:{plan.port}" if ":" in plan.host else f"{plan.host}:{plan.port}"
        celery = ("-m", "celery", "-A", "portal.celery")
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        beat = plan.var / "beat"
        beat.mkdir(parents=True, exist_ok=True)
        gunicorn = ("--preload", "--workers", "2", "--threads", "4", "--graceful-timeout", "5", "--no-control-socket")
        web = self._start(plan, "web", "web.log", "-m", "gunicorn", "portal.wsgi", "--bind", bind, *gunicorn)
        # Lists have a worker of their own, so that nobody in front of a browser ever waits for them.
        for name, queue, processes in (("worker", "interactive", plan.workers), ("worker of lists", "bulk", 1)):
            what = ("-Q", queue, "-n", f"{queue}@%h", "-c", str(processes), "-l", "INFO", *quiet)
            self._start(plan, name, f"{name.replace(' ', '-')}.log", *celery, "worker", *what)
        schedule = ("--schedule", str(beat / "schedule"), "--pidfile", "", "-l", "INFO")
        self._start(plan, "beat", "beat.log", *celery, "beat", *schedule)
        return web

    def _start(self, plan: Plan, name: str, log: str, *arguments: str) -> Child:
        child = start(name, [sys.executable, *arguments], plan.var / "log" / log, environ=plan.environ, folder=ROOT)
        self._children.append(child)
        return child

    def _await_web(self, plan: Plan, web: Child) -> None:
        self._await(lambda: _healthy(plan.address), web)

    def _await(self, ready: Callable[[], bool], child: Child) -> None:
        until = time.monotonic() + READY_SECONDS
        while not ready():
            self._check_all()
            if time.monotonic() > until:
                raise ChildEnded(f"The {child.name} did not come up in a minute. {_log(child)}")
            time.sleep(0.05)

    def _check_all(self) -> None:
        for child in [*self._children, *(service.child for service in self._services)]:
            if how := child.ended():
                raise ChildEnded(f"The {child.name} ended by itself ({how}), so everything was stopped. {_log(child)}")


def _note(plan: Plan) -> dict[str, str]:
    """What ``manage.py`` needs to reach the running portal: every variable of ours that is set."""
    ours = ("DATABASE_URL", "REDIS_URL", "SECRET_KEY_FILE", "SITE_URL", "STATIC_ROOT", "PRACTICE_DOMAINS_FILE")
    return {
        name: value for name, value in plan.environ.items() if value and (name in ours or name.startswith("CHECKS_"))
    }


def _log(child: Child) -> str:
    words = child.last_words(1).strip()
    return f"Its log is {child.log}" + (f' and ends with "{words[:200]}".' if words else ".")


def _healthy(address: str) -> bool:
    parts = urlsplit(address)
    link = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=5)
    try:
        link.request("GET", "/healthz", headers={"Host": "localhost"})
        return link.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        link.close()


if __name__ == "__main__":
    sys.exit(main())
