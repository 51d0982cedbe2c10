"""What gunicorn reads by itself when it is started beside this file."""

logger_class = "core.gunicorn.PrivateLogger"
