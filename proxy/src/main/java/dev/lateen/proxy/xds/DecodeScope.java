package dev.lateen.proxy.xds;

import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What is at hand while one resource is decoded, and what it is found to refer to. */
final class DecodeScope {
    /** Envoy's default. */
    private static final Duration FETCH_TIMEOUT = Duration.ofSeconds(15);

    final FileSource files;
    final Set<SecretReference> secrets = new LinkedHashSet<>();
    final Set<String> routeTables = new LinkedHashSet<>();
    private @Nullable Duration patience;

    DecodeScope(FileSource files) {
        this.files = files;
    }

    /** How long the resource waits for what this source should bring. Several are asked at once, so the longest counts; zero is for ever. */
    void waitsFor(ProtoNode configSource) {
        Duration own = configSource.duration("initial_fetch_timeout", FETCH_TIMEOUT);
        Duration before = patience;
        patience = before == null
                ? own
                : own.isZero() || before.isZero() ? Duration.ZERO : own.compareTo(before) > 0 ? own : before;
    }

    /** Zero for ever. */
    Duration patience() {
        return patience == null ? Duration.ZERO : patience;
    }
}
