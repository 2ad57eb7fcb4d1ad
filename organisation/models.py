"""Units and their place in the tree, people and their roles, the periods of the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.language import in_language
from organisation.choices import Frequency, RoleName

if TYPE_CHECKING:
    import datetime as dt


class UnitQuerySet(models.QuerySet["Unit"]):
    """Adjectives of units."""

    def below(self, unit: Unit, *, on: dt.date) -> Self:
        """Return the unit itself and all that stood under it on a day."""
        return self.filter(pk__in=Ancestor.objects.valid(on).filter(ancestor=unit).values("unit"))

    def above(self, unit: Unit, *, on: dt.date) -> Self:
        """Return the unit itself and all that it stood under on a day."""
        return self.filter(pk__in=Ancestor.objects.valid(on).filter(unit=unit).values("ancestor"))


class Unit(models.Model):
    """A node of the organisation: an establishment, a directorate, a programme, a service, a team."""

    code = models.CharField(_("code"), max_length=60, unique=True)
    name_en = models.CharField(_("name in English"), max_length=200)
    name_fr = models.CharField(_("name in French"), max_length=200, blank=True)
    kind = models.CharField(_("kind"), max_length=60, blank=True)
    #: First and last day on which the unit exists, from its placements; no last day means still open.
    opens_on = models.DateField(_("opens on"))
    closes_on = models.DateField(_("closes on"), null=True, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ("code",)
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closes_on__isnull=True) | Q(closes_on__gte=F("opens_on")),
                name="a_unit_closes_no_earlier_than_it_opens",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return in_language(self.name_en, self.name_fr)


class PlacementQuerySet(models.QuerySet["Placement"]):
    """Adjectives of placements."""

    def valid(self, on: dt.date) -> Self:
        """Return the rows that hold on a day; both ends are included."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class Placement(models.Model):
    """Where a unit hangs from a first to a last day, both included; without a parent it is a root."""

    unit = models.ForeignKey(Unit, models.CASCADE, related_name="placements", verbose_name=_("unit"))
    parent = models.ForeignKey(
        Unit, models.PROTECT, related_name="child_placements", null=True, blank=True, verbose_name=_("parent")
    )
    valid_from = models.DateField(_("from"))
    valid_to = models.DateField(_("to"), null=True, blank=True)

    objects = PlacementQuerySet.as_manager()

    class Meta:
        ordering = ("unit", "valid_from")
        verbose_name = _("placement")
        verbose_name_plural = _("placements")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["unit", "valid_from"], name="one_placement_per_unit_and_first_day"),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="a_placement_ends_no_earlier_than_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(parent__isnull=True) | ~Q(parent=F("unit")), name="a_unit_is_not_its_own_parent"
            ),
            # A range of one key stands for "=", which a GiST index has for ranges alone. Checked at commit, so that
            # two stays may exchange days.
            ExclusionConstraint(
                name="placements_of_a_unit_never_overlap",
                deferrable=models.Deferrable.DEFERRED,
                expressions=[
                    (Func(F("unit"), F("unit"), Value("[]"), function="int8range"), RangeOperators.OVERLAPS),
                    (Func(F("valid_from"), F("valid_to"), Value("[]"), function="daterange"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} ← {self.parent or '—'}"


class AncestorQuerySet(models.QuerySet["Ancestor"]):
    """Adjectives of ancestor rows."""

    def valid(self, on: dt.date) -> Self:
        """Return the rows that hold on a day; both ends are included."""
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=on), valid_from__lte=on)


class Ancestor(models.Model):
    """The tree, materialised: a unit stands under an ancestor from a first to a last day, both included.

    Every unit is its own ancestor at distance 0. Written by `rebuild_ancestors` alone, from the placements.
    """

    # Without indexes of their own: the two below begin with these columns.
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="ancestors", db_index=False)
    ancestor = models.ForeignKey(Unit, models.CASCADE, related_name="descendants", db_index=False)
    distance = models.PositiveSmallIntegerField()
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    objects = AncestorQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["unit", "ancestor", "valid_from"], name="one_ancestor_row_per_pair_and_first_day"
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["ancestor", "unit"], name="descendants_of_an_ancestor")]

    def __str__(self) -> str:
        return f"{self.unit_id} < {self.ancestor_id} ({self.distance})"


class PersonManager(BaseUserManager["Person"]):
    """Make people who sign in by e-mail."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """Create a person; without a password they cannot sign in by password."""
        person = Person(email=self.normalize_email(email).lower(), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> Person:
        """Create a person who may do everything in the administration site."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """Someone who signs in. Clients and their workers are never people here, only pseudonyms."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=5, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may open the administration site"), default=False)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects: ClassVar[PersonManager] = PersonManager()

    class Meta:
        ordering = ("email",)
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def initials(self) -> str:
        """Two letters for a tile: "MB" for Marie Bouchard."""
        words = (self.name or self.email.partition("@")[0]).replace("-", " ").split()
        return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


class Role(models.Model):
    """What a person is at a unit; it holds at every unit below."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="roles", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="roles", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=20, choices=RoleName.choices)

    class Meta:
        ordering = ("person", "unit")
        verbose_name = _("role")
        verbose_name_plural = _("roles")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["person", "unit", "role"], name="a_role_is_given_once_per_person_and_unit"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}, {self.unit}"


class RoleChange(models.Model):
    """A role was given or taken: to whom, where, by whom and when. Never edited; it outlives the role."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", verbose_name=_("person"))
    unit = models.ForeignKey(Unit, models.CASCADE, related_name="+", verbose_name=_("unit"))
    role = models.CharField(_("role"), max_length=20, choices=RoleName.choices)
    is_given = models.BooleanField(_("given"))
    changed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", verbose_name=_("by"))
    changed_at = models.DateTimeField(_("at"))

    class Meta:
        ordering = ("-changed_at", "-pk")
        verbose_name = _("role given or taken")
        verbose_name_plural = _("roles given and taken")

    def __str__(self) -> str:
        return f"{self.person}: {self.get_role_display()}, {self.unit}"


class AccessToken(models.Model):
    """A program's key to the API in a person's name. Only its SHA-256 is kept; the token is shown once."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="tokens", verbose_name=_("person"))
    name = models.CharField(_("name"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    may_write = models.BooleanField(_("may write"), default=False)
    created_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)
    expires_on = models.DateField(_("last day"), null=True, blank=True)
    last_used_on = models.DateField(_("last used"), null=True, editable=False)

    class Meta:
        ordering = ("person", "name")
        verbose_name = _("access token")
        verbose_name_plural = _("access tokens")

    def __str__(self) -> str:
        return f"{self.name} ({self.person})"


class Period(models.Model):
    """A stretch of local days, both ends included, with its code: `2026-11`, `FY2026-P08`.

    A table, not a formula: the organisation's fiscal periods are what its calendar says they are.
    """

    code = models.CharField(_("code"), max_length=12, unique=True)
    frequency = models.CharField(_("frequency"), max_length=15, choices=Frequency.choices)
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    #: Of a day, whether it is one from Monday to Friday and no holiday; a longer period always is.
    is_worked = models.BooleanField(_("worked"), default=True, db_default=True, editable=False)

    class Meta:
        ordering = ("starts_on",)
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["frequency", "starts_on"], name="one_period_per_frequency_and_first_day"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="a_period_ends_no_earlier_than_it_begins"
            ),
        ]

    def __str__(self) -> str:
        return self.code
