package dev.lateen.istiod.config;

import java.time.Duration;

/**
 * When changes are put in force: a lone one at once; of several that come closely one after the other the rest together, once none came for a moment, and
 * without an end to them after a while all the same. One that is pressing waits for the end of none longer than for the first quiet moment. Not thread-safe; all times are readings of one clock for durations, in nanoseconds.
 */
final class Debounce {
    private final long quiet;
    private final long atMost;
    private boolean any;
    private long lastChange;
    private boolean pending;
    private long firstPending;
    private boolean burst;
    private boolean pressed;
    private long firstPressing;

    /**
     * A debounce that has heard of nothing.
     *
     * @param quiet how long no change must come before several are put in force; one that comes later after the last is a lone one
     * @param atMost how long a change waits
     */
    Debounce(Duration quiet, Duration atMost) {
        this.quiet = quiet.toNanos();
        this.atMost = atMost.toNanos();
    }

    /**
     * A change came.
     *
     * @param pressing whether it waits for others no longer than a quiet moment takes
     */
    void changed(long now, boolean pressing) {
        if (pressing && !pressed) {
            pressed = true;
            firstPressing = now;
        }
        boolean closely = any && now - lastChange < quiet;
        burst = pending ? burst || closely : closely;
        if (!pending) {
            pending = true;
            firstPending = now;
        }
        any = true;
        lastChange = now;
    }

    /** How long to wait until what has come is to be put in force; 0 for at once, {@link Long#MAX_VALUE} if nothing has come. */
    long waitsFor(long now) {
        if (!pending) {
            return Long.MAX_VALUE;
        }
        if (!burst) {
            return 0;
        }
        long untilQuiet = lastChange + quiet - now;
        long untilLast = firstPending + atMost - now;
        long untilPressing = pressed ? firstPressing + quiet - now : Long.MAX_VALUE;
        return Math.max(0, Math.min(untilPressing, Math.min(untilQuiet, untilLast)));
    }

    /** Everything that has come is put in force now. */
    void done() {
        pending = false;
        burst = false;
        pressed = false;
    }
}
