"""What the API's documentation shows: for each operation a request, an answer, and the bodies of its refusals."""

from api.examples.audit import AUDIT_EXAMPLES
from api.examples.bodies import Examples
from api.examples.clinic import CLINIC_EXAMPLES
from api.examples.exports import EXPORT_EXAMPLES
from api.examples.patient_data import PATIENT_DATA_EXAMPLES
from api.examples.records import RECORD_EXAMPLES
from api.examples.reports import REPORT_EXAMPLES
from api.examples.series import SERIES_EXAMPLES

# By operationId.
EXAMPLES = {
    **RECORD_EXAMPLES,
    **CLINIC_EXAMPLES,
    **SERIES_EXAMPLES,
    **EXPORT_EXAMPLES,
    **AUDIT_EXAMPLES,
    **REPORT_EXAMPLES,
    **PATIENT_DATA_EXAMPLES,
}

__all__ = ["EXAMPLES", "Examples"]
