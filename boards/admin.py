"""Boards in the administration site: the board with its zones, and each zone with its tiles."""

from typing import ClassVar

from django.contrib import admin

from boards.models import Board, Tile, Zone


class ZoneInline(admin.TabularInline[Zone, Board]):
    model = Zone
    extra = 0
    show_change_link = True


class TileInline(admin.TabularInline[Tile, Zone]):
    model = Tile
    extra = 0
    autocomplete_fields = ("indicator", "unit", "owner")


@admin.register(Board)
class BoardAdmin(admin.ModelAdmin[Board]):
    list_display = ("slug", "name_en", "level", "unit")
    list_filter = ("level",)
    list_select_related = ("unit",)
    search_fields = ("slug", "name_en", "name_fr", "unit__code", "unit__name_en")
    autocomplete_fields = ("unit",)
    inlines: ClassVar = [ZoneInline]


@admin.register(Zone)
class ZoneAdmin(admin.ModelAdmin[Zone]):
    list_display = ("board", "kind", "position")
    list_filter = ("kind",)
    list_select_related = ("board",)
    search_fields = ("board__slug", "board__name_en")
    autocomplete_fields = ("board",)
    inlines: ClassVar = [TileInline]
