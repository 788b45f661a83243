package dev.lateen.istiod.discovery;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * The time that this process has been awake, as somebody can tell who looks every so often: of what lies between two looks one step counts at most. So a process that was stopped, or
 * had no processor, blames nobody for what it could not hear meanwhile. Not thread-safe.
 */
final class WakingTime {
    /** Those before are older than anything that is waited for. */
    private static final int MOST_LAPSES = 256;

    private final long step;
    private final Deque<Lapse> lapses = new ArrayDeque<>();
    private long last;

    /** Time that was slept through, until an end. */
    private record Lapse(long end, long length) {
        long after(long then) {
            return Math.clamp(end - then, 0, length);
        }
    }

    /**
     * @param step the longest time between two looks of a process that is awake
     * @param now on the clock for durations
     */
    WakingTime(long step, long now) {
        this.step = step;
        this.last = now;
    }

    /** Looks. */
    void look(long now) {
        long lost = now - last - step;
        last = now;
        if (lost > 0) {
            lapses.addLast(new Lapse(now, lost));
            if (lapses.size() > MOST_LAPSES) {
                lapses.removeFirst();
            }
        }
    }

    /** The last look, on the clock for durations. */
    long now() {
        return last;
    }

    /** How long the process was awake between a time and the last look, in nanoseconds. */
    long since(long then) {
        return last
                - then
                - lapses.stream().mapToLong(lapse -> lapse.after(then)).sum();
    }
}
