"""Read JSON bodies strictly: a misspelt field must not be passed over in silence."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework import serializers


class Body(serializers.Serializer[Any]):
    """A JSON object whose fields are all known."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse a field that is not one of ours, by name."""
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError({name: [_("There is no such field.")] for name in sorted(unknown)})
        return super().to_internal_value(data)
