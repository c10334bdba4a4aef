"""Alerts: rules over the numbers of the snapshot, what they told, and how that is delivered.

The recorder decides: it makes the snapshot's document each second anyway, so a rule costs one walk
of it, four open monitors do not ring four times, and with none open the command still runs. What
was told is a row of the table `alerts`. Monitors follow that table; line, bell and notification
are theirs, and so is muting them. `liqtop alerts test` runs the same code over the stored past.
"""
