package dev.lateen.proxy.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How asking for certificates went. Any thread. */
public final class CertificateCounts {
    private final AtomicLong requests = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final AtomicLong retries = new AtomicLong();
    private final AtomicLong latencyMillis = new AtomicLong();
    private volatile @Nullable Instant until;

    void asked(boolean again) {
        requests.incrementAndGet();
        if (again) {
            retries.incrementAndGet();
        }
    }

    void answered(Duration time) {
        latencyMillis.addAndGet(time.toMillis());
    }

    void failed() {
        failures.incrementAndGet();
    }

    void holds(Instant end) {
        until = end;
    }

    /** Requests to the CA. */
    public long requests() {
        return requests.get();
    }

    /** Those that brought no certificate. */
    public long failures() {
        return failures.get();
    }

    /** Those that followed one that failed. */
    public long retries() {
        return retries.get();
    }

    /** How long all answers together took, good or bad. */
    public long latencyMillis() {
        return latencyMillis.get();
    }

    /** The end of the certificate in use; null before the first. */
    public @Nullable Instant until() {
        return until;
    }
}
