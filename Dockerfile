# One image for web, worker, beat and the migration; which one a container is, its command says.
FROM python:3.11-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /srv/obeya

COPY requirements.txt .
RUN pip install --prefer-binary -r requirements.txt

COPY . .
# Translations and static files need settings, but no server and no secret of the real installation.
RUN OBEYA_DATA=/srv/data OBEYA_ENV=production OBEYA_HOSTS=localhost \
    OBEYA_SECRET_KEY=only-while-building OBEYA_PSEUDONYM_KEY=only-while-building \
    DATABASE_URL=postgresql://nowhere/none REDIS_URL=redis://nowhere \
    sh -c "python manage.py compile_translations && python manage.py collectstatic --noinput --verbosity 0" \
 && useradd --system --uid 10001 obeya \
 && mkdir -p /srv/data && chown -R obeya /srv/data

ENV OBEYA_DATA=/srv/data OBEYA_ENV=production
USER obeya
EXPOSE 8000
CMD ["python", "-m", "obeya.web"]
