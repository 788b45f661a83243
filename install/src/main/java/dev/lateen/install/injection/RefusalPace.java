package dev.lateen.install.injection;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;

/** How often refusals are told: the same once in a while, and all together not more often than an API server bears. Safe from any thread. */
final class RefusalPace {
    private static final long AGAIN = Duration.ofMinutes(5).toNanos();
    private static final long WINDOW = Duration.ofMinutes(1).toNanos();
    /** In a minute: so many are remembered, too. */
    static final int MOST = 60;

    /** When each was told, the oldest first. */
    private final Map<String, Long> told = new LinkedHashMap<>();

    private long windowBegan;
    private int inWindow;

    /**
     * Whether to tell it now; if so it counts as told.
     *
     * @param what the same for the same refusal
     * @param now of a clock for durations, in nanoseconds
     */
    synchronized boolean tell(String what, long now) {
        told.values().removeIf(when -> now - when >= AGAIN);
        if (inWindow == 0 || now - windowBegan >= WINDOW) {
            windowBegan = now;
            inWindow = 0;
        }
        if (told.containsKey(what) || inWindow >= MOST) {
            return false;
        }
        inWindow++;
        told.put(what, now);
        return true;
    }
}
