package dev.lateen.istiod.config;

import java.time.Duration;

/**
 * How soon edits are seen.
 *
 * @param poll how often files are looked at where the system does not tell of changes
 * @param quiet how long files must rest before they are read: an editor writes a file in pieces, and nothing tells when it is done. It has nothing to do
 *     with how changes are put together, see {@link ConfigTiming}
 * @param atMost how long files that never rest are waited for
 */
public record WatchTiming(Duration poll, Duration quiet, Duration atMost) {
    /** An edit is in force well within a second. */
    public static final WatchTiming USUAL =
            new WatchTiming(Duration.ofMillis(250), Duration.ofMillis(100), Duration.ofMillis(600));
}
