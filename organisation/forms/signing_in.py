"""Sign in."""

from typing import Any

from allauth.account.forms import LoginForm


class SigningIn(LoginForm):  # type: ignore[misc]
    """E-mail and password; whoever comes to sign in can type at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Put the cursor into the first field."""
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True
