"""What a row of the events says, for rows that say the same again: after an undoing, or under another pseudonym."""

#: What a row says, which a row that comes back into force says too.
SAID = (
    'trajectory_id, batch_id, source_key, "case", person, worker, activity, wall, utc_offset, "order", team, priority,'
    " lifecycle, attributes, source_recorded_at"
)
#: A fingerprint that no row of a source has, so that the same row may come again: that of the row and of an import.
SALTED = "left(encode(sha256(uuid_send(fingerprint) || int8send(%(batch)s)), 'hex'), 32)::uuid"
