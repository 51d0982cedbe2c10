"""What drf-spectacular is told: what the schema of the API says of it as a whole, and how its pages behave."""

OPENAPI = {
    "TITLE": "Healthcare Appointment Scheduling",
    "DESCRIPTION": (
        "Patients, doctors, their availability, and appointments that cannot be double-booked.\n\n"
        "Get a token from `POST /api-token-auth/` and send it as `Authorization: Token ...`; in Swagger UI press "
        "**Authorize** and enter `Token`, a space, and the token. "
        "Times are UTC in answers; a time without an offset is read on the clock of the place that it is about."
    ),
    "VERSION": "1.0.0",
    "SERVE_PERMISSIONS": ["rest_framework.permissions.AllowAny"],
    "SERVE_AUTHENTICATION": [],
    "AUTHENTICATION_WHITELIST": ["api.authentication.TokenAuthentication"],
    "SCHEMA_PATH_PREFIX": "/api/",
    "SCHEMA_COERCE_PATH_PK_SUFFIX": True,
    "COMPONENT_SPLIT_REQUEST": True,
    "PARSER_WHITELIST": ["api.parsers.JSONParser"],  # forms are read as well, but the API speaks JSON
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "api.schema_shared.add_what_operations_share",
        "api.schema_retries.add_problems",
    ],
    "ENUM_NAME_OVERRIDES": {
        "AppointmentStatus": "appointments.lifecycle.Status",
        "ChangeAction": "appointments.models.AppointmentChange.Action",
        "ExceptionKind": "doctors.models.AvailabilityException.Kind",
        "Weekday": "scheduling.hours.WEEKDAYS",
    },
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,  # it repeats the values
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    # A token stays in the page, not in the browser; no service elsewhere is asked to judge the schema.
    "SWAGGER_UI_SETTINGS": {
        "persistAuthorization": False,
        "validatorUrl": None,
        "filter": True,
        "docExpansion": "list",
        "defaultModelsExpandDepth": 0,
        "displayRequestDuration": True,
    },
}
