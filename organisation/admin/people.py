"""Administer people and their roles. Roles are given and taken by operations, so that each leaves a trace."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.db.models import QuerySet
from django.forms import BaseFormSet, ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organisation.choices import RoleName
from organisation.forms.people import AddPersonForm, PersonForm
from organisation.models import Person, Role, RoleChange
from organisation.operations import give_role, take_role


def _person(request: HttpRequest) -> Person | None:
    return request.user if isinstance(request.user, Person) else None


def _give(request: HttpRequest, role: Role) -> None:
    given = give_role(
        person=role.person, role=RoleName(role.role), unit=role.unit, by=_person(request), now=timezone.now()
    )
    role.pk = given.pk


class RoleInline(admin.TabularInline[Role, Person]):
    """The roles of a person: given and taken, never changed."""

    model = Role
    autocomplete_fields = ("unit",)
    extra = 0

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Refuse: a role is taken and another given."""
        return False


@admin.register(Person)
class PersonAdmin(UserAdmin[Person]):
    """People who sign in, and what they are where."""

    form = PersonForm
    add_form = AddPersonForm
    ordering = ("email",)
    list_display = ("email", "name", "language", "is_active", "is_staff")
    list_filter = ("is_active", "is_staff", "roles__role")
    search_fields = ("email", "name")
    readonly_fields = ("last_login",)
    filter_horizontal = ()
    inlines = (RoleInline,)
    fieldsets = (
        (None, {"fields": ("email", "name", "language", "password")}),
        (_("Access"), {"fields": ("is_active", "is_staff", "is_superuser", "last_login")}),
    )
    add_fieldsets = ((None, {"fields": ("email", "name", "language", "usable_password", "password1", "password2")}),)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Give the roles that were added and take those that were ticked away."""
        if not _holds_roles(formset):
            super().save_formset(request, form, formset, change)
            return
        for role in formset.save(commit=False):
            _give(request, role)
        for role in formset.deleted_objects:
            take_role(role=role, by=_person(request), now=timezone.now())


def _holds_roles(formset: BaseFormSet[Any]) -> bool:
    return getattr(formset, "model", None) is Role


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin[Role]):
    """Who is what, at all units."""

    list_display = ("person", "role", "unit")
    list_filter = ("role",)
    list_select_related = ("person", "unit")
    search_fields = ("person__email", "person__name", "unit__code", "unit__name_en", "unit__name_fr")
    autocomplete_fields = ("person", "unit")

    def has_change_permission(self, request: HttpRequest, obj: Role | None = None) -> bool:
        """Refuse: a role is taken and another given."""
        return False

    def save_model(self, request: HttpRequest, obj: Role, form: ModelForm[Role], change: bool) -> None:
        """Give the role."""
        _give(request, obj)

    def delete_model(self, request: HttpRequest, obj: Role) -> None:
        """Take the role."""
        take_role(role=obj, by=_person(request), now=timezone.now())

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Role]) -> None:
        """Take all these roles, one by one."""
        for role in queryset.select_related("person", "unit"):
            self.delete_model(request, role)


@admin.register(RoleChange)
class RoleChangeAdmin(admin.ModelAdmin[RoleChange]):
    """The trace of roles given and taken, to read."""

    list_display = ("changed_at", "person", "role", "unit", "is_given", "changed_by")
    list_filter = ("is_given", "role")
    list_select_related = ("person", "unit", "changed_by")
    search_fields = ("person__email", "unit__code", "changed_by__email")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Refuse: the trace is written by what happens."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: RoleChange | None = None) -> bool:
        """Refuse: what happened stays."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: RoleChange | None = None) -> bool:
        """Refuse: what happened stays."""
        return False
