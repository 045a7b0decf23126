# One image for web, runner, worker, beat, migrate and the sandbox; docker-compose.yml says which is which.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app

COPY requirements.txt ./
RUN pip install --require-hashes -r requirements.txt

COPY manage.py ./
COPY enterprise enterprise
COPY texting texting
COPY templates templates
COPY static static

# Static files need complete settings, but none that are used for anything here.
RUN DEBUG=False SECRET_KEY=build-only TEXTING_KEYS=build:qKAl1Q4SvnLAYPLuYGepeZY9/vpsgJzoB7uGyK2juZk= \
    DATABASE_URL=postgres://build@127.0.0.1/build REDIS_URL=redis://127.0.0.1/0 PUBLIC_URL=https://build.example.com \
    python manage.py collectstatic --noinput

# A number, so that an orchestrator can see that it is not root.
RUN useradd --system --no-create-home --uid 10001 enterprise && mkdir -p /data/spool && chown -R enterprise /data
USER 10001
EXPOSE 8000

CMD ["gunicorn", "--config", "python:enterprise.gunicorn"]
