package dev.lateen.proxy.xds;

import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** Which texts were told lately, so that what happens again and again is told once in a while. Used by one thread at a time. */
final class Told {
    private static final Duration AGAIN_AFTER = Duration.ofMinutes(10);
    private static final int MOST = 200;

    private final Map<String, Instant> told = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Instant> eldest) {
            return size() > MOST;
        }
    };

    /** Whether the text is worth telling now; it counts as told then. */
    boolean isNews(String text, Instant now) {
        Instant before = told.get(text);
        boolean news = before == null || !now.isBefore(before.plus(AGAIN_AFTER));
        if (news) {
            told.put(text, now);
        }
        return news;
    }
}
